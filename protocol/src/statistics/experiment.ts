import { shown, withheldBelow, type Cell, type Difference, type Effect, type ExperimentAnswer, type ExperimentArm, type SampleRatio, type Withheld } from "./answer.js";
import { adjustedMean, armMean, cupedTheta, type ArmMoments, type Mean } from "./arm-moments.js";
import { chiSquareTail } from "./chi-square.js";
import { at, counted, placesFrom, rowsAndShare, wordsSide, type AnswerTerms, type Draft, type Screen } from "./draft.js";
import { added, NOT_NEGATIVE, type Estimate } from "./estimate.js";
import { dimensionOf, measureOf } from "./parts.js";
import type { StatisticPlan } from "./plan.js";
import type { ExperimentQuery } from "./query.js";
import { EVERYBODY, type Region } from "./region.js";
import type { Released } from "./released.js";

/** Below this, by chance alone, one sound experiment in a thousand would raise the alarm. */
export const SAMPLE_RATIO_ALARM = 0.001;

/** Arms against a control: what each did on average, how far that is from the control's, and whether the arms have the sizes they were meant to have. */
export function experimentDraft(released: Released, query: ExperimentQuery, plan: StatisticPlan, { cellRows, survivors }: AnswerTerms): Draft {
  const arms = released.numbers("rows by arm");
  const rows = added(arms);
  const words = dimensionOf(plan, query.arm).categories;
  const trial: Trial = { released, query, plan, words, control: words.indexOf(query.control), cellRows };
  return {
    cells: experimentRegions(query, plan).map((region, place) => counted(region, at([rows, ...arms], place))),
    groups: [{ whole: 0, parts: placesFrom(1, arms.length) }],
    everybody: rows,
    answer: (screen): ExperimentAnswer => ({
      kind: "experiment", rows: screen.cell(rows, [0], NOT_NEGATIVE), firms: survivors, cellRows, noise: plan.noise !== null,
      arms: words.map((_, i) => armOf(screen, trial, i)),
      effects: words.flatMap((_, i) => (i === trial.control ? [] : query.metrics.map((metric) => effectOf(screen, trial, i, metric)))),
      sampleRatio: words.some((_, i) => screen.hides(1 + i)) ? withheldBelow(cellRows) : sampleRatioOf(arms, query.shares) ?? withheldBelow(cellRows),
    }),
  };
}

/** All rows, then those of each arm. */
export function experimentRegions({ arm }: ExperimentQuery, plan: Pick<StatisticPlan, "features">): readonly Region[] {
  return [EVERYBODY, ...dimensionOf(plan, arm).categories.map((word) => [wordsSide(plan, arm, [word])])];
}

export function experimentCounts({ rows, arms }: ExperimentAnswer): readonly Cell[] {
  return [rows, ...arms.map((arm) => arm.rows)];
}

/**
 * Pearson's chi-square of the arms' sizes against the intended shares. With noise each term is divided by what noise adds to its expectation too,
 * so that it does not raise the alarm. Null without rows.
 */
export function sampleRatioOf(arms: readonly Estimate[], shares: readonly number[]): SampleRatio | null {
  const total = added(arms).value;
  const intended = shares.reduce((sum, share) => sum + share, 0);
  const degrees = arms.length - 1;
  if (!(total > 0 && degrees >= 1)) return null;
  // Noise of variance v on each of m arms adds v(1 − 2s + m·s²) to what (n − N·s)² expects: over all arms v(m − 2 + m·Σs²), at least v(m − 1).
  const unequal = (arms.length - 2 + arms.length * shares.reduce((sum, share) => sum + (share / intended) * (share / intended), 0)) / degrees;
  const chiSquare = arms.reduce((sum, { value, variance }, i) => {
    const expected = (total * (shares[i] ?? 0)) / intended;
    return sum + ((value - expected) * (value - expected)) / (expected + variance * Math.max(1, unequal));
  }, 0);
  const p = chiSquareTail(chiSquare, degrees);
  return { chiSquare, degrees, p, alarm: !(p >= SAMPLE_RATIO_ALARM) };
}

interface Trial {
  readonly released: Released;
  readonly query: ExperimentQuery;
  readonly plan: StatisticPlan;
  readonly words: readonly string[];
  readonly control: number;
  readonly cellRows: number;
}

function armOf(screen: Screen, trial: Trial, arm: number): ExperimentArm {
  const { released, query, plan, words } = trial;
  const counts = released.numbers("rows by arm");
  const own = at(counts, arm);
  const intended = query.shares.reduce((sum, share) => sum + share, 0);
  return {
    arm: at(words, arm), control: arm === trial.control, intendedShare: at(query.shares, arm) / intended,
    ...rowsAndShare(screen, { count: own, place: 1 + arm }, { count: added(counts), place: 0 }, own.variance),
    metrics: query.metrics.map((metric) => {
      const moments = momentsOf(trial, arm, metric);
      const mean = armMean(moments);
      return {
        metric, unit: measureOf(plan, metric).unit, sum: screen.cell(moments.sum, [1 + arm]),
        mean: screen.cell(mean === null ? null : { value: mean.value, variance: mean.sample + mean.noise }, [1 + arm], moments.range),
      };
    }),
  };
}

function effectOf(screen: Screen, trial: Trial, arm: number, metric: string): Effect {
  const { words, control, plan, query } = trial;
  const withheld = withheldBelow(trial.cellRows);
  const known = { arm: at(words, arm), metric, unit: measureOf(plan, metric).unit };
  if (screen.hides(1 + arm) || screen.hides(1 + control)) return { ...known, plain: withheld, adjusted: query.covariate === null ? null : withheld };
  const pair = [momentsOf(trial, arm, metric), momentsOf(trial, control, metric)] as const;
  return {
    ...known, plain: differenceOf(armMean(pair[0]), armMean(pair[1])) ?? withheld,
    adjusted: query.covariate === null ? null : adjustedOf(pair) ?? withheld,
  };
}

function adjustedOf([treated, control]: readonly [ArmMoments, ArmMoments]): Exclude<Effect["adjusted"], Withheld> {
  const theta = cupedTheta([treated, control]);
  const difference = differenceOf(adjustedMean(treated, theta), adjustedMean(control, theta));
  return difference === null ? null : { ...difference, theta };
}

function differenceOf(treated: Mean | null, control: Mean | null): Difference | null {
  if (treated === null || control === null) return null;
  const noise = treated.noise + control.noise;
  const variance = treated.sample + control.sample + noise;
  const value = treated.value - control.value;
  const standardError = Math.sqrt(variance);
  if (!Number.isFinite(variance)) return null;
  return {
    ...shown({ value, variance }), standardError, z: standardError > 0 ? value / standardError : null, noiseShare: variance > 0 ? noise / variance : 0,
  };
}

function momentsOf({ released, query, plan }: Trial, arm: number, metric: string): ArmMoments {
  const of = (part: string) => at(released.numbers(part), arm);
  const { min, max } = measureOf(plan, metric);
  return {
    rows: of("rows by arm"), sum: of(`sum of ${metric}`), squares: of(`squares of ${metric}`), range: [min, max],
    covariate: query.covariate === null ? null
      : { sum: of("sum of the covariate"), squares: of("squares of the covariate"), products: of(`products of ${metric}`) },
  };
}
