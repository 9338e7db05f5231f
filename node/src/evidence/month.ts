import { toBase64 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { memberOf } from "@cohortium/crypto/json-member";
import { textOf } from "@cohortium/protocol/host/sqlite";
import { instantText } from "@cohortium/protocol/session/instant";
import { jsonDigest } from "@cohortium/protocol/session/json-digest";
import type { DeletionDesk } from "../deletion/deletion-desk.js";
import type { CohortiumNode } from "../node.js";
import { askedWords } from "./asked.js";
import type { EgressAccount, EgressRecord } from "./egress-account.js";
import { egressOf } from "./month-egress.js";
import { privacyOf } from "./month-privacy.js";
import { notesBetween } from "../store/session-notes.js";

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
    egress: egressOf(lines), privacy: privacyOf(node.store, month, (charter) => node.charters.charterInForce(charter)),
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
  /** The training, or the question in plain words. */
  readonly asked: string;
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
    const charter = kept?.charter ?? charterOfRunning(node, session);
    const asked = askedWords({ outcome: kept?.outcome, charged: chargedFor(node, session), charter: charterText(node, charter) });
    return {
      session, charter, asked, ...outcomeOf(kept?.outcome),
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

/** The kind of question that the session's first sum was charged as; null where nothing was charged. */
function chargedFor({ store }: CohortiumNode, session: string): string | null {
  const row = store.database.prepare("SELECT kind FROM charges WHERE session = ? ORDER BY round LIMIT 1").get(session);
  return row === undefined ? null : textOf(row, "kind");
}

function charterText({ store }: CohortiumNode, digest: string): Json {
  return memberOf(store.charter(digest)?.proposal.statement.body ?? null, "charter") ?? null;
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
  const charter = charterText(node, digest);
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

function within(atMs: number, { fromMs, toMs }: Month): boolean {
  return atMs >= fromMs && atMs < toMs;
}
