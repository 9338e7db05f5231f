import type { Feature, Label } from "@cohortium/protocol/charter/features";

/**
 * What the three companies agree their columns mean. Bounds and words come from the public description of the data set and from common
 * sense, not from looking at any company's rows. The length of the call is left out: it is known only after the call.
 */
export const FEATURES: readonly Feature[] = [
  { kind: "numeric", name: "age", unit: "years", min: 17, max: 100 },
  { kind: "categorical", name: "job", categories: ["admin.", "blue-collar", "entrepreneur", "housemaid", "management", "retired", "self-employed", "services", "student", "technician", "unemployed", "unknown"] },
  { kind: "categorical", name: "marital", categories: ["married", "divorced", "single", "unknown"] },
  { kind: "categorical", name: "education", categories: ["university.degree", "basic.4y", "basic.6y", "basic.9y", "high.school", "illiterate", "professional.course", "unknown"] },
  { kind: "categorical", name: "default", categories: ["no", "yes", "unknown"] },
  { kind: "categorical", name: "housing", categories: ["no", "yes", "unknown"] },
  { kind: "categorical", name: "loan", categories: ["no", "yes", "unknown"] },
  { kind: "categorical", name: "contact", categories: ["cellular", "telephone"] },
  { kind: "categorical", name: "month", categories: ["may", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "oct", "nov", "dec"] },
  { kind: "categorical", name: "day_of_week", categories: ["mon", "tue", "wed", "thu", "fri"] },
  { kind: "numeric", name: "campaign", unit: "contacts", min: 1, max: 60 },
  { kind: "numeric", name: "pdays", unit: "days since the last campaign, 999 for never", min: 0, max: 999 },
  { kind: "numeric", name: "previous", unit: "contacts", min: 0, max: 10 },
  { kind: "categorical", name: "poutcome", categories: ["nonexistent", "failure", "success"] },
  { kind: "numeric", name: "emp.var.rate", unit: "percent", min: -5, max: 5 },
  { kind: "numeric", name: "cons.price.idx", unit: "index points", min: 90, max: 96 },
  { kind: "numeric", name: "cons.conf.idx", unit: "index points", min: -60, max: 0 },
  { kind: "numeric", name: "euribor3m", unit: "percent", min: 0, max: 6 },
  { kind: "numeric", name: "nr.employed", unit: "thousand persons", min: 4900, max: 5300 },
];

export const LABEL: Label = { name: "y", positive: "yes", negative: "no" };

/** The columns of every CSV of this example, in order. */
export const CSV_COLUMNS: readonly string[] = [...FEATURES.map(({ name }) => name), LABEL.name];

/** A row as text, one field per `CSV_COLUMNS`. */
export type TextRow = readonly string[];

/** Where a column stands in a `TextRow`. @throws RangeError for a name that is not a column. */
export function columnIndex(name: string): number {
  const index = CSV_COLUMNS.indexOf(name);
  if (index < 0) throw new RangeError(`no column is called ${name}`);
  return index;
}
