/** Halvings after which an interval of doubles cannot get smaller. */
const HALVINGS = 200;

/** The least x from `low` to `high` at which a condition that only ever turns from false to true holds, to the last bit; `high` where it never does. */
export function leastWhere(holds: (x: number) => boolean, low: number, high: number): number {
  let [below, above] = [low, high];
  if (holds(low)) return low;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = below + (above - below) / 2;
    if (middle <= below || middle >= above) break;
    if (holds(middle)) above = middle;
    else below = middle;
  }
  return above;
}

/** Where on (low, high) a function that first falls and then rises is least: an interval cut to two thirds again and again. */
export function lowestPoint(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  for (let i = 0; i < HALVINGS && b - a > 1e-12 * Math.max(1, Math.abs(a)); i++) {
    const [x, y] = [a + (b - a) / 3, b - (b - a) / 3];
    if (f(x) <= f(y)) b = y;
    else a = x;
  }
  return (a + b) / 2;
}
