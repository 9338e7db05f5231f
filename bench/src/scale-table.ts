import type { Feature, Label } from "@cohortium/protocol/charter/features";

const NUMBERS = Array.from({ length: 10 }, (_, i) => `n${i}`);
const WORDS = Array.from({ length: 4 }, (_, i) => `w${i}`);
const LISTED = ["clerk", "farmer", "student", "retired", "unknown", "admin", "services", "technician"];

/** Ten numbers and four lists of words. */
export const SCALE_FEATURES: readonly Feature[] = [
  ...NUMBERS.map((name): Feature => ({ kind: "numeric", name, unit: "units", min: 0, max: 100 })),
  ...WORDS.map((name): Feature => ({ kind: "categorical", name, categories: LISTED })),
];
export const SCALE_LABEL: Label = { name: "y", positive: "yes", negative: "no" };

/** SQL for so many rows that follow from their numbers, so that every run has the same. The label leans on two columns, as labels do. */
export function scaleRowsSql(rows: number): string {
  const columns = [
    "i AS id",
    ...NUMBERS.map((name, k) => `(hash(i * 31 + ${k}) % 100000) / 1000.0::DOUBLE AS ${name}`),
    ...WORDS.map((name, k) => `[${LISTED.map((one) => `'${one}'`).join(", ")}][(hash(i * 17 + ${k}) % ${LISTED.length} + 1)::INTEGER] AS ${name}`),
    "CASE WHEN (hash(i * 31) % 100000) + (hash(i * 31 + 1) % 100000) + (hash(i) % 200000) > 260000 THEN 'yes' ELSE 'no' END AS y",
  ];
  return `SELECT ${columns.join(", ")} FROM range(${rows}) made(i)`;
}
