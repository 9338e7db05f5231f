import { z } from "zod";
import type { Charter } from "./charter.js";
import {
  CELL_ROWS_MIN, DEADLINE_MAX_MS, DEADLINE_MIN_MS, ITERATIONS_MAX, NOISY_STEPS_MAX, PARTIES_MAX, ROWS_MAX, ROW_NORM_MAX, ROW_NORM_MIN,
  SCORE_BINS_MAX, SCORE_BINS_MIN, TRAINING_NANO_RHO_MIN,
} from "./limits.js";
import { network } from "./network-schema.js";
import { privacy } from "./privacy-schema.js";
import { features, transactions } from "./recipe-schema.js";
import { statistics } from "./statistics-schema.js";
import { text, words } from "./texts.js";
import { treesSchema } from "./trees-schema.js";
import { parseDigest, parsePartyId, SLUG } from "../session/ids.js";

const slug = z.string().regex(SLUG);
// RFC 4648 §3.5: the 43rd digit has two bits to spare, which must be zero, or one key would have four spellings.
const key = z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/);
const instant = z.iso.datetime({ precision: 0 });
const count = z.int().min(1).max(ROWS_MAX);

const logistic = z.strictObject({
  kind: z.literal("logistic").describe("logistic, a logistic regression"),
  // Above zero, because a category without rows would leave Newton's step without a unique solution.
  ridge: z.number().gt(0).max(1e9).describe("the penalty on squared coefficients, above 0"),
  gradientTolerance: z.number().gt(0).max(0.01).describe("the gradient at which training stops, above 0 and at most 0.01"),
  iterationsMax: z.int().min(1).max(ITERATIONS_MAX).describe("how many steps training may take, 1 to 100"),
  privacy: z.strictObject({
    nanoRho: z.int().min(TRAINING_NANO_RHO_MIN).describe("what one training may tell of one row, in 10^-9 of rho; a whole number from 1,000"),
    rowNormMax: z.number().min(ROW_NORM_MIN).max(ROW_NORM_MAX).describe("the norm that longer standardised rows are scaled down to, 0.5 to 100"),
    iterations: z.int().min(1).max(NOISY_STEPS_MAX).describe("how many steps are taken on noisy sums, 1 to 20"),
  }).optional().describe("nanoRho, rowNormMax, iterations: how sums are kept private where privacy.mechanism is discrete-gaussian; leave it out otherwise"),
});

const evaluation = z.strictObject({
  scoreBins: z.int().min(SCORE_BINS_MIN).max(SCORE_BINS_MAX).describe("how many bins the joint histogram of scores has: 1,024 to 8,192, or 32 to 256 where sums are noisy"),
  holdout: z.enum(["own", "common"]).describe("own: each company holds out some of its rows; common: all keep the same held-out file"),
  holdoutShare: z.number().gt(0).max(0.5).describe("the share of its own rows that each company holds out, above 0 and at most 0.5"),
  holdoutDigest: z.string().regex(/^[0-9a-f]{64}$/).transform(parseDigest).optional()
    .describe("the SHA-256 of the common held-out file, 64 lower-case hex digits"),
  leaveOneOut: z.literal("allowed").optional()
    .describe("allowed: a training may be repeated without one company, which lays that company's own sums open and takes a common held-out file; leave it out otherwise"),
  perPartner: z.enum(["own", "shared"]).optional()
    .describe("own: what a company gained stays at its node; shared: each publishes it after a training; without this key own"),
});

const question = z.strictObject({
  id: z.literal("propensity.train").describe("propensity.train, the one training there is today"),
  features,
  transactions: transactions.optional(),
  label: z.strictObject({
    name: words.describe("the column to be predicted"),
    positive: words.describe("its value that is predicted"),
    negative: words.describe("its other value"),
  }),
  model: z.discriminatedUnion("kind", [logistic, treesSchema, network]).describe("the kind of model and how it is trained: logistic, trees or network"),
  evaluation: evaluation.describe("how the model is judged: scoreBins, holdout, holdoutShare, holdoutDigest, leaveOneOut, perPartner"),
});

