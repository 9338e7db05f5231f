import { z } from "zod";
import type { Privacy } from "./charter.js";
import { DELTA_MAX, EPSILON_MAX, PARTIES_MAX, RELEASES_MAX, RESERVE_SHARE_MAX } from "./limits.js";
import { text } from "./texts.js";

const note = text.describe("what this means, in the signers' words, on one line of at most 500 characters");
const releasesMax = z.int().min(1).max(RELEASES_MAX).describe("how many sums may be released under this charter, a whole number");

const exactSums = z.strictObject({
  mechanism: z.literal("none").describe("none: sums are exact, no noise is added"),
  note,
  budget: z.strictObject({ releasesMax }).describe("releasesMax"),
});

const noisySums = z.strictObject({
  mechanism: z.literal("discrete-gaussian").describe("discrete-gaussian: every company adds its share of noise to every sum"),
  note,
  budget: z.strictObject({
    releasesMax,
    epsilon: z.number().gt(0).max(EPSILON_MAX).describe("how much all answers together may tell of one row, above 0 and at most 20"),
    delta: z.number().gt(0).max(DELTA_MAX).describe("with which probability they may tell more, above 0 and at most 0.001"),
    reserveShare: z.number().min(0).max(RESERVE_SHARE_MAX).describe("the share of epsilon that is kept in reserve, 0 to 0.9"),
  }).describe("releasesMax, epsilon, delta, reserveShare"),
  colluders: z.int().min(0).max(PARTIES_MAX).describe("how many companies may pool what they know, a whole number"),
});

/** Whether sums carry noise, and what they may tell together. */
export const privacy = z.discriminatedUnion("mechanism", [exactSums, noisySums])
  .describe("mechanism, note, budget; with noise also colluders") satisfies z.ZodType<Privacy>;
