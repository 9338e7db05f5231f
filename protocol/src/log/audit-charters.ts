import { toHex } from "@cohortium/crypto/bytes";
import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import { sha256 } from "@cohortium/crypto/hash";
import type { KeyDirectory } from "./audit-keys.js";
import type { Reject } from "./audit-place.js";
import type { CharterLogged, LogOpened } from "./bodies.js";
import type { Statement } from "./entry.js";
import type { SumTerms } from "./sum-terms.js";

/** What comes before any charter. */
const CHARTERLESS: readonly Statement["type"][] = ["log.opened", "enrolment", "revocation"];

/** A charter as the log has it. `parties` are the keys it names, and the only ones that may sign under it. */
export interface LoggedCharter {
  readonly digest: string;
  readonly parties: ReadonlyMap<string, Uint8Array>;
  readonly terms: SumTerms;
  readonly text: Json;
}

/** The charters a log has shown so far, and who signed them. */
export class CharterBook {
  readonly #charters = new Map<string, { readonly charter: LoggedCharter; readonly signed: Set<string> }>();

  get size(): number {
    return this.#charters.size;
  }

  /** Every entry stands under a charter that is already in the log. */
  checkDigest({ type, charter }: Statement, reject: Reject): void {
    if (charter === "-" && CHARTERLESS.includes(type)) return;
    if (type !== "charter" && !this.#charters.has(charter)) reject("CHARTER_UNKNOWN", "the entry stands under a charter that is not logged before it");
  }

  /** A new charter. The keys it names are valid from here on, unless the log has already said otherwise. */
  add(body: CharterLogged, statement: Statement, keys: KeyDirectory, context: { readonly opened: LogOpened; readonly reject: Reject }): void {
    const { opened, reject } = context;
    const digest = toHex(sha256(canonicalBytes(body.charter)));
    if (digest !== body.digest || digest !== statement.charter) reject("CHARTER_DIGEST", "the digest is not that of the charter in the entry");
    const { name, signingKey, logKey } = body.operator;
    if (name !== opened.coordinator || toHex(signingKey) !== toHex(opened.signingKey) || logKey !== opened.logKey) {
      reject("CHARTER_OPERATOR", "the charter names another coordinator or another log than this one");
    }
    for (const party of body.parties) {
      // Otherwise whoever logs a charter could give a party a key of his own.
      const isOurs = keys.valid(party.name).some((key) => toHex(key) === toHex(party.signingKey));
      if (!keys.isKnown(party.name)) keys.add(party.name, party.signingKey, null);
      else if (!isOurs) reject("CHARTER_KEY", `the charter names a key for ${party.name} that is revoked or was never enrolled`);
    }
    if (this.#charters.has(digest)) return;
    const parties = new Map(body.parties.map((party) => [party.name, party.signingKey]));
    this.#charters.set(digest, { charter: { digest, parties, terms: body.terms, text: body.charter }, signed: new Set() });
  }

  find(digest: string): LoggedCharter | null {
    return this.#charters.get(digest)?.charter ?? null;
  }

  /** The keys that any charter names for a party; none if no charter names it. */
  keysOf(party: string): readonly Uint8Array[] {
    return [...this.#charters.values()].map(({ charter }) => charter.parties.get(party)).filter((key) => key !== undefined);
  }

  sign(digest: string, party: string): void {
    this.#charters.get(digest)?.signed.add(party);
  }

  /** The parties whose signature under a charter is not logged yet. */
  unsigned(digest: string): readonly string[] {
    const { charter, signed } = this.#charters.get(digest) ?? {};
    return [...(charter?.parties.keys() ?? [])].filter((party) => signed?.has(party) !== true);
  }
}
