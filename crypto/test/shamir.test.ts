import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { fromHex, toHex } from "../src/bytes.js";
import { combineShares, shareSecret, type Share } from "../src/shamir.js";

const numbered = (shares: readonly Uint8Array[]): Share[] => shares.map((bytes, i) => ({ x: i + 1, bytes }));

/** Multiplication in GF(2^8) modulo 0x11B, the other way round: schoolbook product first, then long division. */
function product(a: number, b: number): number {
  let wide = 0;
  for (let bit = 0; bit < 8; bit++) if ((b >> bit & 1) === 1) wide ^= a << bit;
  for (let bit = 14; bit >= 8; bit--) if ((wide >> bit & 1) === 1) wide ^= 0x11b << (bit - 8);
  return wide;
}

test("the products of FIPS 197 §4.2 come out of a line through the secret", () => {
  // Shares of zero on a line are slope times x: {57} times {02}, {04}, {08}, {10}, {13} in the standard's example, and {57} times {83}.
  const shares = shareSecret(Uint8Array.of(0), { threshold: 2, count: 255 }, Uint8Array.of(0x57));
  const at = (x: number) => shares[x - 1]?.[0];
  expect([0x02, 0x04, 0x08, 0x10, 0x13, 0x83].map(at)).toEqual([0xae, 0x47, 0x8e, 0x07, 0xfe, 0xc1]);
});

test("shares are the polynomial secret + a1 x + a2 x^2 at x = 1, 2, 3 and so on, byte by byte", () => {
  const [secret, entropy] = [fromHex("c0ffee"), fromHex("0a1b2cf3e4d5")];
  shareSecret(secret, { threshold: 3, count: 7 }, entropy).forEach((share, i) => {
    const x = i + 1;
    const expected = secret.map((byte, at) => byte ^ product(entropy[at] ?? 0, x) ^ product(entropy[at + 3] ?? 0, product(x, x)));
    expect(toHex(share)).toBe(toHex(expected));
  });
});

const quorumArbitrary = fc.integer({ min: 2, max: 12 }).chain((count) => fc.record({
  count: fc.constant(count),
  threshold: fc.integer({ min: 2, max: count }),
  secret: fc.uint8Array({ minLength: 1, maxLength: 40 }),
}));

test("any t of n shares, in any order, give the secret back", () => {
  fc.assert(fc.property(
    quorumArbitrary.chain((given) => fc.record({
      given: fc.constant(given),
      entropy: fc.uint8Array({ minLength: (given.threshold - 1) * given.secret.length, maxLength: (given.threshold - 1) * given.secret.length }),
      chosen: fc.shuffledSubarray(Array.from({ length: given.count }, (_, i) => i), { minLength: given.threshold }),
    })),
    ({ given, entropy, chosen }) => {
      const shares = numbered(shareSecret(given.secret, given, entropy));
      const some = chosen.flatMap((i) => shares[i] ?? []);
      expect(toHex(combineShares(some))).toBe(toHex(given.secret));
    },
  ));
});

test("255 parties are the most, and any 170 of them suffice", () => {
  const entropy = Uint8Array.from({ length: 169 }, (_, i) => 31 * i + 7);
  const shares = numbered(shareSecret(Uint8Array.of(0xa7), { threshold: 170, count: 255 }, entropy));
  expect(combineShares(shares.slice(85))).toEqual(Uint8Array.of(0xa7));
  expect(combineShares(shares.filter(({ x }) => x % 3 !== 0))).toEqual(Uint8Array.of(0xa7));
});

test("t - 1 shares are exactly as likely under any secret, over all polynomials", () => {
  // Quadratics over one byte: the pair (share 2, share 5) runs through every value exactly once, whatever the secret.
  const pairsOf = (secret: number) => {
    const seen = new Uint8Array(65_536);
    for (let coefficients = 0; coefficients < 65_536; coefficients++) {
      const shares = shareSecret(Uint8Array.of(secret), { threshold: 3, count: 5 }, Uint8Array.of(coefficients >> 8, coefficients & 255));
      const pair = (shares[1]?.[0] ?? 0) << 8 | (shares[4]?.[0] ?? 0);
      seen[pair] = (seen[pair] ?? 0) + 1;
    }
    return seen;
  };
  for (const secret of [0x00, 0x9d]) expect(pairsOf(secret).every((times) => times === 1)).toBe(true);
});

test("t - 1 shares give something else than the secret", () => {
  const shares = numbered(shareSecret(fromHex("c0ffee"), { threshold: 3, count: 5 }, fromHex("0a1b2cf3e4d5")));
  expect(toHex(combineShares(shares.slice(0, 2)))).not.toBe("c0ffee");
});

describe("refused are", () => {
  test.each([[1, 5], [6, 5], [3, 256], [2.5, 5], [Number.NaN, 5], [2, Number.NaN], [0, 0]])("threshold %d of %d", (threshold, count) => {
    const entropy = new Uint8Array(Number.isFinite(threshold) ? Math.max(0, threshold - 1) : 0);
    expect(() => shareSecret(Uint8Array.of(7), { threshold, count }, entropy)).toThrow(RangeError);
  });

  test.each([3, 5, 0, 8])("%d bytes of entropy where 4 are needed", (length) => {
    expect(() => shareSecret(Uint8Array.of(7, 8), { threshold: 3, count: 5 }, new Uint8Array(length))).toThrow(RangeError);
  });

  const share = (x: number, ...bytes: number[]): Share => ({ x, bytes: Uint8Array.from(bytes) });
  test.each([
    ["no shares", []], ["x = 0, which would be the secret itself", [share(0, 7), share(2, 8)]], ["x = 256", [share(2, 7), share(256, 8)]],
    ["a broken x", [share(2, 7), share(2.5, 8)]], ["one x twice", [share(2, 7), share(3, 9), share(2, 8)]],
    ["unequal lengths", [share(2, 7), share(3, 8, 9)]],
  ])("%s", (_, shares) => expect(() => combineShares(shares)).toThrow(RangeError));
});
