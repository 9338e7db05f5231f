import type { EgressLine } from "@cohortium/node/store/ledger";
import type { StoryResult } from "./story.js";

/** The document that `--json` prints. */
export function reportJson({ data, partners, pooled, view, audit, coefficientGap }: StoryResult, seconds: number) {
  return {
    data: data.source, partners, aucPooled: pooled.auc, aucJoint: partners[0]?.aucJoint ?? Number.NaN, coefficientGap, rounds: view.rounds.length,
    log: { entries: audit.entries, verified: audit.verified, sumsRecomputed: audit.sumsRecomputed, witnesses: audit.witnesses },
    seconds: Math.round(seconds * 10) / 10,
  };
}

/** The same for people. */
export function printReport(result: StoryResult, seconds: number, kept: string | null): string {
  return [
    "", ...gainTable(result), "", ...egressTable(result), "", ...logLines(result), "",
    `${seconds.toFixed(1)} s${result.data.source === "generated" ? " · on GENERATED rows" : ""}`,
    ...(kept === null ? ["Look around afterwards with: npm run demo -- --keep DIR"] : lookAround(kept)), "",
  ].join("\n");
}

function gainTable({ partners, pooled, coefficientGap, data }: StoryResult): readonly string[] {
  const rows = partners.map(({ name, rows: count, aucAlone, aucJoint }) =>
    [name, count.toLocaleString("en"), aucAlone.toFixed(4), aucJoint.toFixed(4), `${aucJoint >= aucAlone ? "+" : ""}${(aucJoint - aucAlone).toFixed(4)}`]);
  return [
    `What each partner gains, on the same ${data.rows.holdout.toLocaleString("en")} held-out rows:`, "",
    ...table(["partner", "rows", "AUC alone", "AUC joint", "gain"], rows),
    "",
    `All rows in one place, which nobody has: AUC ${pooled.auc.toFixed(4)}; largest relative difference of a coefficient ${coefficientGap.toExponential(1)}`,
  ];
}

function egressTable({ egress }: StoryResult): readonly string[] {
  const [first] = egress;
  const kinds = [...new Set(first?.lines.map(({ kind }) => kind) ?? [])];
  const rows = kinds.map((kind) => {
    const lines = first?.lines.filter((line) => line.kind === kind) ?? [];
    return [kind, String(lines.length), bytes(lines), commonMeaning(lines)];
  });
  return [
    `What left ${first?.name ?? "a node"} (every node keeps such a list: cohortium egress show):`, "",
    ...table(["kind", "messages", "bytes", "meaning"], rows), "",
    `In all: ${egress.map(({ name, lines }) => `${name} ${lines.length} messages, ${bytes(lines)} bytes`).join(" · ")}`,
  ];
}

/** What all lines of one kind say; of vectors, which differ in question and length, the half that does not. */
function commonMeaning(lines: readonly EgressLine[]): string {
  const meanings = [...new Set(lines.map(({ meaning }) => meaning))];
  const [first = ""] = meanings;
  return meanings.length === 1 ? first : `one a round; ${first.split("; ").slice(1).join("; ")}`;
}

function logLines({ audit }: StoryResult): readonly string[] {
  return [
    audit.verified
      ? `The log: ${audit.entries} signed entries verified, ${audit.sumsRecomputed} sums computed again from the masked uploads, every model from the sums; ${audit.witnesses} nodes cosigned`
      : `The log DOES NOT VERIFY: ${audit.findings[0]?.says ?? ""} (entry ${audit.findings[0]?.entry ?? "-"})`,
  ];
}

function lookAround(folder: string): readonly string[] {
  return [
    `Everything is in ${folder}:`,
    `  npm run cohortium -- audit verify ${folder}/coordinator/public`,
    `  npm run cohortium -- --folder ${folder}/coordinator coordinator start        and in another terminal:`,
    `  npm run cohortium -- --folder ${folder}/harbour node start`,
    `  npm run cohortium -- --folder ${folder}/harbour egress show`,
  ];
}

function bytes(lines: readonly EgressLine[]): string {
  return lines.reduce((sum, line) => sum + line.bytes, 0).toLocaleString("en");
}

/** Numbers stand to the right; the last column, if it is text, runs on. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const isNumber = head.map((_, column) => rows.every((row) => /^[+-]?[\d.,]+$/.test(row[column] ?? "")));
  const line = (cells: readonly string[]) => `  ${cells.map((cell, i) => (isNumber[i] === true ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join("  ").trimEnd()}`;
  return [line(head), `  ${widths.map((width, i) => "─".repeat(i === head.length - 1 ? Math.min(width, 60) : width)).join("  ")}`, ...rows.map(line)];
}
