import type { Json } from "@cohortium/crypto/canonical-json";
import { statisticLayout } from "../statistics/layout.js";
import type { StatisticQuestion } from "../statistics/plan.js";
import { readStatisticScene, type StatisticScene } from "../statistics/script.js";
import type { Layout } from "../training/layout-parts.js";
import { layoutOf, type Question } from "../training/layout.js";
import { layoutTerms } from "../training/plan.js";
import { mayFollow as mayFollowInTraining, readScene, type Scene } from "../training/script.js";
import type { SessionPlan } from "./plan.js";

/** What a round asks of the rows. */
export type SessionQuestion = Question | StatisticQuestion;

/** One question of a session as a node was asked it. */
export type SessionScene = Scene | StatisticScene;

/** A question as a node reads it, and where each number of its answer lies. */
export interface QuestionRead {
  readonly scene: SessionScene;
  readonly layout: Layout;
}

/** Reads an offered question with its context; null unless it is one that the plan asks. `last` is what was asked before. */
export function readQuestion(question: unknown, context: Json, plan: SessionPlan, last: SessionScene | null): QuestionRead | null {
  switch (plan.question) {
    case "propensity.train": {
      const scene = last?.kind === "statistic" ? null : readScene(question, context, plan, last);
      return scene === null ? null : { scene, layout: layoutOf(scene.question, layoutTerms(plan)) };
    }
    case "statistics.ask": {
      const scene = last === null || last.kind === "statistic" ? readStatisticScene(question, context, plan, last) : null;
      return scene === null ? null : { scene, layout: statisticLayout(scene.question, plan) };
    }
  }
}

/** Whether a session that was asked `last` may be asked `next`: each question at most once at each point. */
export function mayFollow(last: SessionScene | null, next: SessionScene): boolean {
  // A question of statistics is read as what follows `last`, or not at all.
  if (next.kind === "statistic") return true;
  return last?.kind !== "statistic" && mayFollowInTraining(last, next);
}
