import { Refusal } from "@cohortium/protocol/host/refusal";
import { budgetShare } from "@cohortium/protocol/charter/budget-share";
import { audit } from "@cohortium/protocol/log/audit";
import { NOTICES, type AuditReport, type Check } from "@cohortium/protocol/log/audit-report";
import { sessionAuditor } from "@cohortium/protocol/conduct/audit";
import type { AuditSource } from "@cohortium/protocol/log/audit-tree";
import { parseEntry } from "@cohortium/protocol/log/entry";
import { fileBytes } from "../files/file-bytes.js";
import { checkKept, entryAt, logFolder } from "../files/log-folder.js";
import { entrySentence } from "../show/entry.js";
import { count, short } from "../text/amounts.js";
import type { Paint } from "../text/paint.js";
import { plainLine, plainText } from "../text/plain.js";
import { table } from "../text/table.js";
import { given, pathOf, textOption, type CommandGroup, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";

/** Checking a log offline, trusting nobody who wrote it. */
export const AUDIT: CommandGroup = {
  name: "audit",
  says: "check a published log offline, trusting nobody who wrote it (auditor)",
  commands: [
    {
      usage: "verify <folder>", says: "signatures, tree, charters, the order of every round; every sum, model and answer computed again, and what answers cost", example: "audit verify ./hub/public --checkpoint kept.txt",
      options: [
        ["--checkpoint <file>", "a checkpoint somebody else kept: the log must contain all it did then"],
        ["--log-key <key>", "the log's verifier key from whom you trust; otherwise the log is held to the key it states itself"],
      ],
      run: async (context, args, options) => verify(context, given(args, 0), options),
    },
    {
      usage: "show <folder> <entry>", says: "one entry as a sentence and as it was signed", example: "audit show ./hub/public 17",
      run: async (context, args) => show(context, given(args, 0), given(args, 1)),
    },
  ],
};

/** A log that is wrong from the start has as many findings as entries; nobody reads further than this. */
const FINDINGS_SHOWN_MAX = 20;

function verify(context: Context, folder: string, options: Options): Outcome {
  const source = logFolder(pathOf(context, folder));
  const [checkpoint, logKey] = [textOption(options, "checkpoint"), textOption(options, "logKey")];
  const anchor = checkpoint === undefined ? null : readNote(pathOf(context, checkpoint));
  if (anchor !== null) checkKept(anchor, source, pathOf(context, checkpoint ?? ""));
  context.progress.now("checking every entry, sum and model …");
  const report = audit(source, {
    rounds: sessionAuditor(),
    ...(logKey === undefined ? {} : { logKey: checkedKey(logKey) }),
    ...(anchor === null ? {} : { anchor }),
  });
  context.progress.clear();
  const caveats = [
    ...(logKey === undefined ? ["The log was held to the key it states itself; --log-key holds it to yours."] : []),
    ...(checkpoint === undefined ? ["A log that was cut short can pass for a whole one; --checkpoint holds it to what somebody kept."] : []),
  ];
  return { json: { ...report, caveats }, text: reportText(report, caveats, { source, paint: context.paint }), exit: report.verified ? 0 : 6 };
}

interface At {
  readonly source: AuditSource;
  readonly paint: Paint;
}

function reportText(report: AuditReport, caveats: readonly string[], at: At): string {
  const { paint } = at;
  const checks = report.checks.map((check) => [check.name, count(check.count), resultText(check, paint)]);
  return [
    verdictText(report, at),
    "",
    table([{ head: "check" }, { head: "looked at", right: true }, { head: "result" }], checks, { paint, empty: "" }),
    ...(report.privacy.length === 0 ? [] : ["", privacyText(report, paint)]),
    ...(report.findings.length === 0 ? [] : ["", findingsText(report, paint)]),
    ...(report.notices.length === 0 ? [] : ["", noticesText(report, paint)]),
    ...(caveats.length === 0 ? [] : ["", ...caveats.map((caveat) => paint.dim(caveat))]),
  ].join("\n");
}

function verdictText({ verified, entries, sumsRecomputed, findings }: AuditReport, { source, paint }: At): string {
  if (verified) return `${paint.good("Verified:")} ${count(entries)} entries, ${count(sumsRecomputed)} sums computed again.`;
  const first = findings.find(({ entry }) => entry !== null)?.entry ?? null;
  if (first === null) return `${paint.bad("Not verified.")} What is wrong concerns the log as a whole.`;
  return `${paint.bad(`Not verified: first at entry ${first}.`)}\n  ${sentenceOrNothing(source, first)}`;
}

function resultText({ ok, count: lookedAt }: Check, paint: Paint): string {
  if (!ok) return paint.bad("failed");
  return lookedAt === 0 ? paint.dim("nothing to check") : paint.good("ok");
}

function findingsText({ findings }: AuditReport, paint: Paint): string {
  const rows = findings.slice(0, FINDINGS_SHOWN_MAX).map(({ entry, code, says }) => [entry === null ? "-" : String(entry), code, plainLine(says)]);
  const rest = findings.length - rows.length;
  const lines = table([{ head: "entry", right: true }, { head: "finding" }, { head: "says" }], rows, { paint, empty: "" });
  return rest === 0 ? lines : `${lines}\nand ${count(rest)} more; --json has all of them`;
}

/** Of each charter what the company charged most has spent. */
function privacyText({ privacy }: AuditReport, paint: Paint): string {
  const rows = privacy.map(({ charter, answers, chargedNanoRho, budgetNanoRho, reserveNanoRho }) => [
    short(charter), count(answers), ...spentCells(chargedNanoRho, budgetNanoRho, reserveNanoRho),
  ]);
  return table([{ head: "charter" }, { head: "answers", right: true }, { head: "budget spent" }, { head: "in reserve beside it" }], rows, { paint, empty: "" });
}

/** As everywhere a share of the budget without its reserve; who has opened the reserve may have spent more than all of that. */
function spentCells(charged: number, whole: number | null, reserve: number): readonly string[] {
  if (whole === null) return ["no noise", ""];
  const budget = whole - reserve;
  return [`${budgetShare(charged, budget)} (ρ ${rho(charged)} of ${rho(budget)})`, reserve === 0 ? "nothing" : `${budgetShare(reserve, budget)} (ρ ${rho(reserve)})`];
}

function rho(nanoRho: number): string {
  return (nanoRho / 1e9).toFixed(6);
}

/** They change no verdict; somebody should know. */
function noticesText({ notices }: AuditReport, paint: Paint): string {
  const rows = notices.slice(0, FINDINGS_SHOWN_MAX).map(({ entry, code, says }) => [String(entry), code, plainLine(says)]);
  const lines = table([{ head: "entry", right: true }, { head: "notice" }, { head: "says" }], rows, { paint, empty: "" });
  return [lines, "", ...[...new Set(notices.map(({ code }) => code))].map((code) => paint.dim(`${code}: ${NOTICES[code]}.`))].join("\n");
}

/** The entry in words, if it can be read at all. */
function sentenceOrNothing(source: AuditSource, index: number): string {
  try {
    return entrySentence(parseEntry(entryAt(source, index)).statement);
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError)) throw error;
    return "That entry cannot be read.";
  }
}

