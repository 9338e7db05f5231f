import type { Json } from "@cohortium/crypto/canonical-json";
import { charterAsJson } from "@cohortium/protocol/session/charter-digest";
import type { Charter } from "@cohortium/protocol/session/charter";
import { instantText } from "@cohortium/protocol/session/instant";

/** Rounds of one kind differ in numbers, not in what leaves: a few of each kind are as telling as all. */
const ROUNDS_MAX = 4;
const TREES_MAX = 2;
const DAY_MS = 86_400_000;

type Members = Readonly<Record<string, Json>>;

/**
 * The charter as the rehearsal's operator would write it: the same columns, model, gate, privacy and scheme, for these parties from today on, with fewer
 * steps. Keys are filled in by the rehearsal's own coordinator.
 */
export function shortened(charter: Charter, parties: readonly string[], nowMs: number): Json {
  const { operator: _operator, questions, ...rest } = membersOf(charterAsJson(charter));
  const list = Array.isArray(questions) ? questions.map((question: Json) => withFewerSteps(membersOf(question))) : [];
  return {
    ...rest, questions: list, consortium: "rehearsal", parties: parties.map((name) => ({ name, organisation: name })), minimumParties: 3, quorum: 3,
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
