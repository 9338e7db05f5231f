import { BINS_ROUNDS_MAX, sumsOfTree } from "../charter/trees-schema.js";
import type { LogisticClause, TreesClause } from "../charter/model-clauses.js";
import { columnsOf } from "../charter/features.js";
import { layoutOf, type Question } from "./layout.js";
import { zeroModel } from "./logistic/model.js";
import type { NetworkClause } from "../charter/network-clause.js";
import { initialControl, initialModel } from "./network/progress.js";
import { layoutTerms, type TrainingPlan } from "./plan.js";
import type { Scaling } from "./scaling.js";

/** What an offer says of a round, without what the round shows: that is a digest. */
export interface AskedRound {
  readonly purpose: string;
  readonly model: string;
  readonly ring: 32 | 64;
  readonly words: number;
}

/** A model that was kept since the last round was asked. */
export interface KeptModel {
  readonly purpose: string;
  readonly hash: string;
  readonly iteration: number;
}

/**
 * Why no training of this plan that was asked these rounds, the first of them moments or bins, is asked `next`; null if one may be, as far as that can be
 * told without the sums: its kind, its turn, its size, and what it shows where that is known.
 */
export function objectionInOrder(asked: readonly AskedRound[], next: AskedRound, plan: TrainingPlan, kept: KeptModel | null): string | null {
  const due = kindsAfter(asked.map(({ purpose }) => purpose), plan);
  const { purpose, model } = next;
  if (asked.length >= plan.rounds || due.length === 0) return `the round asks for ${purpose} where the training has no more rounds`;
  if (!due.includes(purpose)) return `the round asks for ${purpose} where only ${due.join(" or ")} may follow`;
  if (!isOfSize(asked, next, plan)) return `the round asks for ${next.words} words of ${next.ring} bits, which is no size that its question has`;
  if (asked.some((before) => before.purpose === purpose && before.model === model)) return "the round asks again what was asked before";
  const shown = shownIn(asked, purpose, plan, kept);
  return shown === null || shown === model ? null : "what the round shows is not the model that is known by then";
}

/** Why no training of this plan that was asked these rounds keeps such a model next; null if one may. */
export function objectionToKept(asked: readonly AskedRound[], { purpose, iteration }: KeptModel, { model }: TrainingPlan): string | null {
  const over = asked.at(-1)?.purpose === "evaluation";
  const steps = stepsIn(asked.map((round) => round.purpose));
  const fits = model.kind === "trees" ? iteration <= model.trees : iteration === steps;
  return purpose === model.kind && fits && !over ? null : "the model is not one that can be known by then";
}

function kindsAfter(asked: readonly string[], { model, noise }: TrainingPlan): readonly string[] {
  if (asked.at(-1) === "evaluation") return [];
  switch (model.kind) {
    case "logistic": return afterSteps("newton", asked, stepsOfLogistic(model, noise !== undefined));
    case "network": return afterSteps("update", asked, stepsOfNetwork(model, noise !== undefined));
    case "trees": return noise === undefined ? afterTrees(asked, model) : afterNoisyTrees(asked, model);
  }
}

/** How many steps a training asks for, at least and at most. */
interface Steps {
  readonly least: number;
  readonly most: number;
}

function stepsOfLogistic({ privacy, iterationsMax }: LogisticClause, noisy: boolean): Steps {
  const paid = privacy?.iterations ?? 0;
  return noisy ? { least: paid, most: paid } : { least: 1, most: 1 + iterationsMax };
}

function stepsOfNetwork({ rounds, stopping }: NetworkClause, noisy: boolean): Steps {
  return { least: noisy || stopping.kind === "rounds" ? rounds : 1, most: rounds };
}

function afterSteps(step: "newton" | "update", asked: readonly string[], { least, most }: Steps): readonly string[] {
  const steps = stepsIn(asked);
  return [...(steps < most ? [step] : []), ...(steps >= least ? ["evaluation"] : [])];
}

