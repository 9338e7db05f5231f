import { expect, test } from "@jest/globals";
import { decodeFixed, encodeFixed } from "@cohortium/crypto/fixed-point";
import { layoutOf } from "../../../src/training/layout.js";
import { initialControl, initialModel } from "../../../src/training/network/progress.js";
import { controlBound, packUpdate, unpackUpdate, updateScales, type UpdateQuestion } from "../../../src/training/network/update.js";
import { layoutTerms } from "../../../src/training/plan.js";
import { networkPlan } from "./tiny-network.js";

const SCALING = { columns: ["intercept", "age", "job=farmer", "job=pilot"], means: [0, 50, 0, 0], deviations: [1, 20, 1, 1], dropped: [] };
const questionOf = (plan: ReturnType<typeof networkPlan>): UpdateQuestion => {
  const model = initialModel(SCALING, plan, plan.model);
  return { kind: "update", clause: plan.model, model, control: initialControl(model, plan.model) };
};
const PLAIN = networkPlan({ strips: "hidden" });
const FULL = networkPlan({ optimiser: { kind: "scaffold", serverRate: 1 } });
/** 3 columns, 4 units, one output. */
const WEIGHTS = 21;

test("an answer begins with guard and rows, and holds what the charter says and no more", () => {
  const names = (plan: typeof PLAIN) => layoutOf(questionOf(plan), layoutTerms(plan)).segments.map(({ name, length }) => `${name} ${length}`);
  expect(names(PLAIN)).toEqual(["parties 1", "rows 1", "counted rows 1", "loss 1", `update ${WEIGHTS}`]);
  expect(names(FULL)).toEqual(["parties 1", "rows 1", "counted rows 1", "loss 1", `update ${WEIGHTS}`, `control variate ${WEIGHTS}`, "update norms 10", "update cosines 9"]);
});

test("an answer survives packing, the ring and unpacking, up to half a step of its scale", () => {
  const question = questionOf(FULL);
  const { segments, ring } = layoutOf(question, layoutTerms(FULL));
  const answer = {
    rows: 43, counted: 40, loss: 0.41, update: Float64Array.from({ length: WEIGHTS }, (_, i) => Math.sin(i) / 3),
    control: Float64Array.from({ length: WEIGHTS }, (_, i) => Math.cos(i)), strips: { norms: new Float64Array(10).fill(1), cosines: new Float64Array(9).fill(0) },
  };
  const back = unpackUpdate(decodeFixed(encodeFixed(packUpdate(answer), segments, ring), segments, ring), question);
  expect(back).toMatchObject({ rows: 43, counted: 40, strips: answer.strips });
  const { update, control } = updateScales(layoutTerms(FULL), FULL.model);
  back.update.forEach((value, i) => expect(Math.abs(value - (answer.update[i] ?? NaN))).toBeLessThanOrEqual(2 ** -(update + 1)));
  back.control.forEach((value, i) => expect(Math.abs(value - (answer.control[i] ?? NaN))).toBeLessThanOrEqual(2 ** -(control + 1)));
});

test("five parties' updates of at most 2 are rounded to 2^-26, and no coordinate beyond 2 gets out", () => {
  expect(updateScales({ parties: 5 }, { clip: 2, localRate: 0.4 }).update).toBe(26);
  const { segments, ring } = layoutOf(questionOf(PLAIN), layoutTerms(PLAIN));
  const values = (coordinate: number) => packUpdate({ rows: 40, counted: 40, loss: 0.7, update: new Float64Array(WEIGHTS).fill(0).fill(coordinate, 5, 6), control: new Float64Array(), strips: null });
  expect(() => encodeFixed(values(2), segments, ring)).not.toThrow();
  expect(() => encodeFixed(values(-2.0001), segments, ring)).toThrow(RangeError);
  expect(() => encodeFixed(values(NaN), segments, ring)).toThrow(RangeError);
});

test("a control variate may be as long as moves a whole update in one step", () => {
  expect(controlBound({ clip: 2, localRate: 0.4 })).toBe(5);
});

test("a vector of another length is not an answer", () => {
  expect(() => unpackUpdate(new Float64Array(WEIGHTS + 5), questionOf(PLAIN))).toThrow(RangeError);
});
