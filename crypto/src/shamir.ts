/**
 * Threshold secret sharing (Shamir, 1979), byte by byte over GF(2^8) with the polynomial 0x11B. Share number i belongs to x = i + 1.
 *
 * Claims:   `threshold` shares give the secret back; fewer are independent of it, whatever the computing power.
 * Assumes:  entropy that is uniform, secret and used once.
 * Strength: information-theoretic.
 * Not for:  detecting wrong or too few shares: the result is then another secret, and the caller must hold a commitment to the right one.
 *           Time does not depend on secret bytes as written (every product has one public factor, and no table is read), but no JavaScript
 *           engine promises to keep it so.
 */

/** x is a non-zero byte. */
export const SHARES_MAX = 255;

/** Any `threshold` of `count` shares suffice. */
export interface Quorum {
  readonly threshold: number;
  readonly count: number;
}

export interface Share {
  readonly x: number;
  readonly bytes: Uint8Array;
}

/**
 * `count` shares, each as long as the secret; the share at index i is for x = i + 1.
 *
 * @param entropy - (threshold - 1) * secret.length bytes: the coefficients of x, then those of x^2, and so on.
 * @throws RangeError unless 2 <= threshold <= count <= 255 and the entropy is as long as that.
 */
export function shareSecret(secret: Uint8Array, quorum: Quorum, entropy: Uint8Array): Uint8Array[] {
  const { threshold, count } = quorum;
  const sane = Number.isInteger(threshold) && Number.isInteger(count) && threshold >= 2 && threshold <= count && count <= SHARES_MAX;
  if (!sane) throw new RangeError("2 <= threshold <= count <= 255 expected");
  const length = secret.length;
  if (entropy.length !== (threshold - 1) * length) throw new RangeError("threshold - 1 bytes of entropy per byte of the secret expected");
  const coefficients = [secret];
  for (let at = 0; at < entropy.length; at += length) coefficients.push(entropy.subarray(at, at + length));
  return Array.from({ length: count }, (_, i) => evaluate(coefficients, i + 1));
}

/**
 * The secret at x = 0 of the polynomial through all given shares.
 *
 * @throws RangeError if there is no share, an x is not in 1..255 or comes twice, or lengths differ.
 */
export function combineShares(shares: readonly Share[]): Uint8Array {
  const length = shares[0]?.bytes.length;
  if (length === undefined) throw new RangeError("no shares to combine");
  const xs = shares.map(({ x }) => x);
  if (!xs.every((x) => Number.isInteger(x) && x >= 1 && x <= SHARES_MAX)) throw new RangeError("x is 1 to 255");
  if (new Set(xs).size !== xs.length) throw new RangeError("two shares for one x");
  if (!shares.every(({ bytes }) => bytes.length === length)) throw new RangeError("shares of one secret are equally long");

  const secret = new Uint8Array(length);
  for (const { x, bytes } of shares) {
    const weight = lagrangeAtZero(x, xs);
    for (let i = 0; i < length; i++) secret[i] = (secret[i] ?? 0) ^ timesPublic(bytes[i] ?? 0, weight);
  }
  return secret;
}

/** Horner's rule, highest coefficient first, for all bytes at once. */
function evaluate(coefficients: readonly Uint8Array[], x: number): Uint8Array {
  return coefficients.reduceRight((sum, coefficient) => sum.map((byte, i) => timesPublic(byte, x) ^ (coefficient[i] ?? 0)));
}

/** Product of x_j / (x_j - x) over the other points; subtraction is XOR. All of it is public. */
function lagrangeAtZero(x: number, xs: readonly number[]): number {
  return xs.filter((other) => other !== x).reduce((product, other) => timesPublic(timesPublic(product, other), inverse(other ^ x)), 1);
}

/** Product in GF(2^8). The bits of `publicFactor` steer the loop, those of `value` never do. */
function timesPublic(value: number, publicFactor: number): number {
  let product = 0;
  let power = value;
  for (let bits = publicFactor; bits !== 0; bits >>= 1) {
    if ((bits & 1) === 1) product ^= power;
    // Multiply by x, and reduce by 0x11B when bit 8 came up: the negated carry is all ones or zero.
    power = (power << 1) ^ (-(power >> 7) & 0x11b);
  }
  return product;
}

/** a^254, as a^255 = 1 for every a but zero. */
function inverse(publicValue: number): number {
  let result = 1;
  for (let i = 0; i < 254; i++) result = timesPublic(result, publicValue);
  return result;
}
