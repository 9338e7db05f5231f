import { isGoodbye, olderSide } from "@cohortium/protocol/host/connection-cause";
import type { Ending } from "@cohortium/protocol/host/conversation";
import type { ExchangeEvent } from "@cohortium/protocol/host/exchange-server";
import type { Logger } from "@cohortium/protocol/host/logger";
import type { Metrics } from "@cohortium/protocol/host/metrics";

/** Who is connected, and since when they are or are not. */
export class Presence {
  readonly #since = new Map<string, { readonly connected: boolean; readonly sinceMs: number }>();
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  note(party: string, connected: boolean): void {
    this.#since.set(party, { connected, sinceMs: Date.now() });
    this.#metrics.setConnectedNodes([...this.#since.values()].filter((one) => one.connected).length);
  }

  list(parties: readonly string[]): readonly { readonly party: string; readonly connected: boolean; readonly sinceMs: number }[] {
    return parties.map((party) => ({ party, ...(this.#since.get(party) ?? { connected: false, sinceMs: 0 }) }));
  }
}

/** Writes down what happens at the exchange's port. */
export function noteExchange(event: ExchangeEvent, presence: Presence, logger: Logger): void {
  switch (event.kind) {
    case "connected":
      presence.note(event.peer, true);
      logger.info("a node connected", { party: event.peer });
      return;
    case "ended": {
      const replaced = event.ending.by !== "network" && event.ending.code === "WIRE_REPLACED";
      if (!replaced) presence.note(event.peer, false);
      noteEnding(event.ending, event.peer, logger);
      return;
    }
    case "turned-away": logger.warn("somebody was turned away", { address: event.address, code: event.code, detail: event.detail });
  }
}

function noteEnding(ending: Ending, party: string, logger: Logger): void {
  if (isGoodbye(ending)) {
    logger.info(ending.by === "us" ? "a node was told that we are shutting down" : "a node said goodbye: it is shutting down", { party });
    return;
  }
  const [older, { by }] = [olderSide(ending), ending];
  const { code, detail } = ending.by === "network" ? { code: "", detail: "" } : ending;
  if (older === null) logger.info("a node's connection ended", { party, by, code });
  else logger.warn(OLDER[older].says, { party, by, code, detail, fix: OLDER[older].fix });
}

const OLDER = {
  ours: {
    says: "this coordinator's state is older than what a node has seen of it, as after restoring a backup",
    fix: "stop, and put the newest copy of this folder back",
  },
  theirs: {
    says: "a node's state is older than what was seen of it, as after restoring a backup",
    fix: "the node's side: its newest copy; if there is none, enroll revoke here, and it enrols again with new keys",
  },
} as const;
