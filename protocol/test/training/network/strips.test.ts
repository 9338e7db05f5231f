import { expect, test } from "@jest/globals";
import { COSINE_BINS, cosineBin, NORM_BINS, normBin, normBinFrom, stripsAgree, stripsOf } from "../../../src/training/network/strips.js";

test.each([
  [0, 0], [0.03, 0], [2 / 64, 1], [0.3, 4], [1.2, 6], [1.99, 6], [2, 7], [3.9, 7], [4, 8], [7.99, 8], [8, 9], [1e9, 9], [Infinity, 9], [NaN, 9],
])("with a bound of 2, a norm of %d is in bin %i", (norm, bin) => {
  expect(normBin(norm, 2)).toBe(bin);
});

test("each norm bin begins where its norms do", () => {
  for (let bin = 0; bin < NORM_BINS; bin++) {
    expect(normBin(normBinFrom(bin) * 3, 3)).toBe(bin);
    if (bin > 0) expect(normBin(normBinFrom(bin) * 3 * 0.999, 3)).toBe(bin - 1);
  }
});

test.each([[-1, 0], [-0.76, 0], [-0.75, 1], [-0.001, 3], [0, 4], [0.99, 7], [1, 7], [1.0000001, 7], [null, 8]])("a cosine of %p is in bin %i", (cosine, bin) => {
  expect(cosineBin(cosine)).toBe(bin);
});

test("a party's strips hold one 1 each", () => {
  const { norms, cosines } = stripsOf(0.6, 0.4, 1);
  expect([...norms]).toEqual([0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
  expect([...cosines]).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0]);
});

test("strips agree with the parties only if every bin is a count and they add up", () => {
  const three = { norms: new Float64Array(NORM_BINS), cosines: new Float64Array(COSINE_BINS) };
  three.norms[6] = 2; three.norms[7] = 1; three.cosines[8] = 3;
  expect(stripsAgree(three, 3)).toBe(true);
  expect(stripsAgree(three, 4)).toBe(false);
  const negative = { ...three, norms: Float64Array.from(three.norms) };
  negative.norms[6] = 4; negative.norms[7] = -1;
  expect(stripsAgree(negative, 3)).toBe(false);
  expect(stripsAgree({ ...three, norms: three.norms.map(() => NaN) }, 3)).toBe(false);
});
