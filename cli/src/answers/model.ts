import { z } from "zod";
import { atMs, digest, line, session } from "./text.js";

export const evaluation = z.object({
  kind: z.literal("evaluated"),
  rows: z.number(),
  positives: z.number(),
  auc: z.number(),
  ks: z.number(),
  deciles: z.array(z.object({
    rows: z.number(), positives: z.number(), lift: z.number(), gain: z.number(), meanPredicted: z.number(), observed: z.number(),
  })),
  calibrationError: z.number(),
});
export type Evaluation = z.output<typeof evaluation>;

export const model = z.object({
  kind: z.literal("logistic"),
  iteration: z.number(),
  columns: z.array(line),
  means: z.array(z.number()),
  deviations: z.array(z.number()),
  coefficients: z.array(z.number()),
  dropped: z.array(line),
});
export type Model = z.output<typeof model>;

export const modelsOfOperator = z.object({
  models: z.array(z.object({
    digest, session, charter: digest, iteration: z.number(), final: z.boolean(), createdAtMs: atMs, auc: z.number().nullable(),
  })),
});
export type ModelListing = z.output<typeof modelsOfOperator>["models"][number];

export const modelOfOperator = z.object({ digest, session, charter: digest, model, evaluation: evaluation.nullable() });

export const modelsOfPartner = z.object({ models: z.array(z.object({ digest, session, model, evaluation: evaluation.nullable() })) });
