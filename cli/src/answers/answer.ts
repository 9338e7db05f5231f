import type { Answer } from "@cohortium/protocol/statistics/answer";
import { z } from "zod";
import { line } from "./text.js";

const shown = z.object({ value: z.number(), low: z.number(), high: z.number() });
const withheld = z.object({ withheld: line });
const cell = z.union([shown, withheld]);
const counted = { rows: cell, share: cell };
const word = z.object({ word: line, ...counted });

const answered = { rows: cell, firms: z.number(), cellRows: z.number(), noise: z.boolean() };

const profile = z.object({
  kind: z.literal("profile"), ...answered, base: cell, share: cell,
  dimensions: z.array(z.object({
    dimension: line,
    words: z.array(z.object({ word: line, rows: cell, base: cell, share: cell, baseShare: cell, index: cell })),
  })),
  measures: z.array(z.object({ measure: line, unit: line, sum: cell, mean: cell, baseSum: cell, baseMean: cell, index: cell })),
});

const histogram = z.object({ kind: z.literal("histogram"), ...answered, measure: line, unit: line, edges: z.array(z.number()), cells: z.array(z.object(counted)) });

const quantiles = z.object({
  kind: z.literal("quantiles"), ...answered, measure: line, unit: line, quantiles: z.array(z.object({ probability: z.number(), at: cell })),
});

const categories = z.object({
  kind: z.literal("categories"), ...answered, dimension: line, top: z.array(word), others: z.object({ words: z.number(), ...counted }).nullable(),
});

const words = z.object({
  kind: z.literal("words"), ...answered, dimension: line, length: z.number(), words: z.array(word), others: z.object(counted), least: z.number(), sure: z.number(), crowded: z.boolean(),
});

const rfm = z.object({
  kind: z.literal("rfm"), ...answered, spend: cell,
  scores: z.array(z.object({
    of: z.enum(["recency", "frequency", "monetary"]), column: line, unit: line, edges: z.array(shown), rows: z.array(cell),
  })),
  grid: z.array(z.array(z.object({ rows: cell, spend: cell }))),
});

const difference = z.object({
  value: z.number(), low: z.number(), high: z.number(), standardError: z.number(), z: z.number().nullable(), noiseShare: z.number(),
});

const experiment = z.object({
  kind: z.literal("experiment"), ...answered,
  arms: z.array(z.object({
    arm: line, control: z.boolean(), ...counted, intendedShare: z.number(),
    metrics: z.array(z.object({ metric: line, unit: line, sum: cell, mean: cell })),
  })),
  effects: z.array(z.object({
    arm: line, metric: line, unit: line,
    plain: z.union([difference, withheld]), adjusted: z.union([difference.extend({ theta: z.number() }), withheld]).nullable(),
  })),
  sampleRatio: z.union([z.object({ chiSquare: z.number(), degrees: z.number(), p: z.number(), alarm: z.boolean() }), withheld]),
});

const drift = z.object({ kind: z.literal("drift"), ...answered, column: line, unit: line.nullable(), cells: z.array(word), missing: z.object(counted) });

/** An answer as a coordinator or a node keeps it; its words are made harmless for a terminal. */
export const answer = z.discriminatedUnion("kind", [profile, histogram, quantiles, categories, words, rfm, experiment, drift]) satisfies z.ZodType<Answer>;
