import type { LoggedContribution, LoggedOffer } from "../log/audit-milestones.js";
import { restOf } from "../training/price.js";
import { chargeIn, questionOf, type Standing } from "./standing.js";

/** What a session may cost whoever answers it, in 10^-9 of ρ. */
export interface Costs {
  /** The charter's, with the reserve: whether a node has opened it is not in the log. Null where no noise is added. */
  readonly budgetNanoRho: number | null;
  /** How much of that is the reserve. */
  readonly reserveNanoRho: number;
  /** Of each sum in turn, as the query or the charter's training says: whatever becomes of the session, whoever answers has paid. */
  readonly charges: readonly number[];
  /** Whether the evaluation may come before its turn: trees that stop growing ask for fewer sums. */
  readonly endsEarly: boolean;
}

/** What a round costs whoever answers it: so much; or, of the evaluation in its turn, what it has not paid yet of the whole price. */
type Cost = number | "rest";

/**
 * What each company is charged in one session, however the session goes on: a node is charged before anybody can see that the coordinator misbehaves.
 * As the companies' own ledgers do, it charges an evaluation what is left of the training's price (`chargeOfQuestion`), so whoever answers it has paid for
 * all, whatever it was asked before.
 */
export class Bill {
  readonly #costs: Costs;
  /** What each round that was offered costs. */
  readonly #offered = new Map<number, Cost>();
  /** Round by round what each company has paid: what is logged twice was said once. */
  readonly #paid = new Map<string, Map<number, number>>();
  #isEvaluated = false;

  constructor(costs: Costs) {
    this.#costs = costs;
  }

  get budgetNanoRho(): number | null {
    return this.#costs.budgetNanoRho;
  }

  get reserveNanoRho(): number {
    return this.#costs.reserveNanoRho;
  }

  /** @param standing - Where the session stands, if the round asks what follows; null where that is not known. */
  offer({ round, asked: { purpose } }: Pick<LoggedOffer, "round" | "asked">, standing: Standing | null): void {
    this.#offered.set(round, standing === null ? this.#costOf(purpose, round) : costIn(standing));
  }

  /** In 10^-9 of ρ. */
  contribute({ party, round }: Pick<LoggedContribution, "party" | "round">): number {
    const paid = this.#paid.get(party) ?? new Map<number, number>();
    this.#paid.set(party, paid);
    const before = paid.get(round);
    if (before !== undefined) return before;
    const cost = this.#offered.get(round) ?? 0;
    const charge = cost === "rest" ? restOf(total(this.#costs.charges), total([...paid.values()])) : cost;
    paid.set(round, charge);
    return charge;
  }

  /**
   * Of a round that does not follow, or of which that cannot be told: by its kind and its turn, and never less than its kind costs. Held-out rows are told
   * of as much as the whole training tells of others, so an evaluation out of its turn costs the whole price, however much was paid before. A sum beyond
   * those of a query costs as much as the last.
   */
  #costOf(purpose: string, round: number): Cost {
    const { charges } = this.#costs;
    const [turn, last] = [charges[round - 1], charges.length];
    switch (purpose) {
      case "evaluation": return this.#isInTurn(round) ? "rest" : total(charges);
      case "moments": case "bins": return charges[0] ?? 0;
      case "newton": case "update": case "level": return round > 1 && round < last && turn !== undefined ? turn : Math.max(0, ...charges.slice(1, -1));
      case "statistic": return turn ?? charges.at(-1) ?? 0;
      default: return total(charges);
    }
  }

  /** Whether an evaluation may come here: as the last, or, where a training may end early, as the first. */
  #isInTurn(round: number): boolean {
    const { charges, endsEarly } = this.#costs;
    const isFirst = !this.#isEvaluated;
    this.#isEvaluated = true;
    return round === charges.length || (endsEarly && isFirst);
  }
}

function costIn(standing: Standing): Cost {
  return questionOf(standing).kind === "evaluation" ? "rest" : chargeIn(standing, 0);
}

function total(charges: readonly number[]): number {
  return charges.reduce((sum, each) => sum + each, 0);
}
