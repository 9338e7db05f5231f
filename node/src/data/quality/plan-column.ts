import { listedValues, type ContractColumn, type QualityClause } from "../contract/contract.js";
import { isPlainPattern } from "../contract/lint-columns.js";
import type { Limit } from "../contract/limit.js";
import type { FeedColumn } from "../sql/feed-table.js";
import { made, NONE, type Check, type Source } from "./check.js";
import { asText, isNull, isWord, notFinite, notListed, notMatching, notOfLength, notOfType, outside } from "../contract/expressions.js";
import { magnitudesOf, tenthsOf } from "./tenths.js";
import type { AskedColumn, PlannedColumn } from "./terms.js";

const NULLS_MAX: Limit = { operator: "mustBeLessThan", value: 5 };
const DRIFT_MAX: Limit = { operator: "mustBeLessOrEqualTo", value: 0.25 };
const NOT_ALL: Limit = { operator: "mustBeLessThan", value: 100 };

/** The checks on one column alone. */
export function columnChecks(column: PlannedColumn): readonly Check[] {
  return [nulls, shape, bounds, values, ruled, unique, spread, numberSpread].flatMap((checks) => checks(column));
}

function nulls({ feed, contract, asked }: PlannedColumn): readonly Check[] {
  const count = { kind: "count", condition: isNull(feed), what: "are null" } as const;
  const clauses = clausesOn(contract, "nullValues").map((clause) => clauseCheck("QUALITY_NULLS", feed, clause, count));
  const promised = contract !== null && (contract.required || contract.primaryKey) ? [made("QUALITY_NULLS", feed.name, count, { limits: [NONE], source: sourceOf(contract) })] : [];
  // Where the charter gives absent values a meaning, many of them are worth a look and no reason to refuse.
  const severity = asked.some(({ kind }) => kind.kind !== "any" && kind.mayBeNull) ? "warning" : "error";
  const standard = [made("QUALITY_NULLS", feed.name, count, { limits: [NULLS_MAX], unit: "percent", severity })];
  return [
    ...(clauses.length + promised.length > 0 ? [...clauses, ...promised] : standard),
    made("QUALITY_EMPTY", feed.name, count, { limits: [NOT_ALL], unit: "percent" }),
  ];
}

function shape({ feed, contract, asked }: PlannedColumn): readonly Check[] {
  const wrong = contract === null || contract.type === null ? null : notOfType(feed, contract.type);
  const endless = notFinite(feed);
  const measured = asked.find(({ kind }) => kind.kind === "numeric");
  const noNumber = measured === undefined || contract?.type != null ? null : notOfType(feed, "number");
  const isNumber = feed.type === "double" || contract?.type === "number" || contract?.type === "integer" || measured !== undefined;
  return [
    ...(contract === null || wrong === null ? [] : [made("QUALITY_TYPE", feed.name, { kind: "count", condition: wrong, what: `are no ${contract.type ?? ""}` }, { limits: [NONE], source: sourceOf(contract) })]),
    ...(measured === undefined || noNumber === null ? [] : [made("QUALITY_TYPE", feed.name, { kind: "count", condition: noNumber, what: "are no number" }, { limits: [NONE], source: charterSource(measured) })]),
    ...(endless === null || !isNumber ? [] : [made("QUALITY_NOT_FINITE", feed.name, { kind: "count", condition: endless, what: "are infinite or undefined numbers" }, { limits: [NONE] })]),
    made("QUALITY_CONSTANT", feed.name, { kind: "constant", value: asText(feed) }, { limits: [NONE] }),
  ];
}

function bounds({ feed, contract, asked }: PlannedColumn): readonly Check[] {
  const own = contract === null ? null : outside(feed, contract.bounds);
  const bound = (value: number | null) => (value === null ? null : { at: "", value, exclusive: false });
  const joint = asked.map((one) => ({ one, condition: one.kind.kind === "numeric" ? outside(feed, { min: bound(one.kind.min), max: bound(one.kind.max) }) : null }));
  const what = "lie outside the bounds";
  return [
    ...(contract === null || own === null ? [] : [made("QUALITY_BOUNDS", feed.name, { kind: "count", condition: own, what }, { limits: [NONE], source: sourceOf(contract) })]),
    ...joint.flatMap(({ one, condition }) => (condition === null ? [] : [made("QUALITY_BOUNDS", feed.name, { kind: "count", condition, what }, { limits: [NONE], source: charterSource(one) })])),
  ];
}

/** Lists, patterns and lengths that are promised outright. */
function values({ feed, contract, asked }: PlannedColumn): readonly Check[] {
  const of = (condition: string, what: string, source: Source): Check => made("QUALITY_INVALID", feed.name, { kind: "count", condition, what }, { limits: [NONE], source });
  const length = contract === null ? null : notOfLength(feed, contract.lengths);
  return [
    ...asked.flatMap((one) => (one.kind.kind === "categorical" && !one.kind.isOpen ? [of(notListed(feed, one.kind.categories, null), "are not among the charter's categories", charterSource(one))] : [])),
    ...(contract === null || length === null ? [] : [of(length, "are shorter or longer than allowed", sourceOf(contract))]),
    ...(contract?.pattern == null ? [] : [patternCheck(feed, contract.pattern, of, sourceOf(contract))]),
  ];
}

