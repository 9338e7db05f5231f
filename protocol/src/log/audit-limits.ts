import type { Json } from "@cohortium/crypto/canonical-json";
import { memberOf } from "@cohortium/crypto/json-member";
import type { LoggedCharter } from "./audit-charters.js";
import type { Findings } from "./audit-report.js";
import type { OpenedSum } from "./round-auditing.js";
import type { Statement } from "./entry.js";

/** Where in the log something was said. */
interface At {
  readonly entry: number;
  readonly session: string;
  readonly round: number;
}

/**
 * What a charter limits beyond single sessions: when it holds, how many sums each party answers, and over whom. Each node holds the coordinator
 * to it by its own clock and its own ledger; here are all of them together.
 */
export class LimitsAudit {
  readonly #findings: Findings;
  /** The rounds each party uploaded in, by charter and party. */
  readonly #uploads = new Map<string, Set<string>>();
  /** Where a sum was first opened over each set of companies, by what may be subtracted from each other. */
  readonly #opened = new Map<string, Map<string, At>>();
  /** Whom trainings did without, by charter. */
  readonly #without = new Map<string, Set<string>>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** A session is offered: by its own words, within the charter's time? What is no instant, on either side, is no time within. */
  offered({ text }: LoggedCharter, { at }: Statement, entry: number): void {
    const [from, until, now] = [instantIn(memberOf(text, "notBefore")), instantIn(memberOf(text, "expires")), instantIn(at)];
    const isWithin = from !== null && now !== null && until !== null && from <= now && now < until;
    if (isWithin) return;
    const says = `a session is offered ${now === null ? "at no readable time" : `at ${now}Z`} under a charter that holds from ${spelled(from)} to ${spelled(until)}`;
    this.#findings.add(entry, "CHARTER_PERIOD", says);
  }

  /** A party uploads: in one round more than the charter lets it? */
  uploaded({ digest, text }: LoggedCharter, party: string, { entry, session, round }: At): void {
    const limit = memberOf(memberOf(memberOf(text, "privacy"), "budget"), "releasesMax");
    const most = typeof limit === "number" && limit >= 0 ? Math.floor(limit) : 0;
    const rounds = this.#uploads.get(`${digest} ${party}`) ?? new Set();
    const before = rounds.size;
    this.#uploads.set(`${digest} ${party}`, rounds.add(`${session}/${round}`));
    if (rounds.size === before || rounds.size !== most + 1) return;
    this.#findings.add(entry, "CHARTER_BUDGET", `${party} uploads for sum ${rounds.size} under a charter that allows ${most}`);
  }

  /**
   * A sum is opened, or could be. The rows behind it are nobody's to see, so whether two sums are over the same ones cannot be told here; over which
   * companies, can. Compared is what nodes compare: the same question of one plan at the same model, and where dropouts end a training, any. Sessions that
   * do without one company, as the charter says in words, are compared with those that do without the same. Statistics are compared however they are
   * asked, because other words may count the same cells, and with trainings, whose sums may count them too. Noisy sums are not compared, because the
   * difference carries the noise that both were charged for.
   */
  opened({ digest, terms, text }: LoggedCharter, { purpose, model, plan, survivors, without }: OpenedSum, at: At): void {
    if (without !== "") this.#leftOut(digest, without, at);
    if (addsNoise(text)) return;
    const before = (which: string) => this.#openedBefore(terms.dropouts === "end" ? `${digest} ${without}` : `${digest} ${without} ${which}`);
    const [statistics, trainings] = [before("statistic"), before("training")];
    const [own, others] = purpose === "statistic" ? [statistics, trainings] : [trainings, statistics];
    const same = purpose === "statistic" ? statistics : before(`${plan} ${purpose} ${model}`);
    const over = survivors.toSorted().join(", ");
    const other = [...(same.has(over) ? [] : same), ...(own.has(over) ? [] : others)].find(([overOthers]) => overOthers !== over);
    for (const list of [same, own]) if (!list.has(over)) list.set(over, at);
    if (other === undefined) return;
    const [overOthers, first] = other;
    this.#findings.notice(at.entry, "SUMS_APART", `${purpose} in ${nameOf(at)} is over ${over}; in ${nameOf(first)} it was over ${overOthers}`);
  }

  #openedBefore(comparable: string): Map<string, At> {
    const before = this.#opened.get(comparable) ?? new Map<string, At>();
    this.#opened.set(comparable, before);
    return before;
  }

  /** Remarked on once for each company: every one more lets more be worked out, also of companies that never were left out. */
  #leftOut(digest: string, without: string, at: At): void {
    const before = this.#without.get(digest) ?? new Set();
    this.#without.set(digest, before);
    if (before.has(without)) return;
    const others = before.size === 0 ? "" : `, as others are without ${[...before].join(", ")}`;
    before.add(without);
    this.#findings.notice(at.entry, "SUMS_WITHOUT", `${nameOf(at)} is without ${without}${others}`);
  }
}

function addsNoise(charter: Json): boolean {
  return memberOf(memberOf(charter, "privacy"), "mechanism") === "discrete-gaussian";
}

/** `2026-12-01T00:00:00`: in whole seconds of UTC the order of texts is the order of time. Null for what is no such instant. */
function instantIn(json: Json | undefined): string | null {
  return typeof json === "string" ? INSTANT.exec(json)?.[1] ?? null : null;
}

const INSTANT = /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.\d{1,9})?Z$/;

function spelled(instant: string | null): string {
  return instant === null ? "no readable time" : `${instant}Z`;
}

function nameOf({ session, round }: At): string {
  return `round ${round} of session ${session.slice(0, 12)}`;
}
