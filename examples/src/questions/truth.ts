import { isShown, type Answer, type Cell } from "@cohortium/protocol/statistics/answer";
import type { Customer } from "./customers.js";

/** A number of an answer beside what all rows in one place, which nobody has, would say. */
export interface Held {
  readonly what: string;
  readonly answered: Cell;
  readonly plain: number;
  /** Whether the plain number lies in the answer's interval; of a hundred intervals of 95 % about five miss it. */
  readonly isInside: boolean;
}

/** The numbers of an answer that this example compares. */
export function heldAgainst(answer: Answer, rows: readonly Customer[]): readonly Held[] {
  switch (answer.kind) {
    case "experiment": return answer.effects.map(({ arm, plain }) => held(`visits a customer, ${arm} over none`, plain, meanOf(inArm(rows, arm), "visit") - meanOf(inArm(rows, CONTROL), "visit")));
    case "quantiles": return answer.quantiles.map(({ probability, at }) => held(`${probability * 100} % spent at most, USD`, at, quantileOf(rows, probability)));
    case "profile": return [
      held("customers in the cohort", answer.rows, cohort(rows).length),
      ...answer.measures.map(({ mean }) => held("mean spent before in the cohort, USD", mean, meanOf(cohort(rows), "history"))),
    ];
    case "histogram": case "categories": case "words": case "rfm": case "drift": return [];
  }
}

export const CONTROL = "No E-Mail";
export const COHORT = "Multichannel";

function held(what: string, answered: Cell, plain: number): Held {
  return { what, answered, plain, isInside: isShown(answered) && answered.low <= plain && plain <= answered.high };
}

function inArm(rows: readonly Customer[], arm: string): readonly Customer[] {
  return rows.filter(({ segment }) => segment === arm);
}

function cohort(rows: readonly Customer[]): readonly Customer[] {
  return rows.filter(({ channel }) => channel === COHORT);
}

function meanOf(rows: readonly Customer[], measure: "visit" | "history"): number {
  return rows.reduce((sum, row) => sum + row[measure], 0) / rows.length;
}

function quantileOf(rows: readonly Customer[], probability: number): number {
  const sorted = rows.map(({ history }) => history).toSorted((a, b) => a - b);
  return sorted[Math.ceil(probability * sorted.length) - 1] ?? Number.NaN;
}