const party = z.strictObject({
  name: slug.transform(parsePartyId).describe("a name of 2 to 32 lower-case letters, digits and hyphens, starting with a letter"),
  organisation: words.describe("the company's name, on one line of at most 100 characters"),
  signingKey: key.describe("the node's Ed25519 public key, 32 bytes in base64"),
  agreementKey: key.describe("the node's X25519 public key, 32 bytes in base64"),
});

const operator = z.strictObject({
  name: slug.transform(parsePartyId).describe("a name of 2 to 32 lower-case letters, digits and hyphens, starting with a letter"),
  signingKey: key.describe("the coordinator's Ed25519 public key, 32 bytes in base64"),
  logKey: z.string().max(256).regex(/^[^\s+\p{C}]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}$/u)
    .describe("the log's verifier key as C2SP signed-note writes it: name+hash+base64"),
});

/** The one source of the charter's form: validation here, the published JSON Schema by `charterJsonSchema`. Rules across keys: `charter-rules.ts`. */
export const charterSchema = z.strictObject({
  version: z.literal(1).describe("1"),
  name: slug.describe("a name of 2 to 32 lower-case letters, digits and hyphens, starting with a letter"),
  purpose: text.describe("what the result is for, on one line of at most 500 characters"),
  consortium: slug.describe("the consortium's name: 2 to 32 lower-case letters, digits and hyphens, starting with a letter"),
  operator: operator.describe("who runs the coordinator: name, signingKey, logKey"),
  parties: z.array(party).max(PARTIES_MAX).describe("3 to 64 companies, in the order of their names"),
  minimumParties: z.int().min(1).max(PARTIES_MAX).describe("a whole number from 3; below it nothing is released"),
  quorum: z.int().min(1).max(PARTIES_MAX).describe("how many nodes must help before a sum can be read: more than two thirds of the parties"),
  questions: z.array(question).max(1).describe("the closed list of what may be trained; empty where only statistics are asked"),
  statistics: statistics.optional(),
  rows: z.strictObject({
    perPartyMax: count.describe("the most rows one company may bring, a whole number"),
    perPartyMin: count.min(CELL_ROWS_MIN).describe("the fewest rows one company may bring, a whole number from 10"),
    jointMin: count.min(CELL_ROWS_MIN).describe("the fewest rows all companies together may bring, a whole number from 10"),
  }).describe("perPartyMax, perPartyMin, jointMin"),
  thresholds: z.strictObject({
    categoryRows: count.min(CELL_ROWS_MIN).describe("the fewest joint rows of a category that gets a coefficient of its own, a whole number from 10"),
  }).describe("categoryRows"),
  privacy,
  aggregation: z.strictObject({
    scheme: z.enum(["masked", "encrypted"]).describe("masked: sums under masks that cancel; encrypted: sums under a key that all companies hold together"),
    deadlineMs: z.int().min(DEADLINE_MIN_MS).max(DEADLINE_MAX_MS).describe("how long nodes have to answer, in milliseconds, 1,000 to 3,600,000"),
    dropouts: z.enum(["end", "continue"]).describe("what a company's silence does to a training whose first sum was read: end it, or go on without that company"),
  }).describe("scheme, deadlineMs, dropouts"),
  notBefore: instant.describe("a UTC time such as 2026-12-01T00:00:00Z; the charter holds from then"),
  expires: instant.describe("a UTC time such as 2027-06-30T00:00:00Z; the charter holds until just before"),
}) satisfies z.ZodType<Charter>;

/** JSON Schema, draft 2020-12; `npm run generate` publishes it as `protocol/spec/charter.schema.json`. */
export function charterJsonSchema() {
  return z.toJSONSchema(charterSchema.meta({ title: "Cohortium charter, version 1" }), { io: "input" });
}
