import { describe, expect, test } from "@jest/globals";
import { opened, replay, stepped, type Machine } from "../../src/session/machine.js";

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

describe("a machine that throws", () => {
  const broken: Machine<Counting> = {
    open: (given) => { if (given === 7) throw new RangeError("7 is secret"); return counting.open(given); },
    step: (state, event) => { if (event === 5) throw new TypeError("5 is secret"); return counting.step(state, event); },
  };
  const ended = (error: string) => ({ kind: "abort", fault: { code: "SESSION_BROKEN", detail: { error } }, log: [], send: [] });

  test("ends its session, at every replay, and says no more of the error than its name", () => {
    expect(stepped(broken, 3, 5)).toEqual(ended("TypeError"));
    expect(replay(broken, 3, [2, 5, 1])).toEqual(ended("TypeError"));
    expect([opened(broken, 7), replay(broken, 7, [1])]).toEqual([ended("RangeError"), ended("RangeError")]);
    expect(stepped(broken, 3, 2)).toEqual(at(5));
  });

  test("tells its peers, if it knows how to", () => {
    const polite: Machine<Counting> = { ...broken, broken: (state, event, fault) => ({ kind: "abort", fault, log: [], send: [`over at ${state + event}`] }) };
    expect(stepped(polite, 3, 5)).toEqual({ ...ended("TypeError"), send: ["over at 8"] });
  });

  test("ends in silence if it fails even at that", () => {
    const hopeless: Machine<Counting> = { ...broken, broken: () => { throw new SyntaxError("again"); } };
    expect(stepped(hopeless, 3, 5)).toEqual(ended("SyntaxError"));
  });
});
