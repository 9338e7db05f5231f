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
  const angles = anglesOf(n);
  for (let half = 1; half < n; half *= 2) stage({ re, im }, half, angles, direction === "forward" ? -1 : 1);
  if (direction === "inverse") for (let i = 0; i < n; i++) [re[i], im[i]] = [(re[i] ?? 0) / n, (im[i] ?? 0) / n];
}

interface Angles {
  readonly cosines: Float64Array;
  readonly sines: Float64Array;
}

/** Pairs of points `half` apart, of which the second is turned first. Written out in single numbers: this is where composing spends its time. */
function stage({ re, im }: Complex, half: number, { cosines, sines }: Angles, sign: 1 | -1): void {
  const n = re.length;
  const stride = n / (2 * half);
  for (let start = 0; start < n; start += 2 * half) {
    for (let k = 0; k < half; k++) {
      const a = start + k;
      const b = a + half;
      const c = cosines[k * stride] ?? 0;
      const s = sign * (sines[k * stride] ?? 0);
      const bRe = re[b] ?? 0;
      const bIm = im[b] ?? 0;
      const turnedRe = bRe * c - bIm * s;
      const turnedIm = bRe * s + bIm * c;
      const aRe = re[a] ?? 0;
      const aIm = im[a] ?? 0;
      re[b] = aRe - turnedRe;
      im[b] = aIm - turnedIm;
      re[a] = aRe + turnedRe;
      im[a] = aIm + turnedIm;
    }
  }
}

function anglesOf(n: number): Angles {
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
