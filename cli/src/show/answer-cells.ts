import { isShown, type Cell } from "@cohortium/protocol/statistics/answer";
import { grouped } from "@cohortium/protocol/charter/sentences";
import { count, percent } from "../text/amounts.js";

/** Writes one number. */
export type Form = (value: number) => string;

/** A cell with its interval behind it, where there is one; a withheld one says so, so that nobody takes it for zero. */
export function cellText(cell: Cell, form: Form): string {
  if (!isShown(cell)) return `withheld (${cell.withheld})`;
  const { value, low, high } = cell;
  return low === high ? form(value) : `${form(value)} (${form(low)} to ${form(high)})`;
}

/** Rows: whole, also after noise. */
export const rowsForm: Form = (value) => (value < 0 ? `-${count(-value)}` : count(value));
export const shareForm: Form = percent;
/** 100 is as much as among all rows. */
export const indexForm: Form = (value) => value.toFixed(0);

/** A measure's number: whole above a thousand, with as many digits as say something below. */
export const quantityForm: Form = (value) => {
  if (value < 0) return `-${quantityForm(-value)}`;
  if (value >= 1e15 || (value !== 0 && value < 1e-4)) return value.toExponential(3);
  if (value >= 999.5) return grouped(Math.round(value));
  return String(value >= 10 ? Number(value.toFixed(2)) : Number(value.toPrecision(4)));
};
