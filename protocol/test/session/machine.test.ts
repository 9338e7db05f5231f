import { describe, expect, test } from "@jest/globals";
import { replay, type Machine } from "../../src/session/machine.js";

interface Counting {
  readonly given: number;
  readonly state: number;
  readonly event: number;
  readonly send: string;
  readonly ask: never;
  readonly result: number;
}

const at = (state: number) => ({ kind: "wait", state, log: [], send: [`at ${state}`], ask: [], untilMs: 0 }) as const;
/** Adds up until it passes 10, and cannot bear a 13. */
const counting: Machine<Counting> = {
  open: (given) => (given < 0 ? { kind: "abort", fault: { code: "SESSION_CANCELLED", detail: {} }, log: [], send: [] } : at(given)),
  step: (state, event) => (event === 13 ? { kind: "abort", fault: { code: "TRAINING_ORDER", detail: { event } }, log: [], send: [] }
    : state + event > 10 ? { kind: "done", result: state + event, log: [], send: [] } : at(state + event)),
};

describe("a replay", () => {
  test("of nothing is the opening", () => expect(replay(counting, 3, [])).toEqual(at(3)));
  test("is the last step that happened", () => expect(replay(counting, 3, [1, 2])).toEqual(at(6)));
  test("ends where the session ended, whatever came after", () => {
    expect(replay(counting, 3, [9, 13, 1])).toMatchObject({ kind: "done", result: 12 });
    expect(replay(counting, 3, [13, 9])).toMatchObject({ kind: "abort", fault: { code: "TRAINING_ORDER" } });
    expect(replay(counting, -1, [1, 2])).toMatchObject({ kind: "abort", fault: { code: "SESSION_CANCELLED" } });
  });
});
