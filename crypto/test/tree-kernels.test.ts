import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { gradientUnits, hessianUnits, probabilityUnits } from "../../protocol/src/training/trees/quantise.js";
import { SHARED_MEMORY_MAX_BYTES, sharedMemory, treeKernels } from "../src/kernels.js";

const [MARGINS, LABELS, PAIRS] = [0, 32_768, 40_960];

describe("gradients", () => {
  const memory = sharedMemory(2 ** 17);
  const { gradients } = treeKernels(memory);
  const pairsOf = (margins: readonly number[], label: number) => {
    new Float32Array(memory.buffer, MARGINS, margins.length).set(margins);
    new Uint8Array(memory.buffer, LABELS, margins.length + 1).fill(label);
    gradients(MARGINS, LABELS, PAIRS, margins.length);
    const pairs = new Int32Array(memory.buffer, PAIRS, 2 * margins.length);
    return margins.map((_, i) => [pairs[2 * i], pairs[2 * i + 1]]);
  };
  const want = (margins: readonly number[], label: number) => margins.map((margin) => {
    const p = probabilityUnits(margin);
    return [gradientUnits(p, label) + 0, hessianUnits(p)];
  });

  test.each([0, 1])("are those of the plain definition, bit for bit, for label %d", (label) => {
    const margins = fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 40 });
    fc.assert(fc.property(margins, (list) => { expect(pairsOf(list, label)).toEqual(want(list, label)); }));
    const even = Array.from({ length: 4_001 }, (_, i) => Math.fround((i - 2_000) / 57));
    expect(pairsOf(even, label)).toEqual(want(even, label));
    const ends = [0, -0, 30, -30, 1e30, -1e30, Infinity, -Infinity].map(Math.fround);
    expect(pairsOf(ends, label)).toEqual(want(ends, label));
  });
});

describe("histograms", () => {
  const rowsOf = (count: number, seed: number) => Array.from({ length: count }, (_, row) => ({
    bins: Array.from({ length: 8 }, (_bin, lane) => (Math.imul(row + 7, 2_654_435_761 + lane * seed) >>> 24)),
    pair: [Math.imul(row + 1, seed * 40_503) >> 11, Math.imul(row + 3, seed) >>> 14] as const,
  }));

  test("are the sums of the named rows' pairs, lane by lane and bin by bin", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 3, max: 999 }), fc.array(fc.nat(199), { maxLength: 300 }), (count, seed, picks) => {
      const rows = rowsOf(count, seed);
      const named = picks.map((pick) => pick % count);
      const memory = sharedMemory(2 ** 17);
      const { addEight, toDoubles } = treeKernels(memory);
      const [binsAt, pairsAt, namesAt, sumsAt] = [0, 2_048, 4_096, 8_192];
      rows.forEach(({ bins, pair }, row) => {
        new Uint8Array(memory.buffer, binsAt + 8 * row, 8).set(bins);
        new Int32Array(memory.buffer, pairsAt + 8 * row, 2).set(pair);
      });
      new Uint32Array(memory.buffer, namesAt, named.length).set(named);
      // In two calls, because sums go on where they were.
      const half = named.length >> 1;
      addEight(binsAt, pairsAt, namesAt, half, sumsAt);
      addEight(binsAt, pairsAt, namesAt + 4 * half, named.length - half, sumsAt);

      const want = new BigInt64Array(8 * 256 * 2);
      for (const row of named) rows[row]!.bins.forEach((bin, lane) => rows[row]!.pair.forEach((value, i) => { want[2 * (256 * lane + bin) + i]! += BigInt(value); }));
      expect(new BigInt64Array(memory.buffer, sumsAt, want.length)).toEqual(want);
      toDoubles(sumsAt, want.length);
      expect(new Float64Array(memory.buffer, sumsAt, want.length)).toEqual(Float64Array.from(want, Number));
    }), { numRuns: 40 });
  });

  test("hold sums far beyond 32 bits", () => {
    const memory = sharedMemory(2 ** 17);
    const { addEight } = treeKernels(memory);
    new Int32Array(memory.buffer, 64, 2).set([-(2 ** 20), 2 ** 18]);
    for (let i = 0; i < 5_000; i++) addEight(0, 64, 128, 1, 1_024);
    expect(new BigInt64Array(memory.buffer, 1_024, 2)).toEqual(BigInt64Array.of(-5_000n * 2n ** 20n, 5_000n * 2n ** 18n));
  });
});

describe("the memory of trees", () => {
  test("is shared, zero and as large as asked for", () => {
    const { buffer } = sharedMemory(70_000);
    expect(buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(buffer.byteLength).toBe(2 * 65_536);
    expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true);
  });

  test.each([SHARED_MEMORY_MAX_BYTES + 1, NaN])("is refused for %d bytes", (bytes) => { expect(() => sharedMemory(bytes)).toThrow(RangeError); });
});