function afterTrees(asked: readonly string[], { trees, depth, earlyStopping }: TreesClause): readonly string[] {
  const levels = stepsIn(asked);
  if (levels === 0) return [...(asked.length < BINS_ROUNDS_MAX ? ["bins"] : []), "level"];
  return [...(levels < trees * depth + (earlyStopping === undefined ? 0 : 1) ? ["level"] : []), "evaluation"];
}

const LEAST_SUMS_OF_TREE = 2;

/** Counts once; then each tree has a sum of bins at least, as at least one column is drawn for it, and one over its leaves. */
function afterNoisyTrees(asked: readonly string[], clause: TreesClause): readonly string[] {
  const levels = stepsIn(asked);
  return [...(levels < clause.trees * sumsOfTree(clause) ? ["level"] : []), ...(levels >= LEAST_SUMS_OF_TREE * clause.trees ? ["evaluation"] : [])];
}

function stepsIn(asked: readonly string[]): number {
  return asked.filter((purpose) => purpose === "newton" || purpose === "update" || purpose === "level").length;
}

/** The digest of what a round must show; null where the sums alone would tell. */
function shownIn(asked: readonly AskedRound[], purpose: string, { model: { kind }, noise }: TrainingPlan, kept: KeptModel | null): string | null {
  // Newton's method on exact sums ends at the model of its last sum; whoever keeps a further one goes on.
  if (kind === "logistic" && purpose === "evaluation" && noise === undefined) return asked.at(-1)?.model ?? null;
  // The step of a network shows more than its model.
  return kind === "logistic" || purpose === "evaluation" ? kept?.hash ?? null : null;
}

/** How many cells are cut and nodes split, the sums tell; a step is as large as the ones before it, the first as the columns that are left. */
function isOfSize(asked: readonly AskedRound[], { purpose, ring, words }: AskedRound, plan: TrainingPlan): boolean {
  const before = asked.find((round) => round.purpose === purpose);
  switch (purpose) {
    case "evaluation": {
      const layout = layoutOf({ kind: purpose }, layoutTerms(plan));
      return ring === layout.ring && words === layout.words;
    }
    case "bins": return ring === (plan.noise === undefined ? 32 : 64);
    case "level": return ring === 64;
    case "newton": case "update": return before === undefined ? isSizeOfStep({ ring, words }, plan) : ring === before.ring && words === before.words;
    default: return false;
  }
}

/** Whether a step over some of the columns has this size: over more of them it has more words. */
function isSizeOfStep({ ring, words }: Pick<AskedRound, "ring" | "words">, plan: TrainingPlan): boolean {
  let [low, high] = [0, columnsOf(plan.features).length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (sizeOver(middle, plan).words < words) low = middle + 1;
    else high = middle;
  }
  const size = sizeOver(low, plan);
  return size.ring === ring && size.words === words;
}

/** Of a step over so many columns beside the intercept. */
function sizeOver(columns: number, plan: TrainingPlan): Pick<AskedRound, "ring" | "words"> {
  const question = stepOver(scalingOver(columns, plan), plan);
  return layoutOf(question, layoutTerms(plan));
}

function stepOver(scaling: Scaling, plan: TrainingPlan): Question {
  const { model } = plan;
  if (model.kind !== "network") return { kind: "newton", model: zeroModel(scaling) };
  const first = initialModel(scaling, plan, model);
  return { kind: "update", clause: model, model: first, control: initialControl(first, model) };
}

/** Any scaling that leaves so many columns: how wide they are does not change how many numbers there are. */
function scalingOver(count: number, { features }: TrainingPlan): Scaling {
  const columns = columnsOf(features);
  return {
    columns: columns.map(({ name }) => name),
    means: columns.map((column) => (column.kind === "numeric" ? (column.feature.min + column.feature.max) / 2 : 0)),
    deviations: columns.map((column) => (column.kind === "numeric" ? (column.feature.max - column.feature.min) / 2 : 1)),
    dropped: columns.slice(count + 1).map(({ name }) => name),
  };
}
