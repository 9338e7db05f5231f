/**
 * How a number is written in a text: decimal notation only. `Number` would also take hexadecimal, the empty text and surrounding spaces, and the engine's
 * cast "inf", "1_000" and "+-5". For ECMAScript and for the engine's RE2, which must agree: the gate and the recipe read the same texts.
 */
export const DECIMAL = "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?";

const WHOLE = new RegExp(`^${DECIMAL}$`);

/** The finite number a text spells, or NaN. */
export function numberIn(text: string): number {
  const value = WHOLE.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}
