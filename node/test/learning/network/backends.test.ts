import { describe, expect, test } from "@jest/globals";
import * as tf from "@tensorflow/tfjs-core";
import { chooseBackend } from "../../../src/learning/network/backends.js";
import { selfTestGap, SELF_TEST_TOLERANCE, trainedOn } from "../../../src/learning/network/self-test.js";
import { loadBackend, type Backend } from "../../../src/learning/network/tensors.js";

const host = (has: readonly Backend[], gap = 1e-7) => ({ load: (backend: Backend) => Promise.resolve(has.includes(backend)), gap: () => Promise.resolve(gap) });

describe("a node trains on", () => {
  test("WebAssembly where nothing else is installed, without a word", async () => {
    expect(await chooseBackend(host(["wasm", "cpu"]))).toEqual({ backend: "wasm", notes: [] });
  });

  test("the native backend where it is installed and gives the same result", async () => {
    const { backend, notes } = await chooseBackend(host(["wasm", "tensorflow"], SELF_TEST_TOLERANCE));
    expect(backend).toBe("tensorflow");
    expect(notes).toEqual([expect.stringContaining("the native backend is used: its weights of the self-test are within 1.0e-4")]);
  });

  test.each([SELF_TEST_TOLERANCE * 1.01, Number.NaN, Number.POSITIVE_INFINITY])("WebAssembly where the native one is %d off, and says so", async (gap) => {
    const { backend, notes } = await chooseBackend(host(["wasm", "tensorflow"], gap));
    expect(backend).toBe("wasm");
    expect(notes).toEqual([expect.stringContaining("installed and not used")]);
  });

  test("plain JavaScript as a last resort, and says so", async () => {
    const { backend, notes } = await chooseBackend(host(["cpu"]));
    expect(backend).toBe("cpu");
    expect(notes).toEqual([expect.stringContaining("plain JavaScript")]);
  });

  test("nothing where nothing can be loaded", async () => {
    await expect(chooseBackend(host([]))).rejects.toThrow("no tensor backend");
  });
});

describe("the self-test", () => {
  test("finds plain JavaScript and WebAssembly within its tolerance, and trains on the way", async () => {
    expect(await loadBackend("cpu")).toBe(true);
    const gap = await selfTestGap("cpu", "wasm");
    expect(gap).toBeGreaterThan(0);
    expect(gap).toBeLessThan(SELF_TEST_TOLERANCE / 10);
  });

  test("is NaN for a backend that is not there", async () => {
    expect(await selfTestGap("tensorflow", "wasm")).toBeNaN();
  });

  test("finds a backend whose matrix products are off by a hundredth of a percent", async () => {
    const honest = await trainedOn("wasm", "relu");
    const product = tf.getKernel("BatchMatMul", "wasm");
    tf.unregisterKernel("BatchMatMul", "wasm");
    tf.registerKernel({ ...product, kernelFunc: (given) => {
      const out = product.kernelFunc(given) as tf.TensorInfo;
      const engine = given.backend as { readSync(id: object): Float32Array; makeOutput(shape: number[], type: string, at: undefined, values: Float32Array): tf.TensorInfo };
      return engine.makeOutput(out.shape, "float32", undefined, engine.readSync(out.dataId).map((value) => value * 1.0001));
    } });
    try {
      const off = await trainedOn("wasm", "relu");
      const gap = Math.max(...Array.from(off, (weight, i) => Math.abs(weight - honest[i]!)));
      expect(gap).toBeGreaterThan(SELF_TEST_TOLERANCE);
    } finally {
      tf.unregisterKernel("BatchMatMul", "wasm");
      tf.registerKernel(product);
    }
    expect(await trainedOn("wasm", "relu")).toEqual(honest);
  });
});
