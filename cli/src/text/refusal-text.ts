import type { FailureExitCode } from "@cohortium/protocol/host/exit-codes";
import type { Refusal } from "@cohortium/protocol/host/refusal";
import { FAULTS, type FaultCode } from "@cohortium/protocol/session/fault";
import type { Paint } from "./paint.js";
import { plainLine, plainText } from "./plain.js";
import { facts } from "./table.js";

/** A "no" for people: what was refused, by which rule, whose move it is, what would make it pass, where the log has it. */
export function refusalText(refusal: Refusal, paint: Paint): string {
  const { code, title, detail, rule, fix, entry } = refusal;
  const rows = [
    ...(rule === undefined ? [] : [["rule", plainLine(rule)] as const]),
    ["side", sideOf(refusal)] as const,
    ...(fix === undefined ? [] : [["to do", plainText(fix)] as const]),
    ...(entry === undefined ? [] : [["entry", `${entry} of the log`] as const]),
    ["code", `${plainLine(code)} (exit ${refusal.exitCode})`] as const,
  ];
  return `${paint.bad("refused:")} ${plainLine(title)}\n${indented(plainText(detail.trim()))}\n${indented(facts(rows))}`;
}

/** Whose move it is. */
export function sideOf({ code, exitCode }: Pick<Refusal, "code" | "exitCode">): string {
  // A budget is the charter's, whoever asked.
  return isFault(code) && code !== "BUDGET_SPENT" ? SIDE_OF_BLAME[FAULTS[code].blame] : SIDE_OF_EXIT[exitCode];
}

/** The side of a fault as a coordinator or a node names it, in words. */
export function blamed(side: string): string {
  return isBlame(side) ? SIDE_OF_BLAME[side] : side;
}

const SIDE_OF_BLAME = {
  peer: "a partner or the coordinator, which misbehaved or fell silent",
  operator: "the operator, who set it up",
  data: "whose rows they are",
  us: "cohortium: this is a bug",
} as const;

const SIDE_OF_EXIT: Readonly<Record<FailureExitCode, string>> = {
  1: "cohortium: this is a bug",
  2: "yours: the command, its files or the settings",
  3: "whose rows they are",
  4: "the charter, and those who sign it",
  5: "the charter, whose budget it is",
  6: "whoever wrote what was checked",
  7: "the other process, or the network between",
  8: "the coordinator's operator, who lets parties in",
  9: "whoever is waited for",
  130: "yours: it was interrupted",
};

function isBlame(side: string): side is keyof typeof SIDE_OF_BLAME {
  return Object.hasOwn(SIDE_OF_BLAME, side);
}

function isFault(code: string): code is FaultCode {
  return Object.hasOwn(FAULTS, code);
}

function indented(text: string): string {
  return text.split("\n").map((line) => (line === "" ? "" : `  ${line}`)).join("\n");
}
