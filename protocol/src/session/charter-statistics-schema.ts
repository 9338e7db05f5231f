import { z } from "zod";
import type { StatisticsClause } from "../statistics/clause.js";
import type { QueryKind } from "../statistics/query.js";
import { CATEGORIES_MAX, CELL_ROWS_MIN, ROWS_MAX } from "./charter-limits.js";
import { features, transactions } from "./charter-recipe-schema.js";
import { words } from "./charter-texts.js";

/** Every kind of question there is. */
export const QUERY_KINDS = ["profile", "histogram", "quantiles", "categories", "rfm", "experiment", "drift"] as const satisfies readonly QueryKind[];

const consent = z.strictObject({
  column: words.describe("the column that says whether a row's person agreed"),
  granted: z.array(words).min(1).max(CATEGORIES_MAX).describe("the words in it that mean yes; a row with any other takes no part"),
});

/** What may be asked of the rows beside models. */
export const statistics = z.strictObject({
  kinds: z.array(z.enum(QUERY_KINDS)).min(1).max(QUERY_KINDS.length).describe(`the kinds of questions that may be asked: ${QUERY_KINDS.join(", ")}`),
  features,
  transactions: transactions.optional(),
  cellRows: z.int().min(CELL_ROWS_MIN).max(ROWS_MAX).describe("a cell over fewer rows is withheld; a whole number from 10"),
  consent: consent.optional().describe("column, granted: only rows whose column holds one of these words take part"),
  exactCohorts: z.literal("allowed").optional().describe("allowed: also where sums are exact, a question may pick out rows, one person's too; left out: only where they carry noise"),
}).describe("kinds, features, transactions, cellRows, consent, exactCohorts") satisfies z.ZodType<StatisticsClause>;
