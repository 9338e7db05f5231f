import { describe, expect, test } from "@jest/globals";
import type { SessionConduct } from "@cohortium/protocol/conduct/conductor";
import { viewOf } from "../src/training-view.js";
import { coordinatorWhere, RECORDED } from "../../protocol/test/conduct/recorded.js";

const STARTED_MS = RECORDED.coordinator.given.atMs;
const kept = { session: "5e".repeat(16), charter: "c4".repeat(32), without: null, query: null, startedMs: STARTED_MS, endedMs: null, outcome: null };
const clock = { nowMs: STARTED_MS + 12_000, phaseSinceMs: STARTED_MS + 2_000, patientUntilMs: 0 };
const running = (state: SessionConduct["state"] | null) => viewOf(kept, state, clock);
const inPhase = (phase: string) => coordinatorWhere((state) => state.stage === "round" && state.leading.round === 2 && state.leading.phase === phase).state;

describe("a training that runs", () => {
  test("says who is waited for, for what, how long, and until when", () => {
    expect(running(coordinatorWhere(({ stage }) => stage === "setup").state)).toMatchObject({
      state: "running", round: 0, kind: "setup", phase: "joining", model: null, fault: null,
      waitingFor: { parties: ["ada", "bob", "cleo", "dot", "eve"], what: "no answer to the offer", forSeconds: 10, deadlineInSeconds: 18 },
      says: "waiting for ada and bob and cleo and dot and eve: no answer to the offer for 10 s",
    });
    expect(running(inPhase("uploading"))).toMatchObject({ round: 2, kind: "newton", phase: "uploading", rounds: [{ round: 1, kind: "moments" }] });
  });

  test("waits for nobody while it adds", () => {
    expect(running(inPhase("summing"))).toMatchObject({ phase: "summing", waitingFor: null, says: "adding the masked updates" });
  });

  test("never counts below nothing", () => {
    const early = viewOf(kept, inPhase("agreeing"), { ...clock, nowMs: STARTED_MS, phaseSinceMs: STARTED_MS + 9_000 });
    expect(early.waitingFor?.forSeconds).toBe(0);
    const late = viewOf(kept, inPhase("agreeing"), { ...clock, nowMs: STARTED_MS + 10 * 86_400_000 });
    expect(late.waitingFor?.deadlineInSeconds).toBe(0);
  });

  test("that has just ended says so until the end is written down", () => {
    expect(running(null)).toMatchObject({ state: "running", phase: "ending", waitingFor: null, says: "writes down how it ended" });
  });
});

describe("a training that ended", () => {
  const rounds = [{ round: 1, kind: "moments", survivors: ["ada"], rows: 9, measure: null }, { round: 2, kind: "newton", survivors: ["ada"], rows: 9, measure: { what: "gradient norm", value: 0.5 } }];

  test("well shows its model, evaluation and rounds", () => {
    const outcome = { kind: "done", model: "ab".repeat(32), evaluation: { auc: 0.7 }, rounds };
    expect(viewOf({ ...kept, endedMs: 9, outcome }, null, clock)).toMatchObject({
      state: "done", endedAtMs: 9, phase: "ended", round: 2, kind: "newton", says: "joint model after 2 rounds", model: "ab".repeat(32), evaluation: { auc: 0.7 }, fault: null, rounds,
    });
  });

  test("badly shows its fault in a sentence", () => {
    const fault = { code: "AGGREGATION_TOO_FEW", says: "fewer nodes answered", fix: "start them", side: "operator" };
    expect(viewOf({ ...kept, endedMs: 9, outcome: { kind: "aborted", fault } }, null, clock)).toMatchObject({
      state: "aborted", round: 0, kind: "setup", says: "fewer nodes answered", model: null, evaluation: null, fault, rounds: [],
    });
  });

  test("in a way this version cannot read counts as ended badly", () => {
    expect(viewOf({ ...kept, endedMs: 9, outcome: {} }, null, clock)).toMatchObject({ state: "aborted", says: "" });
  });
});
