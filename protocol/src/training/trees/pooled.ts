import { contextDigest } from "../plan.js";
import { advanceTrees, treesFirst, type TreesProgress, type TreesTerms } from "./progress.js";
import { readTreesScene, type TreesScene } from "./script.js";
import type { TreesModel } from "./model.js";
import { vectorSum } from "../vector-sum.js";

/** A training on plain sums, between two of them: what its contributors are asked, as a node reads it. */
export interface Pooled {
  readonly kind: "asks";
  readonly scene: TreesScene;
  readonly progress: TreesProgress;
}

export type PooledStep =
  | Pooled
  | { readonly kind: "grown"; readonly model: TreesModel }
  | { readonly kind: "degenerate"; readonly because: string };

/** Whoever holds rows and answers about them. Each answer is laid out as its round's layout says. */
export interface TreesContributor {
  answer(scene: TreesScene): Float64Array;
}

/** Where trees on plain sums begin. */
export function pooledFirst(terms: TreesTerms): Pooled {
  return asked(treesFirst(terms.plan), terms, null);
}

/** What the sum of all answers makes of it. Every decision is taken by the functions a joint training uses. */
export function pooledNext({ progress, scene }: Pooled, sum: Float64Array, terms: TreesTerms): PooledStep {
  const next = advanceTrees(sum, sum[0] ?? Number.NaN, progress, terms);
  switch (next.kind) {
    case "next": return next.progress.kind === "evaluation" ? { kind: "grown", model: next.progress.model } : asked(next.progress, terms, scene);
    case "failed": return { kind: "degenerate", because: String(next.detail["because"] ?? next.code) };
    case "evaluated": throw new RangeError("an evaluation was not asked for");
  }
}

/**
 * Grows trees on plain sums, with no masks and no ring: the reference that a joint training is held to. All sums are of whole numbers, so it is
 * the same model bit for bit, however the rows are dealt out among contributors.
 */
export function growPooled(contributors: readonly TreesContributor[], terms: TreesTerms): Exclude<PooledStep, Pooled> {
  let step: PooledStep = pooledFirst(terms);
  while (step.kind === "asks") {
    const { scene } = step;
    step = pooledNext(step, vectorSum(contributors.map((one) => one.answer(scene))), terms);
  }
  return step;
}

function asked(progress: TreesProgress, { plan, clause }: TreesTerms, last: TreesScene | null): Pooled {
  const scene = readTreesScene(progress.kind, progress.context, { features: plan.features, clause }, last);
  if (scene === null) throw new RangeError(`a node would refuse the context ${contextDigest(progress.context)}`);
  return { kind: "asks", scene, progress };
}
