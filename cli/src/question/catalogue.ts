import type { QueryKind } from "@cohortium/protocol/charter/statistics-clause";

/** What a kind of question declares about itself, in words. */
export interface Declared {
  readonly answers: string;
  readonly needs: string;
  /** What one row, there or not, can change. */
  readonly sensitivity: string;
  readonly bounds: string;
  /** How often the companies sum, and what. */
  readonly sums: string;
  readonly output: string;
}

const COUNT = "one count by 1";

/** The closed list. What holds for all of them stands in `MECHANISM` and `THRESHOLD`. */
export const CATALOGUE: Readonly<Record<QueryKind, Declared>> = {
  profile: {
    answers: "how a cohort differs from all rows: counts, shares and index by dimensions, sums and means of measures",
    needs: "one dimension or more",
    sensitivity: `in each part ${COUNT}, or one sum by the measure's larger bound`,
    bounds: "measures lie within the charter's bounds; what lies beyond is clipped or refused, as the charter says",
    sums: "one: all rows and the cohort's, by each dimension, and for each measure; without a cohort each once. Each part takes an equal share of the price",
    output: "per word rows, share, base and index (100 × share / base share); per measure sum, mean and index",
  },
  histogram: {
    answers: "how many rows lie between given edges of a measure",
    needs: "a measure, and edges that begin and end with its bounds",
    sensitivity: COUNT, bounds: "one row lies in one cell; a row without a value in none", sums: "one",
    output: "rows and share of each cell",
  },
  quantiles: {
    answers: "below which value a given share of the rows lies",
    needs: "a measure",
    sensitivity: COUNT, bounds: "one row lies in one cell; a row without a value in none", sums: "one, over equal cells or cells equal in log(1 + value)",
    output: "each quantile, with the edges it lies between",
  },
  categories: {
    answers: "the most frequent words of a dimension",
    needs: "a dimension whose words stand in the charter; or one of which they do not, with --words or --words-from, and then all others are counted together",
    sensitivity: COUNT, bounds: "one row has one word", sums: "one",
    output: "rows and share of the most frequent words, and of all others together",
  },
  words: {
    answers: "which words many rows hold in a dimension of which the charter lists none",
    needs: "a dimension of statistics.open, and a charter with noise",
    sensitivity: `${COUNT} in each sum`, bounds: "one row has one word, cut to --length characters; it lies in one cell of a sum, or in none",
    sums: "one for each character, at an equal share of the price: how many rows go on with it, of each beginning that enough rows have. It ends when no beginning is left",
    output: "words with rows and share, and from how many rows on a word is found",
  },
  rfm: {
    answers: "how recently, how often and for how much people buy: fifths of each, counts and spend of 25 cells",
    needs: "three measures: days since the last purchase, how many purchases, money",
    sensitivity: `${COUNT} in each part, and the spend of one cell by the larger bound of the money`,
    bounds: "one row lies in one cell of the grid; a row without one of the three in none; money within the charter's bounds",
    sums: "one with edges; without them two, the first over 64 cells equal in log(1 + value) that finds them, each for half of the price",
    output: "edges, rows by score, and the 5 × 5 grid of rows and spend, 5 the best",
  },
  experiment: {
    answers: "whether a test worked: effects of arms beside a control, with intervals, and whether the arms have the sizes they were meant to have",
    needs: "a dimension that holds the arm, and one metric or more; a covariate measured before makes intervals narrower (CUPED)",
    sensitivity: "one arm's count by 1, its sums by the metric's larger bound, its sums of squares and products by the larger bounds multiplied",
    bounds: "one row is in one arm; metrics and covariate lie within the charter's bounds",
    sums: "one: per arm rows, sums and sums of squares. Each part takes an equal share of the price",
    output: "per arm rows, share and means; per effect value, 95 % interval of sample and noise, z; the sample-ratio check",
  },
  drift: {
    answers: "the joint distribution of a column and how often it is missing; each company compares its own at its node",
    needs: "a dimension or a measure",
    sensitivity: COUNT, bounds: "one row lies in one cell, or is counted as missing", sums: "one",
    output: "rows and share of each cell and of missing values",
  },
};

export const MECHANISM = {
  none: "none: this charter's sums are exact",
  "discrete-gaussian": "discrete Gaussian noise on whole numbers; each company adds its share before its numbers are masked, enough for the quorum less the colluders the charter assumes",
} as const;

/** @param cellRows - Null where no charter is at hand. */
export function thresholdText(cellRows: number | null): string {
  const k = cellRows === null ? "k rows (the charter's cellRows, or what a node asks for, whichever is more)" : `${cellRows} rows, or more if a node asks for more`;
  return `cells over fewer than ${k} are withheld, and those from which such a cell would follow`;
}
