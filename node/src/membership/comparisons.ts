import { fromBase64 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { Signer } from "@cohortium/crypto/signing";
import { entrySignedBy, signEntry, type Entry } from "@cohortium/protocol/log/entry";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { parseSessionId, type Digest, type PartyId, type SessionId } from "@cohortium/protocol/session/ids";
import { jsonDigest } from "@cohortium/protocol/session/json-digest";
import { instantText } from "@cohortium/protocol/session/instant";
import type { Compared, ComparisonPublished } from "@cohortium/protocol/session/membership";
import { partnerNumbers, partnerNumbersJson, publishedAbout, saidIn, sharesGains, type PublishedComparison } from "@cohortium/protocol/training/partner-numbers";
import type { Comparison } from "../learning/alone.js";
import type { NodeStore } from "../store/node-store.js";

/** What comparisons need of the node around them. */
export interface ComparisonHost {
  readonly self: PartyId;
  readonly signer: Signer;
  readonly store: NodeStore;
  readonly nowMs: () => number;
  charterInForce(digest: string): Charter | null;
  post(key: string, message: Compared, about: { readonly session: SessionId; readonly charter: Digest }): void;
}

/** Of which training, under which charter, with which joint model. */
export interface Released {
  readonly session: SessionId;
  readonly charter: Digest;
  readonly model: string;
}

/** What this company publishes of its gain, and what it heard of the others', where the charter that they signed says so. */
export class Comparisons {
  readonly #host: ComparisonHost;

  constructor(host: ComparisonHost) {
    this.#host = host;
  }

  /**
   * Queues this company's numbers for all signers, unless the charter it signed keeps them here. Call it once per training, in the transaction that
   * keeps the training's outcome: what was queued then is sent, the same bytes, whatever crashes after.
   *
   * Reveals: what `partnerNumbers` says.
   */
  publish({ session, charter, model }: Released, own: Comparison): void {
    const { self, signer, nowMs, charterInForce, post } = this.#host;
    const text = charterInForce(charter);
    if (!(text !== null && sharesGains(text))) return;
    const numbers = partnerNumbersJson(partnerNumbers(own.kind === "compared" ? own : null));
    const atMs = nowMs();
    const comparison = signEntry({ v: 1, type: "comparison", actor: self, at: instantText(atMs), charter, session, round: 0, body: { model, numbers } }, signer);
    post(`comparison/${session}`, { kind: "compared", from: self, comparison, atMs }, { session, charter });
  }

  /** Keeps what a party published, the first time; otherwise says why it was set aside. @param admit - As in `Charters.proposed`. */
  heard({ comparison }: ComparisonPublished, admit: (work: () => void) => boolean): string | null {
    const { statement } = comparison;
    const charter = this.#host.charterInForce(statement.charter);
    const because = charter === null ? "its charter is not in force here" : doubtAbout(comparison, charter);
    admit(() => {
      if (because === null) this.#host.store.keepComparison(parseSessionId(statement.session), statement.actor, comparison);
    });
    return because;
  }

  /** What the parties published about this model, by name. */
  of(session: string, model: Json): readonly PublishedComparison[] {
    return publishedAbout(jsonDigest(model), this.#host.store.comparisons(session));
  }
}

function doubtAbout(comparison: Entry, charter: Charter): string | null {
  const { statement } = comparison;
  if (!sharesGains(charter)) return "its charter keeps such numbers at each company";
  const party = charter.parties.find(({ name }) => name === statement.actor);
  if (statement.type !== "comparison" || party === undefined || !entrySignedBy(comparison, fromBase64(party.signingKey))) return "it is not a party's own";
  const isReadable = (saidIn(comparison)?.numbers ?? null) !== null && isSession(statement.session);
  return isReadable ? null : "it is not of the form agreed";
}

function isSession(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}
