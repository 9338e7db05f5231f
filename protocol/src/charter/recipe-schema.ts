import { z } from "zod";
import { BUCKETS_MAX, CATEGORIES_MAX, DAYS_MAX, FEATURES_MAX, WINDOWS_MAX } from "./limits.js";
import { words } from "./texts.js";
import type { RecipeFeature, TransactionsClause } from "./recipe.js";

// Model columns are named `job=retired`: with "=" in a feature's name, two features could name one column.
const featureName = words.regex(/^[^=]+$/).describe("the feature's name, without an equals sign; also the column's, unless source names it");
const source = words.optional().describe("the column it comes from, in the words of the charter, if that is not the feature's name");
const unit = words.describe("the unit, such as years");
const missing = z.enum(["refuse", "indicate"]).optional()
  .describe("refuse, as if it were not written: a row without a value is refused; indicate: absence is a column, or a category, of its own");
const outside = z.enum(["refuse", "clip"]).optional()
  .describe("refuse, as if it were not written: a row beyond the bounds is refused; clip: the nearest bound is taken, and counted");
const min = z.number().describe("the least value a row may have; a node refuses rows below it");
const max = z.number().describe("the greatest value a row may have; a node refuses rows above it");

const numeric = z.strictObject({ kind: z.literal("numeric"), name: featureName, source, unit, min, max, missing, outside });

const log = z.strictObject({
  kind: z.literal("log"), name: featureName, source, unit,
  base: z.union([z.literal(2), z.literal(10), z.literal("e")]).describe("the logarithm's base: 2, 10 or e; it is taken of 1 + the value"),
  min: z.number().gt(-1).describe("the least value a row may have, above -1"), max, missing, outside,
});

const buckets = z.strictObject({
  kind: z.literal("buckets"), name: featureName, source, unit,
  edges: z.array(z.number()).min(3).max(BUCKETS_MAX + 1).describe("3 to 101 ascending numbers, of which the first and the last are the bounds"), missing, outside,
});

const categorical = z.strictObject({
  kind: z.literal("categorical"), name: featureName, source,
  categories: z.array(words).min(2).max(CATEGORIES_MAX)
    .describe("2 to 1,000 values the column may have; the first is the reference; a column with more of them may be of kind hash"),
  otherwise: words.optional().describe("the category that stands for every value not listed, and is counted; without it such a row is refused"), missing,
});

const hash = z.strictObject({
  kind: z.literal("hash"), name: featureName, source,
  buckets: z.int().min(2).max(CATEGORIES_MAX).describe("how many numbers the values are spread over, 2 to 1,000"),
  salt: words.describe("a text that is hashed along; it is public, and hides nothing"), missing,
});

/** The columns of a question, each with how it comes about. */
export const features = z.array(z.discriminatedUnion("kind", [numeric, categorical, log, buckets, hash])).min(1).max(FEATURES_MAX)
  .describe("1 to 256 columns, each of kind numeric, categorical, log, buckets or hash") satisfies z.ZodType<readonly RecipeFeature[]>;

const window = z.strictObject({
  name: words.describe("the name by which a feature takes it as its source"),
  measure: z.enum(["recency", "frequency", "monetary"]).describe("recency: days since the last purchase; frequency: how many; monetary: what was paid"),
  days: z.int().min(1).max(DAYS_MAX).describe("how many days before the reference day count, 1 to 3,660"),
});

/** A second feed of purchases, and the numbers that are taken from it. */
export const transactions = z.strictObject({
  before: z.iso.date().describe("a day such as 2011-12-10, the first that no longer counts"),
  key: words.describe("the column that joins purchases to rows; it never leaves a node"),
  time: words.describe("the column that says when a purchase was made"),
  amount: words.describe("the column that says what was paid"),
  unit: words.describe("the unit of what was paid, such as GBP"),
  order: words.optional().describe("the column that says which rows are one purchase; without it every row is one"),
  windows: z.array(window).min(1).max(WINDOWS_MAX).describe("1 to 64 windows, each with name, measure and days"),
}).describe("before, key, time, amount, unit, order, windows") satisfies z.ZodType<TransactionsClause>;
