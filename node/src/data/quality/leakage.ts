import { numbersOf, type FeedTable } from "../sql/feed-table.js";
import type { LabelSql, Measure } from "./check.js";

/** A tenth of the rows by the order of one column, or those where it is null; `positives` of `rows` have the positive label. */
export interface Band {
  readonly isNull: boolean;
  readonly rows: number;
  readonly positives: number;
  /** Pairs of a positive in this band and a negative that comes before it; ties count half. */
  readonly pairs: number;
}

type Asked = Extract<Measure, { readonly kind: "auc" | "band" }>;

/** Categories of fewer rows are taken together: their rates would be luck, and the best order of much luck looks like knowledge. */
const CATEGORY_ROWS_MIN = 30;
const BANDS = 10;

/** Ordering this many different values takes about a second; what more of them say is in the third digit of an AUC. */
const SAMPLE_ROWS = 1_000_000;
const DIFFERENT_MIN = 100_000;

/**
 * How the label is spread over one column. Rows of equal value stay together, so ties cost nothing; categories are ordered by their own rate,
 * null among them.
 *
 * @param different - About how many values the column has. Of a long feed with very many, a sample of about a million rows is looked at: always the
 *   same rows, chosen by what is in them.
 */
export async function bandsOf(table: FeedTable, measure: Asked, different: number): Promise<readonly Band[]> {
  const sql = measure.isCategory ? categorySql : numberSql;
  const oneIn = different > DIFFERENT_MIN ? Math.ceil(table.rows / SAMPLE_ROWS) : 1;
  const rows = oneIn > 1 ? `(SELECT * FROM ${table.relation} AS whole WHERE hash(whole) % ${oneIn} = 0)` : table.relation;
  const answer = await table.query(sql(rows, measure.value, measure.label));
  const [bands, inBand, positives, pairs] = ["band", "n", "p", "pairs"].map((name) => numbersOf(answer, name));
  return Array.from({ length: answer.rows }, (_, i) => ({
    isNull: bands?.[i] === -1, rows: inBand?.[i] ?? Number.NaN, positives: positives?.[i] ?? Number.NaN, pairs: pairs?.[i] ?? Number.NaN,
  }));
}

/** Rows by value, with what lies before each: Mann and Whitney's statistic (1947) is then a sum over values. */
function numberSql(relation: string, value: string, { isKnown, isPositive }: LabelSql): string {
  // An undefined number has no place in an order; it counts as null here, and has a rule of its own.
  const groups = `SELECT x, count(*) AS n, count(*) FILTER (WHERE y) AS p
    FROM (SELECT CASE WHEN isnan(${value}) THEN NULL ELSE ${value} END AS x, ${isPositive} AS y FROM ${relation} WHERE ${isKnown}) GROUP BY x`;
  return bandsSql(groups, "x", "x IS NULL");
}

function categorySql(relation: string, value: string, { isKnown, isPositive }: LabelSql): string {
  const categories = `SELECT x, count(*) AS n, count(*) FILTER (WHERE y) AS p FROM (SELECT ${value} AS x, ${isPositive} AS y FROM ${relation} WHERE ${isKnown}) GROUP BY x`;
  const groups = `SELECT CASE WHEN x IS NULL THEN 0 WHEN n < ${CATEGORY_ROWS_MIN} THEN 1 ELSE 2 END AS k, CASE WHEN n >= ${CATEGORY_ROWS_MIN} THEN x END AS x,
    CAST(sum(n) AS BIGINT) AS n, CAST(sum(p) AS BIGINT) AS p FROM (${categories}) GROUP BY ALL`;
  return bandsSql(groups, "p / n, k, x", "false");
}

function bandsSql(groups: string, order: string, apart: string): string {
  const ranked = `SELECT n, p, sum(n) OVER w - n AS before, sum(n - p) OVER w - (n - p) AS below, sum(n) OVER () AS everything
    FROM (${groups}) WHERE NOT (${apart}) WINDOW w AS (ORDER BY ${order} ROWS UNBOUNDED PRECEDING)`;
  const inBands = `SELECT CAST(least(floor(${BANDS} * (before + n / 2) / everything), ${BANDS - 1}) AS DOUBLE) AS band,
    n, p, CAST(p AS DOUBLE) * (below + (n - p) / 2) AS pairs FROM (${ranked})`;
  const nulls = `SELECT -1.0 AS band, n, p, 0.0 AS pairs FROM (${groups}) WHERE ${apart}`;
  return `SELECT CAST(band AS DOUBLE) AS band, CAST(sum(n) AS DOUBLE) AS n, CAST(sum(p) AS DOUBLE) AS p, CAST(sum(pairs) AS DOUBLE) AS pairs
    FROM (${inBands} UNION ALL ${nulls}) GROUP BY band ORDER BY band`;
}

/** How well the column orders the labels, or its being null tells them apart, whichever is better; 0.5 is not at all, whatever the direction. */
export interface Telling {
  readonly auc: number;
  readonly isByNull: boolean;
}

/** Of each class, and in a band; with fewer rows a figure is luck. */
const CLASS_ROWS_MIN = 50;

/** Null where one of the classes has too few rows to tell. */
export function tellingOf(bands: readonly Band[]): Telling | null {
  const present = countsOf(bands.filter(({ isNull }) => !isNull));
  const absent = countsOf(bands.filter(({ isNull }) => isNull));
  const [positives, negatives] = [present.positives + absent.positives, present.negatives + absent.negatives];
  if (!(positives >= CLASS_ROWS_MIN && negatives >= CLASS_ROWS_MIN)) return null;
  const pairs = bands.reduce((sum, band) => sum + band.pairs, 0);
  const isEnough = present.positives >= CLASS_ROWS_MIN && present.negatives >= CLASS_ROWS_MIN;
  const byOrder = isEnough ? eitherWay(pairs / (present.positives * present.negatives)) : 0.5;
  const byNull = eitherWay(0.5 + (absent.positives / positives - absent.negatives / negatives) / 2);
  return byNull > byOrder ? { auc: byNull, isByNull: true } : { auc: byOrder, isByNull: false };
}

/** A band is one in twenty rows at least … */
const BAND_SHARE_MIN = 0.05;
/** … in which one of the labels is fifty times rarer than among all rows. */
const RARER_TIMES = 50;

/**
 * How many bands all but decide the label: a twentieth of the rows or more, where at least fifty rows of one label would be expected and hardly
 * any is there. A column known only afterwards shows itself so long before its AUC is suspicious: nobody buys in a call of no seconds.
 */
export function decidedBands(bands: readonly Band[]): number | null {
  const { positives, negatives } = countsOf(bands);
  const rows = positives + negatives;
  if (!(positives >= CLASS_ROWS_MIN && negatives >= CLASS_ROWS_MIN)) return null;
  const isDecided = ({ rows: inBand, positives: found }: Band): boolean => {
    const shares = [[positives / rows, found], [negatives / rows, inBand - found]] as const;
    return inBand >= BAND_SHARE_MIN * rows && shares.some(([share, count]) => share * inBand >= CLASS_ROWS_MIN && count * RARER_TIMES <= share * inBand);
  };
  return bands.filter(isDecided).length;
}

function eitherWay(auc: number): number {
  return Math.max(auc, 1 - auc);
}

function countsOf(bands: readonly Band[]): { readonly positives: number; readonly negatives: number } {
  const positives = bands.reduce((sum, band) => sum + band.positives, 0);
  return { positives, negatives: bands.reduce((sum, band) => sum + band.rows, 0) - positives };
}
