import { isShown, type Cell } from "@cohortium/protocol/statistics/answer";
import type { AskedResult } from "./story.js";

/** The document that `--json` prints. */
export function answersJson({ data, held, again, refused, charged, audit }: AskedResult, seconds: number) {
  return {
    data, held, again, refused, charged,
    log: { entries: audit.entries, verified: audit.verified, sumsRecomputed: audit.sumsRecomputed, witnesses: audit.witnesses },
    seconds: Math.round(seconds * 10) / 10,
  };
}

/** The same for people. */
export function printAnswers(result: AskedResult, seconds: number, kept: string | null): string {
  const { data, again, refused, charged, audit } = result;
  const isOne = charged.byNodes.every((spent) => spent === charged.byLog);
  return [
    "", "Answers beside what all rows in one place would say, which nobody has:", "", ...heldTable(result), "",
    `Asked again: ${again.isSame ? "the same bytes" : "OTHER BYTES"}, at a price of ${again.costs}. Asked for more than was left: exit code ${refused.exit ?? "none"}, and ${refused.messages} messages left any company.`,
    isOne ? `What it cost, in 10^-9 of ρ: ${grouped(charged.byLog)} by the log, and by each company's own account.`
      : `What it cost DIFFERS: ${grouped(charged.byLog)} by the log, ${charged.byNodes.map(grouped).join(", ")} by the companies' accounts.`,
    audit.verified ? `The log: ${audit.entries} signed entries verified, ${audit.sumsRecomputed} sums and every answer computed again.` : `The log DOES NOT VERIFY: ${audit.findings[0]?.says ?? ""}`,
    "", `${seconds.toFixed(1)} s${data === "generated" ? " · on GENERATED rows" : ""}`,
    ...(kept === null ? ["Look around afterwards with: npm run demo -- questions --keep DIR"] : lookAround(kept)), "",
  ].join("\n");
}

function heldTable({ held }: AskedResult): readonly string[] {
  const rows = held.map(({ what, answered, plain, isInside }) => [what, cellText(answered), rangeText(answered), digits(plain), isInside ? "" : "outside"]);
  const all = [["", "answer", "95 % interval", "all rows", ""], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) => `  ${row.map((field, i) => (i === 0 ? field.padEnd(widths[i] ?? 0) : field.padStart(widths[i] ?? 0))).join("  ")}`.trimEnd());
}

function cellText(cell: Cell): string {
  return isShown(cell) ? digits(cell.value) : "withheld";
}

function rangeText(cell: Cell): string {
  return isShown(cell) ? `${digits(cell.low)} to ${digits(cell.high)}` : "";
}

function digits(value: number): string {
  return Math.abs(value) < 1 ? value.toFixed(4) : Math.abs(value) < 1_000 ? value.toFixed(1) : grouped(Math.round(value));
}

function grouped(value: number): string {
  return value.toLocaleString("en");
}

function lookAround(folder: string): readonly string[] {
  return [
    `Everything is in ${folder}:`,
    `  npm run cohortium -- audit verify ${folder}/coordinator/public`,
    `  npm run cohortium -- --folder ${folder}/coordinator coordinator start        and in other terminals:`,
    ...["harbour", "lantern", "meadow"].map((name) => `  npm run cohortium -- --folder ${folder}/${name} node start`),
    `  npm run cohortium -- --folder ${folder}/coordinator question ask categories --dimension zip_code --top 3 --epsilon 0.1`,
    `  npm run cohortium -- --folder ${folder}/harbour evidence report --month ${new Date().toISOString().slice(0, 7)}`,
  ];
}
