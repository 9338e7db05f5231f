import { fromBase64 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { itemsOf, memberOf } from "@cohortium/crypto/json-member";
import { entrySignedBy, type Entry } from "@cohortium/protocol/log/entry";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { parseDigest, type Digest, type SessionId } from "@cohortium/protocol/session/ids";
import type { Compared } from "@cohortium/protocol/session/membership";
import { publishedAbout, saidIn, sharesGains, type PublishedComparison } from "@cohortium/protocol/training/partner-numbers";
import type { Charters } from "./charters.js";
import type { Office } from "./office.js";
import type { ModelRegistry } from "./store.js";

/** What companies publish of their gains where the charter says so: kept, logged, and handed to every party of the charter. */
export class Comparisons {
  readonly #office: Office;
  readonly #registry: ModelRegistry;
  readonly #charters: Charters;

  constructor(office: Office, registry: ModelRegistry, charters: Charters) {
    this.#office = office;
    this.#registry = registry;
    this.#charters = charters;
  }

  /** Whether a training is over, so that one can say what came out of it. */
  isOver(session: SessionId): boolean {
    return (this.#registry.training(session)?.endedMs ?? null) !== null;
  }

  /** A party's numbers, the first time; whatever else it sends is set aside. @param admit - As in `Charters.answered`. */
  heard({ from, comparison }: Compared, about: { readonly session: SessionId; readonly charter: Digest }, admit: (work: () => void) => boolean): void {
    const { statements, logger } = this.#office;
    const charter = this.#charters.inForce(about.charter);
    const because = charter === null ? "its charter is not in force" : this.#doubtAbout({ from, comparison }, about, charter);
    const second = this.#kept(about.session).some(({ id, statement }) => statement.actor === from && id !== comparison.id) ? "it published others before" : null;
    if (because !== null || second !== null) {
      logger.warn("what a party published about its gain was set aside", { party: from, because: because ?? second });
      admit(() => undefined);
      return;
    }
    admit(() => void statements.keep(keyOf(about.session, from), comparison));
    this.#tell(about.session, about.charter);
  }

  /** After a restart: everything is said again; logs and outboxes drop what they have. */
  recover(): void {
    for (const { session, charter } of this.#registry.trainings()) this.#tell(session, parseDigest(charter));
  }

  /** What the parties published about this model, by name. */
  of(session: string, model: string): readonly PublishedComparison[] {
    return publishedAbout(model, this.#kept(session));
  }

  #tell(session: string, charter: Digest): void {
    const kept = this.#kept(session);
    const parties = this.#charters.inForce(charter)?.parties ?? [];
    const { publish, post } = this.#office;
    publish(kept);
    for (const { name: to } of parties.filter(({ name }) => this.#charters.isParty(name, charter))) {
      for (const comparison of kept) post({ key: keyOf(session, comparison.statement.actor), message: { kind: "comparison-published", to, comparison } }, charter);
    }
  }

  #doubtAbout({ from, comparison }: Pick<Compared, "from" | "comparison">, about: { readonly session: SessionId; readonly charter: Digest }, charter: Charter): string | null {
    const { type, actor, session, charter: digest, round } = comparison.statement;
    if (!sharesGains(charter)) return "its charter keeps such numbers at each company";
    const party = charter.parties.find(({ name }) => name === from);
    if (party === undefined || actor !== from || !entrySignedBy(comparison, fromBase64(party.signingKey))) return "it is not the party's own";
    if (type !== "comparison" || session !== about.session || digest !== about.charter || round !== 0) return "it is about something else";
    const outcome = this.#registry.training(session)?.outcome ?? null;
    const said = saidIn(comparison);
    if (said?.model !== releasedIn(outcome)) return "it compares with another model than the one released";
    // Logged, it would fail the audit for good.
    if (!partakersIn(outcome).has(from)) return "it took no part in the training";
    return said.numbers === null ? "it is not of the form agreed" : null;
  }

  #kept(session: string): readonly Entry[] {
    return this.#office.statements.under(keyOf(session, ""));
  }
}

function keyOf(session: string, party: string): string {
  return `comparison/${session}/${party}`;
}

/** The digest of the model a training ended with; not null, so that nothing equals it where there is none. */
function releasedIn(outcome: Json): string {
  const model = memberOf(outcome, "model");
  return typeof model === "string" ? model : "";
}

/** Who is in one of its sums at least. */
function partakersIn(outcome: Json): ReadonlySet<Json> {
  return new Set(itemsOf(memberOf(outcome, "rounds")).flatMap((round) => itemsOf(memberOf(round, "survivors"))));
}
