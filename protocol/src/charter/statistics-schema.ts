import { z } from "zod";
import { QUERY_KINDS, type OpenDimension, type StatisticsClause } from "./statistics-clause.js";
import { CATEGORIES_MAX, CELL_ROWS_MIN, OPEN_MAX, ROWS_MAX, SPELLED_MAX } from "./limits.js";
import { features, transactions } from "./recipe-schema.js";
import { words } from "./texts.js";

const consent = z.strictObject({
  column: words.describe("the column that says whether a row's person agreed"),
  granted: z.array(words).min(1).max(CATEGORIES_MAX).describe("the words in it that mean yes; a row with any other takes no part"),
});

const open = z.strictObject({
  name: words.regex(/^[^=]+$/).describe("the dimension's name, without an equals sign; also the column's, unless source names it"),
  source: words.optional().describe("the column it comes from, in the words of the charter, if that is not the dimension's name"),
  characters: words.min(2).describe("all characters that words are spelled out in, 2 to 64, each once; a space stands between two others; a word with any other is never named"),
  letters: z.enum(["lower", "as-written"]).describe("lower: as lower-case letters; as-written: as they are"),
  lengthMax: z.int().min(1).max(SPELLED_MAX).describe("how many characters of a word a question may look at, 1 to 32"),
}) satisfies z.ZodType<OpenDimension>;

/** What may be asked of the rows beside models. */
export const statistics = z.strictObject({
  kinds: z.array(z.enum(QUERY_KINDS)).min(1).max(QUERY_KINDS.length).describe(`the kinds of questions that may be asked: ${QUERY_KINDS.join(", ")}`),
  features,
  transactions: transactions.optional(),
  cellRows: z.int().min(CELL_ROWS_MIN).max(ROWS_MAX).describe("a cell over fewer rows is withheld; a whole number from 10"),
  consent: consent.optional().describe("column, granted: only rows whose column holds one of these words take part"),
  exactCohorts: z.literal("allowed").optional().describe("allowed: also where sums are exact, a question may pick out rows, one person's too; left out: only where they carry noise"),
  open: z.array(open).min(1).max(OPEN_MAX).optional()
    .describe("1 to 16 columns whose words are not listed, and of which those that many rows hold may be found: name, source, characters, letters, lengthMax; left out: none"),
}).describe("kinds, features, transactions, cellRows, consent, exactCohorts, open") satisfies z.ZodType<StatisticsClause>;
