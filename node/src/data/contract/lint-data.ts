import { askScalars } from "../sql/ask-scalars.js";
import { sqlName, type FeedColumn, type FeedTable } from "../sql/feed-table.js";
import { asText, isNull, notListed, notMatching, notOfLength, notOfType, outside } from "./expressions.js";
import { spreadOf } from "./spread.js";
import { shareWords, thousands } from "./count-words.js";
import { listedValues, type ContractColumn, type ContractTable } from "./contract.js";
import { LIKENESS_NAMES, looksLike } from "./likeness.js";
import { isPlainPattern } from "./lint-columns.js";
import { finding, type Finding, type SchemaRule } from "./schema-rules.js";

/** Where the contract contradicts its feed. Counts only: no value of the feed is named, but words that the contract lists itself. */
export async function lintData(table: ContractTable, feed: FeedTable): Promise<readonly Finding[]> {
  const pairs = table.columns.map((column) => ({ column, feed: feed.columns.find(({ name }) => name === column.source) }));
  const present = pairs.flatMap(({ column, feed: found }) => (found === undefined ? [] : [{ column, feed: found }]));
  const contradictions = [...present.flatMap(contradictionsOf), ...keyContradiction(table, feed.columns)];
  const figures = await askScalars(feed, ["count(*)", ...contradictions.map(({ count }) => count), ...present.flatMap(identifierScalars)]);
  const figureOf = (sql: string): number => figures.get(sql) ?? Number.NaN;
  return [
    ...pairs.filter((pair) => pair.feed === undefined).map(({ column }) => finding("SCHEMA_DATA_MISSING", column.at, `the feed has no column ${column.source}`)),
    ...unlisted(table, feed.columns),
    ...contradictions.filter(({ count }) => !(figureOf(count) <= 0)).map(({ rule, at, count, says }) => finding(rule, at, `${shareWords(figureOf(count), feed.rows)} ${says}`)),
    ...present.flatMap((pair) => identifierFinding(pair, figureOf)),
    ...await unusedWords(present, feed),
  ];
}

interface Pair {
  readonly column: ContractColumn;
  readonly feed: FeedColumn;
}

interface Contradiction {
  readonly rule: SchemaRule;
  readonly at: string;
  /** SQL aggregate: how many rows. */
  readonly count: string;
  readonly says: string;
}

function contradictionsOf({ column, feed }: Pair): readonly Contradiction[] {
  const { at, name, type, bounds, pattern, lengths, required, primaryKey, unique } = column;
  const rows = (rule: SchemaRule, condition: string | null, says: string, place = at): readonly Contradiction[] =>
    (condition === null ? [] : [{ rule, at: place, count: `count(*) FILTER (WHERE ${condition})`, says }]);
  const words = listedValues(column);
  const distinct = sqlName(feed.name);
  return [
    ...rows("SCHEMA_DATA_TYPE", type === null ? null : notOfType(feed, type), `of ${name} are no ${type ?? ""}`),
    ...rows("SCHEMA_DATA_BOUNDS", outside(feed, bounds), `of ${name} lie outside the contract's bounds`),
    ...rows("SCHEMA_DATA_VALUES", words === null ? null : notListed(feed, words, type), `of ${name} are not among the listed values`),
    ...rows("SCHEMA_DATA_VALUES", notOfLength(feed, lengths), `of ${name} are shorter or longer than the contract says`),
    ...rows("SCHEMA_DATA_VALUES", pattern === null || !isPlainPattern(pattern) ? null : notMatching(feed, pattern), `of ${name} do not match the contract's pattern`),
    ...rows("SCHEMA_DATA_NULL", required || primaryKey ? isNull(feed) : null, `of ${name} are null`),
    ...(unique ? [{ rule: "SCHEMA_DATA_UNIQUE", at, count: `count(${distinct}) - count(DISTINCT ${distinct})`, says: `of ${name} repeat a value` } as const] : []),
  ];
}

function keyContradiction(table: ContractTable, columns: readonly FeedColumn[]): readonly Contradiction[] {
  const key = table.columns.filter(({ primaryKey }) => primaryKey).map(({ source }) => source);
  if (key.length === 0 || !key.every((name) => columns.some((column) => column.name === name))) return [];
  return [{ rule: "SCHEMA_DATA_UNIQUE", at: table.at, count: `count(*) - count(DISTINCT (${["0", ...key.map(sqlName)].join(", ")}))`, says: "repeat the primary key" }];
}

function unlisted({ at, columns }: ContractTable, feed: readonly FeedColumn[]): readonly Finding[] {
  const listed = new Set(columns.map(({ source }) => source));
  return feed.filter(({ name }) => !listed.has(name)).map(({ name }) => finding("SCHEMA_DATA_UNLISTED", at, `the contract says nothing of the feed's column ${name}`));
}

function identifierScalars({ column, feed }: Pair): readonly string[] {
  if (column.classification === "identifier" || feed.type !== "text") return [];
  return [presentIn(feed), ...LIKENESS_NAMES.map((likeness) => looksLike(feed, likeness))];
}

function presentIn({ name }: FeedColumn): string {
  return `count(${sqlName(name)})`;
}

function identifierFinding({ column, feed }: Pair, figureOf: (sql: string) => number): readonly Finding[] {
  if (identifierScalars({ column, feed }).length === 0) return [];
  const like = LIKENESS_NAMES.find((likeness) => 2 * figureOf(looksLike(feed, likeness)) > figureOf(presentIn(feed)));
  return like === undefined ? [] : [finding("SCHEMA_DATA_IDENTIFIER", `${column.at}/classification`, `most values of ${column.name} look like ${like}, and it is classified as ${column.classification ?? "nothing"}`)];
}

async function unusedWords(pairs: readonly Pair[], feed: FeedTable): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const { column, feed: source } of pairs) {
    const words = (listedValues(column) ?? []).filter((word) => word !== null);
    // Numbers have more than one spelling; only texts are looked up.
    if (words.length === 0 || source.type !== "text") continue;
    const { counts } = await spreadOf(feed, asText(source), words);
    const unused = words.filter((word) => !counts.has(word));
    if (unused.length > 0) found.push(finding("SCHEMA_DATA_UNUSED", column.at, `${thousands(unused.length)} listed ${unused.length === 1 ? "value" : "values"} of ${column.name} never ${unused.length === 1 ? "occurs" : "occur"}: ${unused.slice(0, 5).join(", ")}`));
  }
  return found;
}
