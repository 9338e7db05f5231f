import type { OdcsQuality } from "./odcs-form.js";

/** One comparison of the standard: the operator, and its number or the two ends of its range. */
export type Limit =
  | { readonly operator: SingleOperator; readonly value: number }
  | { readonly operator: RangeOperator; readonly from: number; readonly to: number };

type SingleOperator = "mustBe" | "mustNotBe" | "mustBeGreaterThan" | "mustBeGreaterOrEqualTo" | "mustBeLessThan" | "mustBeLessOrEqualTo";
type RangeOperator = "mustBeBetween" | "mustNotBeBetween";

const SINGLE: readonly SingleOperator[] = ["mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo", "mustBeLessThan", "mustBeLessOrEqualTo"];
const RANGE: readonly RangeOperator[] = ["mustBeBetween", "mustNotBeBetween"];

/** The operators, for a message that lists them. */
export const OPERATORS: readonly string[] = [...SINGLE, ...RANGE];

/** All comparisons a quality rule makes; each must hold. */
export function limitsOf(quality: OdcsQuality): readonly Limit[] {
  const singles = SINGLE.flatMap((operator) => {
    const value = quality[operator] ?? null;
    return value === null ? [] : [{ operator, value }];
  });
  const ranges = RANGE.flatMap((operator) => {
    const [from, to] = quality[operator] ?? [];
    return from === undefined || to === undefined ? [] : [{ operator, from, to }];
  });
  return [...singles, ...ranges];
}

/** Whether `measured` satisfies the limit. NaN satisfies none. A range is open at both ends, as the standard's text has it (ODCS v3.1.0, data quality). */
export function holds(limit: Limit, measured: number): boolean {
  switch (limit.operator) {
    case "mustBe": return measured === limit.value;
    case "mustNotBe": return measured < limit.value || measured > limit.value;
    case "mustBeGreaterThan": return measured > limit.value;
    case "mustBeGreaterOrEqualTo": return measured >= limit.value;
    case "mustBeLessThan": return measured < limit.value;
    case "mustBeLessOrEqualTo": return measured <= limit.value;
    case "mustBeBetween": return measured > limit.from && measured < limit.to;
    case "mustNotBeBetween": return measured <= limit.from || measured >= limit.to;
  }
}

/** The limit in words: `less than 5 %`, `exactly 0 rows`. */
export function limitWords(limit: Limit, unit: "rows" | "percent"): string {
  const says = (value: number): string => (unit === "percent" ? `${value} %` : `${value.toLocaleString("en-US")} ${value === 1 ? "row" : "rows"}`);
  switch (limit.operator) {
    case "mustBe": return `exactly ${says(limit.value)}`;
    case "mustNotBe": return `not ${says(limit.value)}`;
    case "mustBeGreaterThan": return `more than ${says(limit.value)}`;
    case "mustBeGreaterOrEqualTo": return `at least ${says(limit.value)}`;
    case "mustBeLessThan": return `less than ${says(limit.value)}`;
    case "mustBeLessOrEqualTo": return `at most ${says(limit.value)}`;
    case "mustBeBetween": return `more than ${says(limit.from)} and less than ${says(limit.to)}`;
    case "mustNotBeBetween": return `at most ${says(limit.from)} or at least ${says(limit.to)}`;
  }
}

/** Whether some number from 0 to `max` satisfies all limits together. */
export function canHold(limits: readonly Limit[], max: number): boolean {
  const ends = limits.flatMap((limit) => ("value" in limit ? [limit.value] : [limit.from, limit.to]));
  // Every interval the limits cut 0 … max into holds one of these.
  const corners = [0, max, ...ends].toSorted((a, b) => a - b);
  const between = corners.map((corner, i) => (corner + (corners[i + 1] ?? corner)) / 2);
  return [...corners, ...between].some((value) => value >= 0 && value <= max && limits.every((limit) => holds(limit, value)));
}