function show(context: Context, folder: string, number: string): Outcome {
  if (!/^\d{1,15}$/.test(number)) throw new Refusal({ code: "USAGE_ENTRY", title: "an entry is named by its number", detail: `"${number}" is none; the first is 0`, fix: "write digits alone, such as 12" });
  const index = Number(number);
  const bytes = entryAt(logFolder(pathOf(context, folder)), index);
  const { statement, id, sig } = readEntry(bytes, index);
  const sentence = entrySentence(statement);
  const text = [sentence, "", plainText(JSON.stringify({ ...statement, sig }, null, 2)), "", context.paint.dim("Nothing was verified here; that is what audit verify is for.")].join("\n");
  return done({ index, id, sentence, entry: { ...statement, sig } }, text);
}

function readEntry(bytes: Uint8Array, index: number) {
  try {
    return parseEntry(bytes);
  } catch (error) {
    // What the UTF-8 decoder, JSON.parse and the entry's own rules throw at foreign bytes.
    if (!(error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError)) throw error;
    throw new Refusal({ code: "LOG_UNREADABLE", title: `entry ${index} cannot be read`, detail: error.message, entry: index }, { cause: error });
  }
}

/** @throws Refusal USAGE_LOG_KEY rather than hold a log to something that is no key. */
function checkedKey(text: string): string {
  if (/^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/.test(text)) return text;
  throw new Refusal({ code: "USAGE_LOG_KEY", title: "this is no verifier key", detail: "name+8 hex digits+base64 expected", fix: "copy the line log key of: cohortium coordinator status" });
}

function readNote(path: string): string {
  const bytes = fileBytes(path);
  if (bytes === null) throw new Refusal({ code: "USAGE_FILE", title: "there is no such file", detail: path, fix: "name the checkpoint that was kept" });
  // Bytes that are no UTF-8 become signs that no checkpoint holds, and the audit says that it cannot be read.
  return new TextDecoder().decode(bytes);
}
