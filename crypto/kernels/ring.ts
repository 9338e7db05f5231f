// The ring Z_q[x] / (x^8192 + 1) for primes q below 2^58 that are 1 modulo 16384, one residue polynomial (8192 words of 64 bits) at a time.
// Addresses are the caller's duty. Words are below q unless a function says otherwise. No branch and no address depends on a word: every
// correction is a `select`. A "quotient" of a constant w is floor(w * 2^64 / q) (Shoup; Harvey 2014, arXiv 1205.2926).

const N: i32 = 8192;
const POLYNOMIAL: usize = 65536;

/** The upper half of a product of 64-bit words. */
// @ts-ignore: decorator
@inline
function upper(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff;
  const a1 = a >> 32;
  const b0 = b & 0xffffffff;
  const b1 = b >> 32;
  const p00 = a0 * b0;
  const p01 = a0 * b1;
  const p10 = a1 * b0;
  const middle = (p00 >> 32) + (p01 & 0xffffffff) + (p10 & 0xffffffff);
  return a1 * b1 + (p01 >> 32) + (p10 >> 32) + (middle >> 32);
}

/** x - m where x >= m, else x. */
// @ts-ignore: decorator
@inline
function below(x: u64, m: u64): u64 {
  return select<u64>(x - m, x, x >= m);
}

/** x * w modulo q, below 2q, for any word x. */
// @ts-ignore: decorator
@inline
function times(x: u64, w: u64, quotient: u64, q: u64): u64 {
  return x * w - upper(x, quotient) * q;
}

/** x * y * 2^-64 modulo q (Montgomery 1985), below q. */
// @ts-ignore: decorator
@inline
function montgomery(x: u64, y: u64, q: u64, qInverse: u64): u64 {
  const high = upper(x, y);
  const m = upper(x * y * qInverse, q);
  return select<u64>(high - m + q, high - m, high < m);
}

/** Negacyclic transform in place, into bit-reversed order. `roots`: psi^bitreverse(i) and its quotient, for i from 0 (Harvey's lazy butterflies, words below 4q). */
export function forward(a: usize, roots: usize, q: u64): void {
  const q2 = q << 1;
  let gap: usize = POLYNOMIAL >> 1;
  for (let m = 1; m < N; m <<= 1, gap >>= 1) {
    for (let i = 0; i < m; i++) {
      const root = roots + (<usize>(m + i) << 4);
      const w = load<u64>(root);
      const quotient = load<u64>(root, 8);
      let x = a + (<usize>i * gap << 1);
      for (const end = x + gap; x < end; x += 8) {
        const u = below(load<u64>(x), q2);
        const v = times(load<u64>(x + gap), w, quotient, q);
        store<u64>(x, u + v);
        store<u64>(x + gap, u - v + q2);
      }
    }
  }
  for (let x = a, end = a + POLYNOMIAL; x < end; x += 8) store<u64>(x, below(below(load<u64>(x), q2), q));
}

/** The inverse of `forward`, in place. `roots`: the inverses of its roots; `n` is 1/8192. */
export function inverse(a: usize, roots: usize, q: u64, n: u64, nQuotient: u64): void {
  const q2 = q << 1;
  let gap: usize = 8;
  for (let m = N >> 1; m >= 1; m >>= 1, gap <<= 1) {
    for (let i = 0; i < m; i++) {
      const root = roots + (<usize>(m + i) << 4);
      const w = load<u64>(root);
      const quotient = load<u64>(root, 8);
      let x = a + (<usize>i * gap << 1);
      for (const end = x + gap; x < end; x += 8) {
        const u = load<u64>(x);
        const v = load<u64>(x + gap);
        store<u64>(x, below(u + v, q2));
        store<u64>(x + gap, times(u - v + q2, w, quotient, q));
      }
    }
  }
  for (let x = a, end = a + POLYNOMIAL; x < end; x += 8) store<u64>(x, below(times(load<u64>(x), n, nQuotient, q), q));
}

/** a *= w for one constant w. */
export function scale(a: usize, w: u64, quotient: u64, q: u64): void {
  for (const end = a + POLYNOMIAL; a < end; a += 8) store<u64>(a, below(times(load<u64>(a), w, quotient, q), q));
}

/** a *= b * 2^-64, word by word; `qInverse` is 1/q modulo 2^64. */
export function multiply(a: usize, b: usize, q: u64, qInverse: u64): void {
  for (const end = a + POLYNOMIAL; a < end; a += 8, b += 8) store<u64>(a, montgomery(load<u64>(a), load<u64>(b), q, qInverse));
}

/** a += b. Takes any words for b, and says whether all of them were below q; a is of use only then. */
export function add(a: usize, b: usize, q: u64): bool {
  let fit: u32 = 1;
  for (const end = a + POLYNOMIAL; a < end; a += 8, b += 8) {
    const word = load<u64>(b);
    fit &= u32(word < q);
    store<u64>(a, below(load<u64>(a) + word, q));
  }
  return fit === 1;
}

/** a = -a. */
export function negate(a: usize, q: u64): void {
  for (const end = a + POLYNOMIAL; a < end; a += 8) store<u64>(a, below(q - load<u64>(a), q));
}

/**
 * a += u - 2^95 for numbers u of 96 bits, little-endian, one behind the other. `oneQuotient` is floor(2^64 / q), `r` is 2^64 modulo q with its
 * quotient, `centre` is -2^95 modulo q.
 */
export function smudge(a: usize, noise: usize, q: u64, oneQuotient: u64, r: u64, rQuotient: u64, centre: u64): void {
  for (const end = a + POLYNOMIAL; a < end; a += 8, noise += 12) {
    const low = times(load<u64>(noise), 1, oneQuotient, q);
    const high = times(<u64>load<u32>(noise, 8), r, rQuotient, q);
    store<u64>(a, below(below(below(load<u64>(a) + centre, q) + below(low, q), q) + below(high, q), q));
  }
}

/**
 * out = round(t * v / q) modulo t, where v is given by its residues for three primes, and q is their product. t * v / q is the sum of
 * t * y_j / q_j up to a multiple of t, where y_j = v_j * (q_j / q) modulo q_j; of each term the whole part is exact and the fraction a double,
 * so that the result is that of whole numbers unless a fraction lies within 2^-50 of one half.
 *
 * `constants`, for each prime: q_j, q_j/q modulo q_j, its quotient, floor(t / q_j), t modulo q_j, its quotient.
 * Returns how far the worst coefficient was from a whole number, 0 to 1/2.
 */
export function decode(v: usize, out: usize, constants: usize, t: u64): f64 {
  let worst: f64 = 0;
  for (const end = v + POLYNOMIAL; v < end; v += 8, out += 8) {
    let whole: u64 = 0;
    let fraction: f64 = 0;
    for (let j: usize = 0; j < 3; j++) {
      const c = constants + j * 48;
      const q = load<u64>(c);
      const y = below(times(load<u64>(v + j * POLYNOMIAL), load<u64>(c, 8), load<u64>(c, 16), q), q);
      const rho = load<u64>(c, 32);
      const k = upper(y, load<u64>(c, 40));
      const rest = y * rho - k * q;
      const isOver = u64(rest >= q);
      whole += y * load<u64>(c, 24) + k + isOver;
      fraction += <f64>(rest - isOver * q) / <f64>q;
    }
    const rounded = floor<f64>(fraction + 0.5);
    worst = max<f64>(worst, abs<f64>(fraction - rounded));
    store<u64>(out, (whole + <u64>rounded) % t);
  }
  return worst;
}
