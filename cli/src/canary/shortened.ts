import type { Json } from "@cohortium/crypto/canonical-json";
import { charterAsJson } from "@cohortium/protocol/charter/digest";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { CELL_ROWS_MIN } from "@cohortium/protocol/charter/limits";
import { instantText } from "@cohortium/protocol/session/instant";

/** Rounds of one kind differ in numbers, not in what leaves: a few of each kind are as telling as all. */
const ROUNDS_MAX = 4;
const TREES_MAX = 2;
const DAY_MS = 86_400_000;

type Members = Readonly<Record<string, Json>>;

/** When the rehearsal is, and how many rows the copy has that each of its companies brings. */
export interface Staging {
  readonly nowMs: number;
  readonly rows: number;
}

/**
 * The charter as the rehearsal's operator would write it: the same columns, model, gate, privacy and scheme, for these parties from today on, with fewer
 * steps. Keys are filled in by the rehearsal's own coordinator. Three copies of one company's rows may be fewer than all companies must bring together,
 * and then nothing would be rehearsed to its end: so the joint minimum, on which no number that leaves depends, is lowered to the rows of one copy.
 */
export function shortened(charter: Charter, parties: readonly string[], { nowMs, rows }: Staging): Json {
  const { operator: _operator, questions, ...rest } = membersOf(charterAsJson(charter));
  const list = Array.isArray(questions) ? questions.map((question: Json) => withFewerSteps(membersOf(question))) : [];
  return {
    ...rest, questions: list, consortium: "rehearsal", parties: parties.map((name) => ({ name, organisation: name })), minimumParties: 3, quorum: 3,
    rows: { ...charter.rows, jointMin: Math.min(charter.rows.jointMin, Math.max(CELL_ROWS_MIN, rows)) },
    notBefore: dayText(nowMs - DAY_MS), expires: dayText(nowMs + DAY_MS),
  };
}

function withFewerSteps(question: Members): Json {
  const model = membersOf(question["model"] ?? null);
  const fewer = Object.fromEntries(Object.entries(LIMITS).flatMap(([name, most]) => {
    const value = model[name];
    return typeof value === "number" ? [[name, Math.min(value, most)]] : [];
  }));
  return { ...question, model: { ...model, ...fewer } };
}

/** Of a regression none: it ends where it converges, in a few. */
const LIMITS: Readonly<Record<string, number>> = { trees: TREES_MAX, rounds: ROUNDS_MAX };

/** Whole seconds, as charters write time. */
function dayText(atMs: number): string {
  return `${instantText(atMs).slice(0, 19)}Z`;
}

function membersOf(json: Json): Members {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? Object.fromEntries(Object.entries(json)) : {};
}