function patternCheck(feed: FeedColumn, pattern: string, of: (condition: string, what: string, source: Source) => Check, source: Source): Check {
  if (isPlainPattern(pattern)) return of(notMatching(feed, pattern), "do not match the pattern", source);
  return made("QUALITY_CONTRACT", feed.name, { kind: "broken", because: "the engine cannot run the pattern" }, { source });
}

/** The contract's own rules, other than on nulls. */
function ruled({ feed, contract }: PlannedColumn): readonly Check[] {
  return (contract?.rules ?? []).flatMap((clause): readonly Check[] => {
    const { measure } = clause;
    switch (measure.metric) {
      case "nullValues": case "rowCount": return [];
      case "missingValues": return [clauseCheck("QUALITY_MISSING", feed, clause, { kind: "count", condition: isWord(feed, measure.words), what: "stand for a missing value" })];
      case "duplicateValues": return [clauseCheck("QUALITY_DUPLICATES", feed, clause, { kind: "duplicates", columns: [feed.name] })];
      case "invalidValues": {
        const { validValues, pattern } = measure;
        if (pattern !== null && !isPlainPattern(pattern)) return [patternCheck(feed, pattern, () => { throw new Error("unreachable: the pattern is not run"); }, { kind: "contract", at: clause.at })];
        const conditions = [
          ...(validValues === null ? [] : [notListed(feed, validValues, contract?.type ?? null)]),
          ...(pattern === null ? [] : [notMatching(feed, pattern)]),
        ];
        return [clauseCheck("QUALITY_INVALID", feed, clause, { kind: "count", condition: conditions.map((one) => `(${one})`).join(" OR "), what: "are not valid" })];
      }
    }
  });
}

function unique({ feed, contract }: PlannedColumn): readonly Check[] {
  if (contract === null || !contract.unique) return [];
  return [made("QUALITY_DUPLICATES", feed.name, { kind: "duplicates", columns: [feed.name] }, { limits: [NONE], source: sourceOf(contract) })];
}

/** How numbers are spread over tenths and magnitudes, compared with the run accepted last. Bins of the bounds, so that nothing of the values is kept. */
function numberSpread(column: PlannedColumn): readonly Check[] {
  const bounds = listedWords(column).length >= 2 ? null : boundsOf(column);
  if (bounds === null) return [];
  const magnitudes = magnitudesOf(column.feed, bounds);
  const ways = [tenthsOf(column.feed, bounds), ...(magnitudes === null ? [] : [magnitudes])];
  return [made("QUALITY_DRIFT", column.feed.name, { kind: "drift", ways }, { limits: [DRIFT_MAX] })];
}

/** The charter's bounds, or else the contract's. A key has no spread. */
function boundsOf({ contract, asked }: PlannedColumn): { readonly min: number; readonly max: number } | null {
  const joint = asked.flatMap(({ kind }) => (kind.kind === "numeric" && kind.min !== null && kind.max !== null ? [{ min: kind.min, max: kind.max }] : []));
  const { min, max } = contract?.bounds ?? { min: null, max: null };
  const isKey = contract === null || contract.classification === "identifier" || contract.unique || contract.primaryKey;
  const own = !isKey && typeof min?.value === "number" && typeof max?.value === "number" ? { min: min.value, max: max.value } : null;
  const found = joint[0] ?? own;
  return found !== null && found.min < found.max ? found : null;
}

/** How categories are spread, compared with the run accepted last. */
function spread(column: PlannedColumn): readonly Check[] {
  const { feed } = column;
  const words = listedWords(column);
  if (words.length < 2) return [];
  const text = asText(feed);
  return [
    made("QUALITY_DRIFT", feed.name, { kind: "drift", ways: [{ text, words }] }, { limits: [DRIFT_MAX] }),
    made("QUALITY_UNSEEN", feed.name, { kind: "unseen", text, words }, { limits: [{ operator: "mustBeLessThan", value: 1 }], unit: "percent" }),
  ];
}

function listedWords({ contract, asked }: PlannedColumn): readonly string[] {
  const joint = asked.map(({ kind }) => kind).find((kind) => kind.kind === "categorical");
  const listed = joint?.categories ?? (contract === null ? null : listedValues(contract));
  return (listed ?? []).filter((word) => word !== null);
}

function clausesOn(contract: ContractColumn | null, metric: "nullValues"): readonly QualityClause[] {
  return (contract?.rules ?? []).filter(({ measure }) => measure.metric === metric);
}

function clauseCheck(rule: Check["rule"], { name }: FeedColumn, { at, limits, unit, severity }: QualityClause, measure: Check["measure"]): Check {
  return made(rule, name, measure, { limits, unit, severity, source: { kind: "contract", at } });
}

function sourceOf({ at }: ContractColumn): Source {
  return { kind: "contract", at };
}

function charterSource({ at }: AskedColumn): Source {
  return { kind: "charter", at };
}
