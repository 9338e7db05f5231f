import { describe, expect, test } from "@jest/globals";
import { encodeFixed } from "@cohortium/crypto/fixed-point";
import type { Words } from "@cohortium/crypto/words";
import { layoutOf, type Question } from "../../src/training/layout.js";
import type { LogisticModel } from "../../src/training/logistic/model.js";
import { modelJson } from "../../src/training/model.js";
import { layoutTerms } from "../../src/training/plan.js";
import { advance, contextOf, firstOf, type Progress } from "../../src/training/progress.js";
import { RECORDED } from "../conduct/recorded.js";
import { SHORT_PLAN, TINY_PLAN, tinyAnswers, tinyRows } from "./tiny-rows.js";

const FIRST = firstOf(TINY_PLAN);
const rows = ["ada", "bob", "cleo"].flatMap((name) => [...tinyRows(name)]);
const answers = tinyAnswers(rows);
/** The sum that three parties with these rows would give: the guard counts them. */
const summed = (question: Question, values: Float64Array): Words => {
  const { segments, ring } = layoutOf(question, layoutTerms(TINY_PLAN));
  const words = encodeFixed(values, segments, ring);
  words[0] = (ring === 64 ? 3n : 3);
  return words;
};
const start = advance(FIRST, summed(FIRST.question, answers.moments()), 3, TINY_PLAN);
const started = start.kind === "next" ? start.progress : FIRST;
const model = started.model as LogisticModel;

describe("a step of a training", () => {
  test("before there is a model shows nothing; after it, the model", () => {
    expect(contextOf(FIRST)).toBeNull();
    expect(contextOf(started)).toEqual(modelJson(model));
  });

  test("from the moments is the zero model", () => {
    expect(start).toMatchObject({ kind: "next", rows: rows.length, measure: null, progress: { question: { kind: "newton" }, accepted: undefined } });
    expect(model.coefficients.every((w) => w === 0)).toBe(true);
  });

  test("from a Newton sum is another model, until the gradient is small; then the evaluation of that same model", () => {
    const sum = summed(started.question, answers.newton(model));
    const next = advance(started, sum, 3, TINY_PLAN);
    expect(next).toMatchObject({ kind: "next", progress: { question: { kind: "newton" }, model: { iteration: 1 } } });
    expect(next.kind === "next" && next.measure?.value).toBeGreaterThan(0.01);
    expect(advance(started, sum, 3, SHORT_PLAN)).toMatchObject({ kind: "next", progress: { kind: "evaluation", model }, keep: null });
  });

  const asked: Progress = { kind: "evaluation", question: { kind: "evaluation" }, model };
  test("from the held-out scores is the end", () => {
    const end = advance(asked, summed(asked.question, answers.evaluation(model)), 3, TINY_PLAN);
    expect(end).toMatchObject({ kind: "evaluated", model, rows: rows.length });
  });

  test("from scores of one class is a failure", () => {
    const scores = answers.evaluation(model);
    expect(advance(asked, summed(asked.question, scores.map((value, i) => (i < 2 ? value : 0))), 3, TINY_PLAN)).toMatchObject({ kind: "failed", code: "TRAINING_DEGENERATE" });
  });

  test("over the same companies brings the same rows, and over fewer not too few", () => {
    const other = answers.newton(model).map((value, i) => (i === 1 ? value + 1 : value));
    expect(advance(started, summed(started.question, other), 3, TINY_PLAN)).toEqual({ kind: "failed", code: "DATA_CHANGED", detail: { rows: rows.length + 1, before: rows.length } });
    const fewer = { ...started, over: { survivors: 4, rows: rows.length + 30 } } as Progress;
    expect(advance(fewer, summed(started.question, answers.newton(model)), 3, TINY_PLAN)).toMatchObject({ kind: "next" });
    expect(advance(fewer, summed(started.question, answers.newton(model)), 3, { ...TINY_PLAN, rowsMinJoint: rows.length + 1 }))
      .toEqual({ kind: "failed", code: "TRAINING_DEGENERATE", detail: { because: "too-few-rows", rows: rows.length } });
  });

  test("larger than so many honest parties could make it is a failure that names the segment, and no number", () => {
    const words = summed(FIRST.question, answers.moments());
    words[1] = 3_100n;
    expect(advance(FIRST, words, 3, TINY_PLAN)).toEqual({ kind: "failed", code: "AGGREGATION_BOUNDS", detail: { segment: "rows" } });
  });

  test("whose guard is not the number of survivors is a failure, whatever the rest says", () => {
    for (const survivors of [2, 4]) expect(advance(FIRST, summed(FIRST.question, answers.moments()), survivors, TINY_PLAN)).toEqual({ kind: "failed", code: "AGGREGATION_GUARD", detail: { survivors } });
  });

  test("from degenerate moments is a failure with its reason", () => {
    const few = { ...TINY_PLAN, rowsMinJoint: 10_000 };
    expect(advance(FIRST, summed(FIRST.question, answers.moments()), 3, few)).toEqual({ kind: "failed", code: "TRAINING_DEGENERATE", detail: { because: "too-few-rows", rows: rows.length } });
  });

  test("that diverges is a failure with its reason", () => {
    const impatient = { ...TINY_PLAN, model: { ...TINY_PLAN.model, iterationsMax: 0 } };
    expect(advance(started, summed(started.question, answers.newton(model)), 3, impatient)).toEqual({ kind: "failed", code: "TRAINING_DIVERGED", detail: { because: "iterations", iteration: 0 } });
  });

  test("is a function of the sum: an auditor who has the log's sums gets the coordinator's models", () => {
    const sums = RECORDED.coordinator.journal.flatMap((event) => (event.kind === "summed" ? [event.words] : []));
    let progress = FIRST;
    const contexts = sums.map((words) => {
      const shown = contextOf(progress);
      const step = advance(progress, words, 5, SHORT_PLAN);
      if (step.kind === "next") progress = step.progress;
      return shown;
    });
    const offered = RECORDED.coordinator.sent.flatMap((message) => (message.kind === "round" && message.to === "ada" ? [message.context] : []));
    expect(contexts).toEqual(offered);
  });
});
