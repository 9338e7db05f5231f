import { isGoodbye, olderSide } from "@cohortium/protocol/host/connection-cause";
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
      if (isGoodbye(event.ending)) logger.info(event.ending.by === "us" ? "a node was told that we are shutting down" : "a node said goodbye: it is shutting down", { party: event.peer });
      else if (event.ending.by !== "network" && olderSide(event.ending) !== null) {
        const isOurs = olderSide(event.ending) === "ours";
        logger.warn(isOurs ? "this coordinator's state is older than what a node has seen of it, as after restoring a backup" : "a node's state is older than what was seen of it, as after restoring a backup", {
          party: event.peer, by: event.ending.by, code: event.ending.code, detail: event.ending.detail,
          fix: isOurs ? "stop, and put the newest copy of this folder back" : "the node's side: its newest copy; if there is none, enroll revoke here, and it enrols again with new keys",
        });
      } else logger.info("a node's connection ended", { party: event.peer, by: event.ending.by, code: event.ending.by === "network" ? "" : event.ending.code });
      return;
    }
    case "turned-away": logger.warn("somebody was turned away", { address: event.address, code: event.code, detail: event.detail });
  }
}
