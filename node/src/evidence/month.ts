import { toBase64 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { memberOf } from "@cohortium/crypto/json-member";
import { integerOf, textOf, type Database } from "@cohortium/protocol/host/sqlite";
import { instantText } from "@cohortium/protocol/session/instant";
import { jsonDigest } from "@cohortium/protocol/session/json-digest";
import type { DeletionDesk } from "../deletion/deletion-desk.js";
import type { CohortiumNode } from "../node.js";
import type { EgressAccount, EgressRecord } from "./egress-account.js";
import { notesBetween } from "./session-notes.js";

/** A month in UTC: from its first instant, up to but not including the next one's. */
export interface Month {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface EvidenceParts {
  readonly party: string;
  readonly signingKey: Uint8Array;
  readonly node: CohortiumNode;
  readonly account: EgressAccount;
  readonly deletions: Pick<DeletionDesk, "receipts" | "marksOf">;
  readonly versions: Readonly<Record<string, string>>;
}

/** @returns null for a text that names no month, such as `2026-13`. */
export function monthOf(text: string): Month | null {
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text) ?? [];
  if (year === undefined || month === undefined) return null;
  return { name: text, fromMs: Date.UTC(Number(year), Number(month) - 1, 1), toMs: Date.UTC(Number(year), Number(month), 1) };
}

/**
 * What this node can say of a month: what ran and who allowed it, what left and what it cost, whom it refused, removed and left out, and by what all of
 * it can be checked. Counts, digests, names of parties and columns; no value of a row.
 */
export function evidenceOf(parts: EvidenceParts, month: Month, madeAtMs: number): Json {
  const { party, signingKey, node, account, versions } = parts;
  const lines = account.records({ fromMs: month.fromMs, toMs: month.toMs });
  const { size, checkpoint } = node.witness.seen;
  const sessions = sessionsIn(parts, month, lines);
  const charters = new Set([...sessions.map(({ charter }) => charter), ...openIn(node, month)]);
  return {
    v: 1, party, month: month.name,
    from: instantText(month.fromMs), to: instantText(month.toMs), madeAt: instantText(madeAtMs), isWhole: madeAtMs >= month.toMs,
    versions: { ...versions }, keys: { signing: toBase64(signingKey), witness: node.witness.verifierKey },
    log: { size, checkpoint, distrust: node.distrust },
    charters: [...charters].flatMap((digest) => charterOf(node, account, digest)),
    sessions: sessions.map((session) => ({ ...session })),
    egress: egressOf(lines), privacy: privacyOf(node.store.database, month),
    refusals: lines.filter(({ kind }) => kind === "declined")
      .map(({ n, atMs, session, meaning }) => ({ line: n, at: instantText(atMs), session, says: meaning })),
    deletions: parts.deletions.receipts().filter(({ atMs }) => within(atMs, month))
      .map(({ id, atMs, receipt }) => ({ id, at: instantText(atMs), rowsThen: receipt["rowsNow"] ?? null })),
    leftOut: notesBetween(node.store.database, month.fromMs, month.toMs).map(({ session, code, column, count }) => ({ session, code, column, count })),
  };
}

interface SessionTold {
  readonly session: string;
  readonly charter: string;
  readonly ended: string | null;
  readonly outcome: string;
  readonly says: string;
  readonly result: string | null;
  readonly vectors: number;
  readonly bytes: number;
  readonly madeBeforeDeletions: readonly string[];
}

/** Those that ended in the month, and those for which something left in it. */
function sessionsIn({ node, deletions }: EvidenceParts, month: Month, lines: readonly EgressRecord[]): readonly SessionTold[] {
  const ended = node.store.trainings();
  const left = lines.filter(({ session }) => session !== "-").map(({ session }) => session);
  const names = new Set([...left, ...ended.filter(({ endedMs }) => within(endedMs, month)).map(({ session }) => session)]);
  return [...names].map((session): SessionTold => {
    const kept = ended.find((one) => one.session === session);
    const own = lines.filter((line) => line.session === session);
    return {
      session, charter: kept?.charter ?? charterOfRunning(node, session), ...outcomeOf(kept?.outcome),
      ended: kept === undefined ? null : instantText(kept.endedMs),
      vectors: own.filter(({ kind }) => kind === "masked-vector" || kind === "c0").length,
      bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
      madeBeforeDeletions: deletions.marksOf(session).map(instantText),
    };
  });
}

function outcomeOf(outcome: Json | undefined): Pick<SessionTold, "outcome" | "says" | "result"> {
  const text = (name: string) => {
    const member = memberOf(outcome, name);
    return typeof member === "string" ? member : "";
  };
  const result = memberOf(outcome, "model") ?? memberOf(outcome, "answer") ?? null;
  return { outcome: outcome === undefined ? "not over" : text("kind"), says: text("because"), result: result === null ? null : jsonDigest(result) };
}

function charterOfRunning(node: CohortiumNode, session: string): string {
  return node.trainings.statuses().find((one) => one.session === session)?.charter ?? "";
}

/** Charters that were in force here at some time of the month. */
function openIn(node: CohortiumNode, { fromMs, toMs }: Month): readonly string[] {
  return node.charters.views().filter(({ state }) => state === "in-force").flatMap(({ digest }) => {
    const charter = node.charters.charterInForce(digest);
    return charter !== null && Date.parse(charter.notBefore) < toMs && Date.parse(charter.expires) > fromMs ? [digest] : [];
  });
}

function charterOf(node: CohortiumNode, account: EgressAccount, digest: string): readonly Json[] {
  const kept = node.store.charter(digest);
  if (kept === null) return [];
  const charter = memberOf(kept.proposal.statement.body, "charter") ?? null;
  const of = (...names: readonly string[]): Json => names.reduce<Json | undefined>((json, name) => memberOf(json, name), charter) ?? null;
  const answer = account.records({}).find(({ kind, entry }) => kind === "charter-answered" && entry !== null && kept.signatures.some(({ id }) => id === entry));
  return [{
    digest, state: kept.state, name: of("name"), purpose: of("purpose"), consortium: of("consortium"), operator: of("operator", "name"), logKey: of("operator", "logKey"),
    notBefore: of("notBefore"), expires: of("expires"), mechanism: of("privacy", "mechanism"), budget: of("privacy", "budget"), perPartyMin: of("rows", "perPartyMin"),
    scheme: of("aggregation", "scheme"), questions: of("questions"), statistics: of("statistics"),
    proposedAt: kept.proposal.statement.at, proposal: kept.proposal.id, ownAnswerLine: answer?.n ?? null,
    signatures: kept.signatures.map(({ id, statement: { actor, at } }) => ({ party: actor, at, entry: id })),
  }];
}

function egressOf(lines: readonly EgressRecord[]): Json {
  const grouped = (keyOf: (line: EgressRecord) => string) => {
    const groups = new Map<string, { messages: number; bytes: number }>();
    for (const line of lines) {
      const group = groups.get(keyOf(line)) ?? { messages: 0, bytes: 0 };
      groups.set(keyOf(line), { messages: group.messages + 1, bytes: group.bytes + line.bytes });
    }
    return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  };
  const first = (kind: string) => lines.find((line) => line.kind === kind)?.meaning ?? "";
  return {
    messages: lines.length, bytes: lines.reduce((sum, { bytes }) => sum + bytes, 0), firstLine: lines[0]?.n ?? null, lastLine: lines.at(-1)?.n ?? null,
    kinds: grouped(({ kind }) => kind).map(([kind, sums]) => ({ kind, ...sums, meaning: first(kind) })),
    recipients: grouped(({ recipient }) => recipient).map(([recipient, sums]) => ({ recipient, ...sums })),
    days: grouped(({ atMs }) => instantText(atMs).slice(0, 10)).map(([day, sums]) => ({ day, ...sums })),
  };
}

/** In 10^-9 of ρ, by charter: what the month's sums cost, and all under that charter until the month's end. */
function privacyOf(database: Database, { fromMs, toMs }: Month): Json {
  const rows = database.prepare(`
    SELECT charter, coalesce(sum(nano_rho) FILTER (WHERE at_ms >= ?1 AND at_ms < ?2), 0) AS spent, count(*) FILTER (WHERE at_ms >= ?1 AND at_ms < ?2) AS sums,
      coalesce(sum(nano_rho), 0) AS spent_in_all FROM charges WHERE at_ms < ?2 GROUP BY charter ORDER BY charter`).all(fromMs, toMs);
  return rows.map((row) => ({ charter: textOf(row, "charter"), nanoRho: integerOf(row, "spent"), sums: integerOf(row, "sums"), nanoRhoInAll: integerOf(row, "spent_in_all") }));
}

function within(atMs: number, { fromMs, toMs }: Month): boolean {
  return atMs >= fromMs && atMs < toMs;
}
