import { toHex } from "@cohortium/crypto/bytes";
import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import { sha256 } from "@cohortium/crypto/hash";
import type { KeyDirectory } from "./audit-keys.js";
import type { Reject } from "./audit-round.js";
import type { CharterLogged, LogOpened } from "./bodies.js";
import type { Statement } from "./entry.js";

/** What comes before any charter. */
const CHARTERLESS: readonly Statement["type"][] = ["log.opened", "enrolment", "revocation"];

/** The charters a log has shown so far, and who signed them. */
export class CharterBook {
  readonly #charters = new Map<string, { readonly parties: readonly string[]; readonly signed: Set<string>; readonly text: Json }>();

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
    const isOperatorKey = keys.valid(name).some((key) => toHex(key) === toHex(signingKey));
    if (name !== opened.coordinator || !isOperatorKey || logKey !== opened.logKey) {
      reject("CHARTER_OPERATOR", "the charter names another coordinator or another log than this one");
    }
    for (const party of body.parties) {
      // Otherwise whoever logs a charter could give a party a key of his own.
      const isOurs = keys.valid(party.name).some((key) => toHex(key) === toHex(party.signingKey));
      if (!keys.isKnown(party.name)) keys.add(party.name, party.signingKey, null);
      else if (!isOurs) reject("CHARTER_KEY", `the charter names a key for ${party.name} that is revoked or was never enrolled`);
    }
    const charter = this.#charters.get(digest) ?? { parties: body.parties.map((party) => party.name), signed: new Set<string>(), text: body.charter };
    this.#charters.set(digest, charter);
  }

  isParty(charter: string, name: string): boolean {
    return this.#charters.get(charter)?.parties.includes(name) ?? false;
  }

  /** The charter itself, or null if it is not in the log. */
  text(charter: string): Json {
    return this.#charters.get(charter)?.text ?? null;
  }

  sign(charter: string, party: string): void {
    this.#charters.get(charter)?.signed.add(party);
  }

  /** The parties whose signature under a charter is not logged yet. */
  unsigned(charter: string): readonly string[] {
    const { parties = [], signed } = this.#charters.get(charter) ?? {};
    return parties.filter((party) => signed?.has(party) !== true);
  }
}
