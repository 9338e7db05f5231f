import { sqlName, sqlText, type FeedColumn } from "../sql/feed-table.js";
import { made, type Check, type LabelSql } from "./check.js";
import { asNumber, asText, asTime, isNumeric } from "../contract/expressions.js";
import type { GatePlan, PlannedColumn } from "./terms.js";

/** A column above this tells the label all but by itself, in either direction. */
const AUC_MAX = 0.9;

/**
 * Whether a column says what is to be predicted: because it is known only afterwards, or is the outcome under another name.
 *
 * Every column that may predict is looked at: the charter's features, or without a charter all that the contract does not call an identifier.
 */
export function leakageChecks(plan: GatePlan, columns: readonly PlannedColumn[]): readonly Check[] {
  const label = labelOf(plan, columns);
  if (label === null) return [];
  return columns.filter((column) => column.feed.name !== label.name && mayPredict(plan, column)).flatMap(({ feed, asked, contract }) => {
    if (contract?.extension.knownBefore === true) return [];
    // A feed may bring numbers as text.
    const isNumber = asked.some(({ kind }) => kind.kind === "numeric") || contract?.type === "number" || contract?.type === "integer";
    const isCategory = asked.some(({ kind }) => kind.kind === "categorical") || feed.type === "boolean" || (feed.type === "text" && !isNumber);
    const measure = { value: isCategory ? asText(feed) : orderOf(feed, isNumber), isCategory, label: label.sql };
    return [
      made("QUALITY_LEAKAGE", feed.name, { kind: "auc", ...measure }, { limits: [{ operator: "mustBeLessOrEqualTo", value: AUC_MAX }] }),
      made("QUALITY_LEAKAGE_BAND", feed.name, { kind: "band", ...measure }),
    ];
  });
}

function mayPredict({ terms }: GatePlan, { asked, contract, feed }: PlannedColumn): boolean {
  if (feed.type === "null") return false;
  return terms.columns.length > 0 ? asked.length > 0 : contract?.classification !== "identifier";
}

/** The charter's label, or else the contract's. */
function labelOf({ terms: { label } }: GatePlan, columns: readonly PlannedColumn[]): { readonly name: string; readonly sql: LabelSql } | null {
  const marked = columns.find(({ feed, contract }) => (label === null ? (contract?.extension.positive ?? null) !== null : feed.name === label.name));
  if (marked === undefined) return null;
  const { feed, contract } = marked;
  const positive = label?.positive ?? contract?.extension.positive ?? "";
  const isKnown = label === null ? `${sqlName(feed.name)} IS NOT NULL` : `${asText(feed)} IN (${sqlText(label.positive)}, ${sqlText(label.negative)})`;
  return { name: feed.name, sql: { isKnown, isPositive: `${asText(feed)} = ${sqlText(positive)}` } };
}

function orderOf(feed: FeedColumn, isNumber: boolean): string {
  return isNumeric(feed) || isNumber ? asNumber(feed) : `CAST(epoch_us(${asTime(feed)}) AS DOUBLE)`;
}
