/**
 * How a number is written in a text: decimal notation only. `Number` would also take hexadecimal, the empty text and surrounding spaces, and the engine's
 * cast "inf", "1_000" and "+-5". For ECMAScript and for the engine's RE2, which must agree: the gate and the recipe read the same texts.
 */
export const DECIMAL = "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?";

/**
 * How a time is written in a text: ISO 8601, to the day or finer, in UTC. An offset is none: the engine's cast to TIMESTAMP reads past it, and the day would
 * be another one.
 */
export const TIME = "\\d{4}-\\d{2}-\\d{2}(?:[T ]\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d+)?)?Z?)?";

const WHOLE = new RegExp(`^${DECIMAL}$`);

/** The finite number a text spells, or NaN. */
export function numberIn(text: string): number {
  const value = WHOLE.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}
