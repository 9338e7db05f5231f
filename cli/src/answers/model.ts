import { jsonDigest } from "@cohortium/protocol/session/json-digest";
import { z } from "zod";
import { atMs, digest, line, session } from "./text.js";

export const interval = z.object({ low: z.number(), high: z.number() });
export type Interval = z.output<typeof interval>;

export const evaluation = z.object({
  kind: z.literal("evaluated"),
  rows: z.number(),
  positives: z.number(),
  auc: z.number(),
  aucInterval: interval,
  ks: z.number(),
  ksInterval: interval,
  roc: z.array(z.object({ falsePositives: z.number(), truePositives: z.number() })),
  deciles: z.array(z.object({
    rows: z.number(), positives: z.number(), lift: z.number(), gain: z.number(), meanPredicted: z.number(), observed: z.number(),
    liftInterval: interval, gainInterval: interval, observedInterval: interval,
  })),
  calibrationError: z.number(),
  edgeShare: z.number(),
});
export type Evaluation = z.output<typeof evaluation>;

const scaling = {
  iteration: z.number(), columns: z.array(z.string()), means: z.array(z.number()), deviations: z.array(z.number()), dropped: z.array(z.string()),
};

const logistic = z.object({ kind: z.literal("logistic"), ...scaling, coefficients: z.array(z.number()) });
export type LogisticModel = z.output<typeof logistic>;

/** `weights` are 32-bit floats, little-endian, in base64. */
const network = z.object({
  kind: z.literal("network"), ...scaling, hidden: z.array(z.number()), activation: z.enum(["relu", "tanh"]), weights: z.base64(),
});
export type NetworkModel = z.output<typeof network>;

const trees = z.object({
  kind: z.literal("trees"),
  iteration: z.number(),
  base: z.number(),
  trees: z.array(z.object({ feature: z.array(z.number()), value: z.array(z.number()), missing: z.array(z.number()) })),
});
export type TreesModel = z.output<typeof trees>;

export const model = z.discriminatedUnion("kind", [logistic, trees, network]);
export type Model = z.output<typeof model>;

export const modelsOfOperator = z.object({
  models: z.array(z.object({
    digest, session, charter: digest, iteration: z.number(), final: z.boolean(), createdAtMs: atMs, auc: z.number().nullable(),
  })),
});
export type ModelListing = z.output<typeof modelsOfOperator>["models"][number];

const ranking = z.object({ auc: z.number(), aucInterval: interval, ks: z.number(), ksInterval: interval });

/** What the companies published about their gains; nobody did unless their charter says so. */
const comparisons = z.array(z.object({
  party: line,
  numbers: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("compared"), rows: z.number(), alone: ranking, joint: ranking, gain: z.number(), gainInterval: interval }),
    z.object({ kind: z.literal("withheld"), because: z.enum(["too-few", "not-comparable"]) }),
  ]),
}));
export type PublishedComparison = z.output<typeof comparisons>[number];

export const modelOfOperator = z.object({ digest, session, charter: digest, model, evaluation: evaluation.nullable(), comparisons });

/** A node keeps models by training; their digests are worked out here. */
const modelOfPartner = z.object({
  session, model, evaluation: evaluation.nullable(), comparisons,
  /** When people were removed at this node after its rows had gone into the model. */
  deletionsSinceMs: z.array(atMs).default([]),
})
  .transform((kept) => ({ digest: jsonDigest(kept.model), ...kept }));
export const modelsOfPartner = z.object({ models: z.array(modelOfPartner) });
