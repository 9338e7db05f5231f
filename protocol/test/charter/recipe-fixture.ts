import type { Json } from "@cohortium/crypto/canonical-json";
import { bent } from "./fixture.js";

const Q = "/questions/0";

/** A sound charter whose columns come about in every way there is. */
export const RICH = bent(`${Q}/transactions`, {
  before: "2011-12-10", key: "customer", time: "bought", amount: "paid", unit: "GBP", order: "invoice",
  windows: [{ name: "last", measure: "recency", days: 365 }, { name: "often", measure: "frequency", days: 90 }, { name: "spent", measure: "monetary", days: 90 }],
}, bent(`${Q}/features`, [
  { kind: "numeric", name: "age", unit: "years", min: 17, max: 100, missing: "indicate", outside: "clip" },
  { kind: "log", name: "log_balance", source: "balance", unit: "euro", base: 10, min: 0, max: 999_999 },
  { kind: "buckets", name: "age_band", source: "age", unit: "years", edges: [17, 25, 40, 100], missing: "indicate" },
  { kind: "categorical", name: "job", categories: ["clerk", "student", "other"], otherwise: "other" },
  { kind: "hash", name: "store", source: "store_id", buckets: 16, salt: "spring" },
  { kind: "numeric", name: "recency", source: "last", unit: "days", min: 1, max: 365, missing: "indicate" },
  { kind: "numeric", name: "frequency", source: "often", unit: "purchases", min: 0, max: 50, outside: "clip" },
  { kind: "log", name: "monetary", source: "spent", unit: "GBP", base: "e", min: 0, max: 1e6, outside: "clip" },
]) as object) as object;

/** Each rule about columns with the smallest change of `RICH` that breaks it, and it alone. */
export const BROKEN_RECIPES: readonly (readonly [clause: string, at: string, value: unknown, path?: string])[] = [
  ["shape.unknown-key", `${Q}/features/0/clip`, true],
  ["shape.unknown-key", `${Q}/transactions/after`, "2011-12-10"],
  ["shape.missing-key", `${Q}/features/1/base`, undefined],
  ["shape.missing-key", `${Q}/features/4/salt`, undefined],
  ["shape.value", `${Q}/features/0/missing`, "mean"],
  ["shape.value", `${Q}/features/0/outside`, "drop"],
  ["shape.value", `${Q}/features/1/base`, 3],
  ["shape.value", `${Q}/features/1/min`, -1],
  ["shape.value", `${Q}/features/2/edges`, [17, 100]],
  ["shape.value", `${Q}/features/2/edges`, Array.from({ length: 102 }, (_, i) => i)],
  ["shape.value", `${Q}/features/3/categories`, Array.from({ length: 10_000 }, (_, i) => `c${i}`)],
  ["shape.value", `${Q}/features/4/buckets`, 1],
  ["shape.value", `${Q}/features/4/buckets`, 1_001],
  ["shape.value", `${Q}/transactions/before`, "2011-02-30"],
  ["shape.value", `${Q}/transactions/before`, "2011-12-10T00:00:00Z"],
  ["shape.value", `${Q}/transactions/windows`, []],
  ["shape.value", `${Q}/transactions/windows/0/days`, 0],
  ["shape.value", `${Q}/transactions/windows/0/days`, 3_661],
  ["features.bounds", `${Q}/features/1/max`, 0],
  ["features.bounds", `${Q}/features/1/max`, Number.MIN_VALUE],
  ["features.edges", `${Q}/features/2/edges`, [17, 25, 25, 100], `${Q}/features/2/edges/2`],
  ["features.edges", `${Q}/features/2/edges`, [17, 40, 25, 100], `${Q}/features/2/edges/2`],
  ["features.otherwise", `${Q}/features/3/otherwise`, "others"],
  ["features.sources", `${Q}/features/2/unit`, "months", `${Q}/features/2`],
  ["features.sources", `${Q}/features/4/source`, "balance", `${Q}/features/4`],
  ["categories.unique", `${Q}/features/3`, { kind: "categorical", name: "job", categories: ["clerk", "(missing)"], missing: "indicate" }, `${Q}/features/3/missing`],
  ["label.not-a-feature", `${Q}/label/name`, "balance"],
  ["windows.names-unique", `${Q}/transactions/windows/1/name`, "last", `${Q}/transactions/windows/1/name`],
  ["windows.are-numbers", `${Q}/features/5/unit`, "weeks", `${Q}/features/5`],
  ["windows.are-numbers", `${Q}/features/6/unit`, "orders", `${Q}/features/6`],
  ["windows.are-numbers", `${Q}/transactions/unit`, "pence", `${Q}/features/7`],
  ["windows.key-stays", `${Q}/features/4/source`, "customer", `${Q}/features/4`],
  ["windows.key-stays", `${Q}/label/name`, "customer"],
  ["statement.size", `${Q}/features`, wide(), `${Q}/features`],
];

/** 110 columns of long names: the charter itself is just short enough, the statement, which also names their sources, is not. */
function wide(): Json {
  return Array.from({ length: 110 }, (_, i) => ({ kind: "numeric", name: `${i}`.padStart(100, "x"), unit: "u".repeat(60), min: 0, max: 1 }));
}
