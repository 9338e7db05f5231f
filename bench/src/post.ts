import type { Speaker } from "@cohortium/protocol/aggregation/context";
import type { PartyId } from "@cohortium/protocol/session/ids";
import type { FromNode, ToNode } from "@cohortium/protocol/conduct/messages";
import { openEnvelope, sealEnvelope } from "@cohortium/protocol/wire/envelope";
import { encodeFrame } from "@cohortium/protocol/wire/frame";
import { encodeFromNode, parseFromNode } from "@cohortium/protocol/wire/from-node";
import { CHUNK_MAX_BYTES } from "@cohortium/protocol/wire/limits";
import { encodeToNode, parseToNode } from "@cohortium/protocol/wire/to-node";
import type { Accounts } from "./accounts.js";
import { AT_MS, type Cast } from "./cast.js";

/**
 * Every letter as it goes over the wire: encoded, signed, framed, weighed, opened and parsed. The machine at the other end is then given
 * the message itself, which is what parsing gave. The log's inclusion proofs, which the coordinator adds to its letters, are not in it.
 */
export class Post {
  readonly #cast: Cast;
  readonly #accounts: Accounts;
  readonly #speakers: ReadonlyMap<PartyId, Speaker>;
  #seq = 0;

  constructor(cast: Cast, accounts: Accounts) {
    this.#cast = cast;
    this.#accounts = accounts;
    this.#speakers = new Map(cast.companies.map(({ name, speaker }) => [name, speaker]));
  }

  up(message: FromNode): void {
    const payload = this.#carry(this.#speakerOf(message.from), this.#cast.leader, () => encodeFromNode(message));
    this.#accounts.spend(this.#cast.leader.self, "letters", () => parseFromNode(payload, message.from, AT_MS));
  }

  down(message: ToNode): void {
    const payload = this.#carry(this.#cast.leader, this.#speakerOf(message.to), () => encodeToNode(message));
    this.#accounts.spend(message.to, "letters", () => parseToNode(payload, message.to));
  }

  #carry(from: Speaker, to: Speaker, encode: () => Uint8Array): Uint8Array {
    const { session, charter, self } = from;
    const seq = ++this.#seq;
    const sealed = this.#accounts.spend(self, "letters", () =>
      sealEnvelope({ from: self, to: to.self, session, charter, seq, payload: encode() }, from.signer));
    this.#accounts.carry(self, to.self, encodeFrame({ kind: "letter", envelope: sealed, evidence: null }).length);
    const opened = this.#accounts.spend(to.self, "letters", () =>
      openEnvelope(sealed, { from: self, to: to.self, publicKey: from.signer.publicKey }));
    if (opened.kind === "refused") throw new Error(`a letter was refused: ${opened.code}`);
    return opened.envelope.payload;
  }

  #speakerOf(name: PartyId): Speaker {
    const speaker = this.#speakers.get(name);
    if (speaker === undefined) throw new RangeError("a letter to or from nobody");
    return speaker;
  }
}

/** Bytes on the wire of one vector, chunk by chunk in frames. Their length does not depend on what is in the words. */
export function bulkFrameBytes(session: Speaker["session"], round: number, vectorBytes: number): number {
  const total = Math.ceil(vectorBytes / CHUNK_MAX_BYTES);
  let sum = 0;
  for (let index = 0; index < total; index++) {
    const bytes = new Uint8Array(Math.min(CHUNK_MAX_BYTES, vectorBytes - index * CHUNK_MAX_BYTES));
    sum += encodeFrame({ kind: "chunk", session, round, index, total, bytes }).length;
  }
  return sum;
}
