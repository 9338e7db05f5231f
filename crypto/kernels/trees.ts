// The inner loops of growing trees, over memory that threads share. Addresses are the caller's duty; see `crypto/src/kernels.ts` for what lies where.

const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const TERMS: i32 = 15;
const MARGIN_MAX: f64 = 30;
const UNITS: f64 = 1048576;

// Gradient and hessian of the log-loss, two rows at a turn: the operations of protocol/src/training/trees/quantise.ts and sigmoid.ts in
// their order, so the same bits. A test holds both to it.
export function gradients(margins: usize, labels: usize, pairs: usize, rows: usize): void {
  const one = f64x2.splat(1);
  const units = f64x2.splat(UNITS);
  for (let row: usize = 0; row < rows; row += 2) {
    const margin = f64x2.promote_low_f32x4(v128.load64_zero(margins + (row << 2)));
    const x = f64x2.neg(f64x2.min(f64x2.splat(MARGIN_MAX), f64x2.max(f64x2.splat(-MARGIN_MAX), margin)));
    const k = rounded(f64x2.div(x, f64x2.splat(LN2_HIGH)));
    const r = f64x2.sub(f64x2.sub(x, f64x2.mul(k, f64x2.splat(LN2_HIGH))), f64x2.mul(k, f64x2.splat(LN2_LOW)));
    let sum = one;
    for (let term = TERMS; term > 0; term--) sum = f64x2.add(one, f64x2.div(f64x2.mul(sum, r), f64x2.splat(<f64>term)));
    // 2^k as a double: its exponent is biased by 1023 and stands above 52 bits.
    const exponent = i64x2.add(i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(k)), i64x2.splat(1023));
    const exponential = f64x2.mul(sum, i64x2.shl(exponent, 52));
    const p = rounded(f64x2.mul(f64x2.div(one, f64x2.add(one, exponential)), units));
    const h = rounded(f64x2.div(f64x2.mul(p, f64x2.sub(units, p)), units));
    const label = f64x2.replace_lane(f64x2.splat(<f64>load<u8>(labels + row)), 1, <f64>load<u8>(labels + row, 1));
    const g = f64x2.sub(p, f64x2.mul(label, units));
    v128.store(pairs + (row << 3), v128.shuffle<i32>(i32x4.trunc_sat_f64x2_s_zero(g), i32x4.trunc_sat_f64x2_s_zero(h), 0, 4, 1, 5));
  }
}

// Adds the pairs of some rows to the histograms of eight columns: a row's eight bins are one load, and each pair of sums is one.
export function addEight(bins: usize, pairs: usize, rows: usize, count: usize, sums: usize): void {
  for (const end = rows + (count << 2); rows < end; rows += 4) {
    const row = <usize>load<u32>(rows) << 3;
    const eight = load<u64>(bins + row);
    const pair = i64x2.extend_low_i32x4_s(v128.load64_zero(pairs + row));
    let at = sums + (<usize>(eight & 0xff) << 4);
    v128.store(at, i64x2.add(v128.load(at), pair));
    at = sums + (<usize>((eight >> 8) & 0xff) << 4);
    v128.store(at, i64x2.add(v128.load(at, 0x1000), pair), 0x1000);
    at = sums + (<usize>((eight >> 16) & 0xff) << 4);
    v128.store(at, i64x2.add(v128.load(at, 0x2000), pair), 0x2000);
    at = sums + (<usize>((eight >> 24) & 0xff) << 4);
    v128.store(at, i64x2.add(v128.load(at, 0x3000), pair), 0x3000);
    at = sums + (<usize>((eight >> 32) & 0xff) << 4);
    v128.store(at, i64x2.add(v128.load(at, 0x4000), pair), 0x4000);
    at = sums + (<usize>((eight >> 40) & 0xff) << 4);
    v128.store(at, i64x2.add(v128.load(at, 0x5000), pair), 0x5000);
    at = sums + (<usize>((eight >> 48) & 0xff) << 4);
    v128.store(at, i64x2.add(v128.load(at, 0x6000), pair), 0x6000);
    at = sums + (<usize>(eight >> 56) << 4);
    v128.store(at, i64x2.add(v128.load(at, 0x7000), pair), 0x7000);
  }
}

// Sums below 2^53 as doubles, in place.
export function toDoubles(sums: usize, count: usize): void {
  for (const end = sums + (count << 3); sums < end; sums += 8) store<f64>(sums, <f64>load<i64>(sums));
}

// To the nearest whole number, halves upwards, as ECMAScript's Math.round.
@inline
function rounded(x: v128): v128 {
  const below = f64x2.floor(x);
  return f64x2.add(below, v128.and(f64x2.ge(f64x2.sub(x, below), f64x2.splat(0.5)), f64x2.splat(1)));
}
