import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { chooseBackend } from "../../../src/learning/network/backends.js";
import { selfTestGap, SELF_TEST_TOLERANCE, trainedOn } from "../../../src/learning/network/self-test.js";
import { loadBackend, readyBackend, type Backend } from "../../../src/learning/network/tensors.js";

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

describe("a stand-in for the native backend, which cannot be had from the registry,", () => {
  const choice = () => chooseBackend({ load: readyBackend, gap: selfTestGap });
  /** Plain JavaScript under the native one's name. @param change - What it makes of each product of matrices. */
  const install = (change: (product: number) => number) => {
    tf.registerBackend("tensorflow", () => new MathBackendCPU());
    for (const kernel of tf.getKernelsForBackend("cpu")) {
      const kernelFunc: tf.KernelFunc = kernel.kernelName !== "BatchMatMul" ? kernel.kernelFunc : (given) => {
        const out = kernel.kernelFunc(given) as tf.TensorInfo;
        const backend = given.backend as MathBackendCPU;
        return backend.makeTensorInfo(out.shape, "float32", Float32Array.from(backend.readSync(out.dataId) as Float32Array, change));
      };
      tf.registerKernel({ ...kernel, backendName: "tensorflow", kernelFunc });
    }
  };
  beforeAll(async () => { await loadBackend("cpu"); });
  afterEach(async () => {
    await readyBackend("wasm");
    for (const { kernelName } of tf.getKernelsForBackend("tensorflow")) tf.unregisterKernel(kernelName, "tensorflow");
    tf.removeBackend("tensorflow");
  });

  test("is used after it trained as WebAssembly does, and then trains", async () => {
    install((product) => product);
    expect((await choice()).backend).toBe("tensorflow");
    expect((await trainedOn("tensorflow", "relu")).every(Number.isFinite)).toBe(true);
  });

  test.each([["a ten-thousandth off", (product: number) => product * 1.0001], ["not a number", () => Number.NaN]])("is not used if its products are %s", async (_, change) => {
    install(change);
    const { backend, notes } = await choice();
    expect(backend).toBe("wasm");
    expect(notes).toEqual([expect.stringContaining("installed and not used")]);
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
});
