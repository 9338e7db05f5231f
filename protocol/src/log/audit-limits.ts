import type { Json } from "@cohortium/crypto/canonical-json";
import type { LoggedCharter } from "./audit-charters.js";
import type { Findings } from "./audit-report.js";
import type { Statement } from "./entry.js";

/**
 * What a charter limits beyond single sessions: when it holds, how many sums each party answers, and over whom. Nodes hold themselves to it; this
 * finds the nodes of all signers at fault together, which is what an audit is for.
 */
export class LimitsAudit {
  readonly #findings: Findings;
  /** Uploads by charter and party. */
  readonly #uploads = new Map<string, number>();
  /** The first sum that was opened under each charter. */
  readonly #opened = new Map<string, { readonly session: string; readonly round: number; readonly survivors: string }>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** A session is offered: is it within the charter's time? Both sides are UTC to the second, so the order of the text is the order of time. */
  offered({ text }: LoggedCharter, { at }: Statement, entry: number): void {
    const [from, until] = [textIn(text, "notBefore"), textIn(text, "expires")];
    const now = at.slice(0, SECONDS);
    if (from === null || until === null || (from.slice(0, SECONDS) <= now && now < until.slice(0, SECONDS))) return;
    this.#findings.add(entry, "CHARTER_PERIOD", `a session is offered at ${now}Z under a charter that holds from ${from} to ${until}`);
  }

  /** A party uploads: is it one more than the charter lets it? */
  uploaded({ digest, text }: LoggedCharter, party: string, entry: number): void {
    const most = releasesMaxIn(text);
    const count = (this.#uploads.get(`${digest} ${party}`) ?? 0) + 1;
    this.#uploads.set(`${digest} ${party}`, count);
    if (most !== null && count === most + 1) this.#findings.add(entry, "CHARTER_BUDGET", `${party} uploads for the ${count}th time under a charter that allows ${most} sums`);
  }

  /**
   * A sum is opened. The rows it is over are nobody's to see, so what is the same question on the same rows cannot be told here; over which
   * companies it is, can.
   */
  opened({ digest, terms }: LoggedCharter, sum: OpenedSum, entry: number): void {
    if (terms.dropouts !== "end") return;
    const survivors = sum.survivors.toSorted().join(", ");
    const first = this.#opened.get(digest);
    if (first === undefined) this.#opened.set(digest, { ...sum, survivors });
    else if (first.survivors !== survivors && first.session !== sum.session && sum.round === 1) {
      this.#findings.notice(entry, "SUMS_APART",
        `round ${sum.round} of ${sum.session.slice(0, 12)} is over ${survivors}, round ${first.round} of ${first.session.slice(0, 12)} was over ${first.survivors}`);
    }
  }
}

interface OpenedSum {
  readonly session: string;
  readonly round: number;
  readonly survivors: readonly string[];
}

/** `2026-12-01T00:00:00`, what two instants in UTC are compared by. */
const SECONDS = 19;

function textIn(charter: Json, member: string): string | null {
  const value = memberOf(charter, member);
  return typeof value === "string" ? value : null;
}

function releasesMaxIn(charter: Json): number | null {
  const value = memberOf(memberOf(memberOf(charter, "privacy"), "budget"), "releasesMax");
  return typeof value === "number" ? value : null;
}

function memberOf(json: Json | undefined, member: string): Json | undefined {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? Object.entries(json).find(([name]) => name === member)?.[1] : undefined;
}
