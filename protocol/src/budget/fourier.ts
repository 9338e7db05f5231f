/** A complex vector as two real ones of one length, a power of two. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * The discrete Fourier transform in place: Cooley and Tukey (1965), radix 2. The angles come from one table, not from repeated products, so the
 * error stays near 1e-16 times the logarithm of the length.
 *
 * @throws RangeError unless both parts have one length, a power of two.
 */
export function transform({ re, im }: Complex, direction: "forward" | "inverse"): void {
  const n = re.length;
  if (n !== im.length || n < 1 || 2 ** Math.round(Math.log2(n)) !== n) throw new RangeError("a transform takes a power of two of numbers");
  reverseBits({ re, im });
  const { cosines, sines } = anglesOf(n);
  const sign = direction === "forward" ? -1 : 1;
  for (let half = 1; half < n; half *= 2) {
    const stride = n / (2 * half);
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const [c, s] = [cosines[k * stride] ?? 0, sign * (sines[k * stride] ?? 0)];
        const [a, b] = [start + k, start + k + half];
        const [bRe, bIm] = [re[b] ?? 0, im[b] ?? 0];
        const [re2, im2] = [bRe * c - bIm * s, bRe * s + bIm * c];
        const [aRe, aIm] = [re[a] ?? 0, im[a] ?? 0];
        re[b] = aRe - re2;
        im[b] = aIm - im2;
        re[a] = aRe + re2;
        im[a] = aIm + im2;
      }
    }
  }
  if (direction === "inverse") for (let i = 0; i < n; i++) [re[i], im[i]] = [(re[i] ?? 0) / n, (im[i] ?? 0) / n];
}

function anglesOf(n: number): { readonly cosines: Float64Array; readonly sines: Float64Array } {
  const [cosines, sines] = [new Float64Array(n / 2), new Float64Array(n / 2)];
  for (let k = 0; k < n / 2; k++) {
    cosines[k] = Math.cos((2 * Math.PI * k) / n);
    sines[k] = Math.sin((2 * Math.PI * k) / n);
  }
  return { cosines, sines };
}

function reverseBits({ re, im }: Complex): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    const [reI, imI] = [re[i] ?? 0, im[i] ?? 0];
    [re[i], im[i]] = [re[j] ?? 0, im[j] ?? 0];
    [re[j], im[j]] = [reI, imI];
  }
}
