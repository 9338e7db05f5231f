// Adds and subtracts vectors of words in linear memory, 64 bytes per turn: a += b or a -= b in Z_2^32 or Z_2^64.
// Addresses are the caller's duty; bytes are rounded up to whole turns, so both vectors need up to 63 bytes of slack behind them.

const TURN: usize = 64;

export function add32(a: usize, b: usize, bytes: usize): void {
  for (const end = a + bytes; a < end; a += TURN, b += TURN) {
    v128.store(a, i32x4.add(v128.load(a), v128.load(b)));
    v128.store(a, i32x4.add(v128.load(a, 16), v128.load(b, 16)), 16);
    v128.store(a, i32x4.add(v128.load(a, 32), v128.load(b, 32)), 32);
    v128.store(a, i32x4.add(v128.load(a, 48), v128.load(b, 48)), 48);
  }
}

export function subtract32(a: usize, b: usize, bytes: usize): void {
  for (const end = a + bytes; a < end; a += TURN, b += TURN) {
    v128.store(a, i32x4.sub(v128.load(a), v128.load(b)));
    v128.store(a, i32x4.sub(v128.load(a, 16), v128.load(b, 16)), 16);
    v128.store(a, i32x4.sub(v128.load(a, 32), v128.load(b, 32)), 32);
    v128.store(a, i32x4.sub(v128.load(a, 48), v128.load(b, 48)), 48);
  }
}

export function add64(a: usize, b: usize, bytes: usize): void {
  for (const end = a + bytes; a < end; a += TURN, b += TURN) {
    v128.store(a, i64x2.add(v128.load(a), v128.load(b)));
    v128.store(a, i64x2.add(v128.load(a, 16), v128.load(b, 16)), 16);
    v128.store(a, i64x2.add(v128.load(a, 32), v128.load(b, 32)), 32);
    v128.store(a, i64x2.add(v128.load(a, 48), v128.load(b, 48)), 48);
  }
}

export function subtract64(a: usize, b: usize, bytes: usize): void {
  for (const end = a + bytes; a < end; a += TURN, b += TURN) {
    v128.store(a, i64x2.sub(v128.load(a), v128.load(b)));
    v128.store(a, i64x2.sub(v128.load(a, 16), v128.load(b, 16)), 16);
    v128.store(a, i64x2.sub(v128.load(a, 32), v128.load(b, 32)), 32);
    v128.store(a, i64x2.sub(v128.load(a, 48), v128.load(b, 48)), 48);
  }
}
