/**
 * Solves `A x = b` for a symmetric positive definite `A`, given as its upper triangle row by row (`n(n+1)/2` numbers).
 *
 * Uses + − × ÷ and √ alone, which IEEE 754 rounds the same on every machine.
 *
 * @returns `undefined` if `A` is not positive definite beyond rounding.
 * @throws RangeError if the triangle does not fit `b`.
 */
export function solvePositiveDefinite(upper: Float64Array, b: Float64Array): Float64Array | undefined {
  const n = b.length;
  if (upper.length !== (n * (n + 1)) / 2) throw new RangeError(`${upper.length} numbers are not the triangle of ${n} columns`);
  const factor = factorise(upper, n);
  return factor === undefined ? undefined : backward(factor, forward(factor, b));
}

/** A pivot this small beside its diagonal has lost all its digits to cancellation. */
const PIVOT_RELATIVE_MIN = 1e-13;

/** The upper triangular `U` with `UᵀU = A`, in full rows of `n`. */
function factorise(upper: Float64Array, n: number): Float64Array | undefined {
  const u = new Float64Array(n * n);
  let next = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      const given = upper[next++] ?? 0;
      let rest = given;
      for (let k = 0; k < i; k++) rest -= (u[k * n + i] ?? 0) * (u[k * n + j] ?? 0);
      if (i === j && !(rest > PIVOT_RELATIVE_MIN * given && rest > 0)) return undefined;
      u[i * n + j] = i === j ? Math.sqrt(rest) : rest / (u[i * n + i] ?? 0);
    }
  }
  return u;
}

function forward(u: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let rest = b[i] ?? 0;
    for (let k = 0; k < i; k++) rest -= (u[k * n + i] ?? 0) * (y[k] ?? 0);
    y[i] = rest / (u[i * n + i] ?? 0);
  }
  return y;
}

function backward(u: Float64Array, y: Float64Array): Float64Array {
  const n = y.length;
  const x = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    let rest = y[i] ?? 0;
    for (let k = i + 1; k < n; k++) rest -= (u[i * n + k] ?? 0) * (x[k] ?? 0);
    x[i] = rest / (u[i * n + i] ?? 0);
  }
  return x;
}
