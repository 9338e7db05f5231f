import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { modelDigest, modelJson, parseModel } from "../../../src/training/model.js";
import { initialWeights } from "../../../src/training/network/initial.js";
import { layersOver, WEIGHT_ABS_MAX, type NetworkModel } from "../../../src/training/network/model.js";
import { initialModel } from "../../../src/training/network/progress.js";
import { layersOf, weightCount } from "../../../src/training/network/shape.js";
import { networkPlan } from "./tiny-network.js";

const PLAN = networkPlan({ hidden: [3, 2] });
const SCALING = { columns: ["intercept", "age", "job=farmer", "job=pilot"], means: [0, 50, 0, 0], deviations: [1, 20, 1, 1], dropped: ["job=farmer"] };
const MODEL: NetworkModel = { ...initialModel(SCALING, PLAN, PLAN.model), iteration: 3 };
const JSON_FORM = modelJson(MODEL) as Readonly<Record<string, unknown>>;

test("weights lie layer by layer, kernels before biases, and only columns that were kept have any", () => {
  expect(layersOver(PLAN.features, SCALING, [3, 2])).toEqual([
    { inputs: 2, outputs: 3, kernelFrom: 0, biasFrom: 6 }, { inputs: 3, outputs: 2, kernelFrom: 9, biasFrom: 15 }, { inputs: 2, outputs: 1, kernelFrom: 17, biasFrom: 19 },
  ]);
  expect(MODEL.weights).toHaveLength(20);
});

describe("initial weights", () => {
  const layers = layersOf(40, [30, 20]);
  const weights = initialWeights(layers, 11);

  test("fill ±√(6 / (inputs + outputs)) and leave the biases at zero", () => {
    for (const { inputs, outputs, kernelFrom, biasFrom } of layers) {
      const bound = Math.sqrt(6 / (inputs + outputs));
      const kernel = weights.subarray(kernelFrom, biasFrom);
      const largest = kernel.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
      expect(largest).toBeLessThanOrEqual(bound);
      expect(largest).toBeGreaterThan(0.8 * bound);
      expect([...weights.subarray(biasFrom, biasFrom + outputs)].every((bias) => bias === 0)).toBe(true);
    }
    const kernel = weights.subarray(0, 1_200);
    // The variance of a uniform distribution is a third of its bound's square.
    expect(kernel.reduce((sum, weight) => sum + weight * weight, 0) / 1_200).toBeCloseTo(6 / 70 / 3, 2);
  });

  test("are the same for the same seed, and others for another", () => {
    expect(initialWeights(layers, 11)).toEqual(weights);
    expect(initialWeights(layers, 12)).not.toEqual(weights);
  });

  test("are those that a second implementation, in Python's hashlib and integers, gives for seed 7", () => {
    expect([...initialWeights(layersOf(2, [1]), 7)]).toEqual([-1.229015588760376, -0.47793111205101013, 0, -0.9952925443649292, 0]);
  });
});

describe("a network as JSON", () => {
  test("reads back to the same bits", () => {
    expect(parseModel(JSON_FORM, PLAN)).toEqual(MODEL);
  });

  test("has a digest that one bit of one weight changes", () => {
    const weights = MODEL.weights.slice();
    new Uint32Array(weights.buffer)[7]! ^= 1;
    expect(modelDigest({ ...MODEL, weights })).not.toBe(modelDigest(MODEL));
  });

  test("holds any finite weight within the bound", () => {
    const floats = fc.array(fc.float({ min: Math.fround(-1e6), max: Math.fround(1e6), noNaN: true }), { minLength: 20, maxLength: 20 });
    fc.assert(fc.property(floats, (weights) => {
      const model = { ...MODEL, weights: Float32Array.from(weights) };
      expect(parseModel(modelJson(model), PLAN)).toEqual(model);
    }));
  });

  const other = (change: object) => ({ ...JSON_FORM, ...change });
  const withWeight = (weight: number) => {
    const weights = MODEL.weights.slice();
    weights[4] = weight;
    return modelJson({ ...MODEL, weights });
  };
  test.each([
    ["another kind", other({ kind: "logistic" })],
    ["a member too many", other({ note: "" })],
    ["other layers", other({ hidden: [3, 3] })],
    ["fewer layers", other({ hidden: [3] })],
    ["another activation", other({ activation: "relu" })],
    ["half an iteration", other({ iteration: 1.5 })],
    ["a weight too few", other({ weights: modelJson({ ...MODEL, weights: MODEL.weights.slice(1) }) })],
    ["weights that are no base64", other({ weights: "*".repeat(108) })],
    ["weights that are a list", other({ weights: [...MODEL.weights] })],
    ["a weight that is not a number", withWeight(Number.NaN)],
    ["an infinite weight", withWeight(Number.POSITIVE_INFINITY)],
    ["a weight beyond what training allows", withWeight(WEIGHT_ABS_MAX + 1)],
    ["a mean beyond the charter's bounds", other({ means: [0, 170, 0, 0] })],
    ["columns that are not the charter's", other({ columns: ["intercept", "age", "job=pilot", "job=farmer"] })],
    ["a dropped column more, and so more weights than it has columns", other({ dropped: [] })],
  ])("with %s is refused", (_, raw) => {
    expect(() => parseModel(raw, PLAN)).toThrow(RangeError);
  });

  test("with a weight at the bound is not", () => {
    expect(() => parseModel(withWeight(WEIGHT_ABS_MAX), PLAN)).not.toThrow();
  });
});

test("a network without a hidden unit too many has (columns + 1) · units + (units + 1) weights", () => {
  expect(weightCount(layersOf(5, [4]))).toBe(6 * 4 + 5);
});
