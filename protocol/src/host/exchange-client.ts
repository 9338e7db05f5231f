import { Client, credentials, type ChannelCredentials } from "@grpc/grpc-js";
import { setTimeout as sleep } from "node:timers/promises";
import { isIP } from "node:net";
import { checkServerIdentity, createSecureContext } from "node:tls";
import type { PartyId } from "../session/ids.js";
import { backoffMs } from "./backoff.js";
import { explainEnding, isGoodbye } from "./connection-cause.js";
import { Conversation, type Ending } from "./conversation.js";
import type { NodeCredentials } from "./credentials.js";
import type { ExchangeHost } from "./exchange-host.js";
import { CHANNEL_OPTIONS, EXCHANGE } from "./exchange-method.js";

/** Whether there is a connection; if not, why in plain words, and when the next attempt begins. */
export type LinkState =
  | { readonly kind: "connected" }
  | { readonly kind: "retrying"; readonly cause: string; readonly inMs: number };

export interface ExchangeClientGiven {
  /** `host:port`. */
  readonly address: string;
  readonly credentials: NodeCredentials;
  /** The coordinator's name in the charter. */
  readonly peer: PartyId;
  readonly host: ExchangeHost;
  onState(state: LinkState): void;
  /** Our own host threw: a bug, or a full disk. The link tries again. */
  onFailure(error: unknown): void;
}

/** A megabyte on the way at a time, or a distant coordinator would send 64 KiB per round trip. */
const FLOW_CONTROL_WINDOW_BYTES = 1024 * 1024;

/**
 * A node's link to its coordinator: dials out, and never gives up until it is stopped. Goes through the proxy named in `grpc_proxy`,
 * `https_proxy` or `http_proxy`, unless `no_grpc_proxy` or `no_proxy` lists the coordinator.
 */
export class ExchangeClient {
  readonly #given: ExchangeClientGiven;
  readonly #channel: ChannelCredentials;
  readonly #stopped = new AbortController();
  #conversation: Conversation | null = null;
  #cut: () => void = () => undefined;

  constructor(given: ExchangeClientGiven) {
    this.#given = given;
    const { privateKeyPem: key, certificatePem: cert, authorityPem: ca } = given.credentials;
    this.#channel = credentials.createFromSecureContext(createSecureContext({ key, cert, ca, minVersion: "TLSv1.3" }), {
      checkServerIdentity: (_, certificate) => checkServerIdentity(hostOf(given.address), certificate),
    });
  }

  /** Keeps the link up. Resolves after `stop`. */
  async run(): Promise<void> {
    const { signal } = this.#stopped;
    for (let failures = 0; !signal.aborted;) {
      const { ending, greeted } = await this.#converse();
      // A peer that greets and then refuses would refuse again at once; only a broken line, or a restart, starts from the shortest wait.
      failures = greeted && (ending.by === "network" || isGoodbye(ending)) ? 1 : failures + 1;
      const inMs = backoffMs(failures);
      if (!signal.aborted) this.#given.onState({ kind: "retrying", cause: explainEnding(ending), inMs });
      await sleep(inMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** There is a new letter. */
  kick(): void {
    this.#conversation?.kick();
  }

  /** Sends a cosignature if there is a connection. */
  cosign(line: string): void {
    this.#conversation?.cosign(line);
  }

  /** Says goodbye, so that the coordinator need not take it for a failure, and ends the attempts. Letters wait in the outbox. */
  stop(): void {
    this.#stopped.abort();
    if (this.#conversation === null) this.#cut();
    else this.#conversation.refuse("WIRE_STOPPING", {});
  }

  async #converse(): Promise<{ readonly ending: Ending; readonly greeted: boolean }> {
    const { address, peer, host } = this.#given;
    // A channel per attempt: the pause between attempts is then ours alone.
    const client = new Client(address, this.#channel, {
      ...CHANNEL_OPTIONS, "grpc.use_local_subchannel_pool": 1, "grpc.enable_retries": 0, "grpc.service_config_disable_resolution": 1,
      "grpc-node.flow_control_window": FLOW_CONTROL_WINDOW_BYTES,
      // RFC 6066 §3: an address must not stand in SNI. Only the indication changes; what is checked is the host above.
      ...(isIP(hostOf(address)) === 0 ? {} : { "grpc.ssl_target_name_override": "coordinator" }),
    });
    const call = client.makeBidiStreamRequest(EXCHANGE.path, EXCHANGE.requestSerialize, EXCHANGE.responseDeserialize);
    let greeted = false;
    this.#cut = () => {
      call.cancel();
      client.close();
    };
    const onGreeted = () => {
      greeted = true;
      this.#given.onState({ kind: "connected" });
    };
    this.#conversation = new Conversation(call, peer, host, { cut: this.#cut, onGreeted });
    try {
      return { ending: await this.#conversation.run(), greeted };
    } catch (error) {
      this.#given.onFailure(error);
      return { ending: { by: "us", code: "HOST_FAILED", detail: "" }, greeted };
    } finally {
      this.#conversation = null;
    }
  }
}

/** `[::1]:4000` has the host `::1`. */
function hostOf(address: string): string {
  return address.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}
