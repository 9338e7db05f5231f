/** Crockford's base 32: digits that survive a phone call (crockford.com/base32.html). */

/** No I, L, O (taken for 1 and 0) and no U. */
export const CROCKFORD_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export type CrockfordReading = { readonly kind: "number"; readonly value: bigint } | { readonly kind: "bad-digit"; readonly at: number };

/** @throws RangeError if the number needs more digits. */
export function writeCrockford(value: bigint, digitCount: number): string {
  if (value < 0n || value >> BigInt(5 * digitCount) !== 0n) throw new RangeError(`the number does not fit ${digitCount} digits`);
  return Array.from({ length: digitCount }, (_, i) => CROCKFORD_DIGITS.charAt(Number((value >> BigInt(5 * (digitCount - 1 - i))) & 31n))).join("");
}

/** Reads upper-case digits; O counts as 0, I and L as 1. */
export function readCrockford(text: string): CrockfordReading {
  let value = 0n;
  for (const [at, digit] of [...text].entries()) {
    const worth = CROCKFORD_DIGITS.indexOf(digit.replace("O", "0").replace(/[IL]/, "1"));
    if (worth < 0) return { kind: "bad-digit", at };
    value = (value << 5n) | BigInt(worth);
  }
  return { kind: "number", value };
}
