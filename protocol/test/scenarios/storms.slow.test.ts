import { describe, expect, test } from "@jest/globals";
import type { PartyId } from "../../src/session/ids.js";
import { Dice } from "../../src/testing/dice.js";
import { World, type WorldGiven } from "../../src/testing/world.js";
import type { FromNode, ToNode } from "../../src/conduct/messages.js";
import { SHORT_PLAN, tinyWords } from "../training/tiny-rows.js";
import { charterOfStatistics, RFM, tinyAnswer } from "../conduct/tiny-statistics.js";
import { statisticPlanOf } from "../../src/statistics/plan.js";
import { expectSound } from "./invariants.js";

const NAMES = ["ada", "bob", "cleo", "dot", "eve", "fay"] as PartyId[];

/** A link that now and then says a letter twice, or two letters in the wrong order. */
class Link<M extends ToNode | FromNode> {
  readonly #dice: Dice;
  readonly #chance: number;
  readonly #held = new Map<string, M>();

  constructor(dice: Dice, chance: number) {
    this.#dice = dice;
    this.#chance = chance;
  }

  carry(message: M): readonly M[] {
    const end = "to" in message ? message.to : message.from;
    const held = this.#held.get(end);
    if (held !== undefined) {
      this.#held.delete(end);
      return [message, held];
    }
    if (this.#dice.chance(this.#chance)) return [message, message];
    if (!this.#dice.chance(this.#chance)) return [message];
    this.#held.set(end, message);
    return [];
  }
}

/** A question of two sums. */
function askedOf(names: readonly PartyId[]): Pick<WorldGiven, "plan" | "answer"> {
  const plan = statisticPlanOf(charterOfStatistics(names), RFM);
  return { plan, answer: (party, ask) => tinyAnswer(party, ask, plan) };
}

/** A consortium in bad weather: everything about it follows from the seed. */
function storm(seed: number, weather: { readonly links: number; readonly silences: number }, asks: "model" | "answer" = "model"): World {
  const dice = new Dice(seed);
  const names = NAMES.slice(0, 3 + dice.roll(4));
  const plan = { ...SHORT_PLAN, parties: names.length };
  // A party falls silent at its n-th letter from the coordinator.
  const silentAt = new Map(names.filter(() => dice.chance(weather.silences)).map((name) => [name, dice.roll(15)]));
  const heard = new Map<PartyId, number>();
  const [down, up] = [new Link<ToNode>(dice, weather.links), new Link<FromNode>(dice, weather.links)];
  const given: WorldGiven = {
    seed, names, terms: { minimumParties: 3, quorum: 3, scheme: "masked", deadlineMs: 30_000, dropouts: dice.chance(0.5) ? "end" : "continue" }, guarded: true, crashChance: 0.02,
    ...(asks === "model" ? { plan, answer: (party, ask) => tinyWords(party, ask, plan) } : askedOf(names)),
    silentWhen: (party) => {
      const count = heard.get(party) ?? 0;
      heard.set(party, count + 1);
      return silentAt.get(party) === count;
    },
    tamper: (message) => down.carry(message),
    tamperUp: (message) => up.carry(message),
  };
  return new World(given);
}

/** How a run ended, for the count below. */
const endOf = (world: World): string => {
  const step = world.run();
  expectSound(world);
  return step.kind === "abort" ? step.fault.code : step.kind;
};

const seeds = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe("no step throws, no input is changed, no sum is opened twice, and every journal replays to the same end", () => {
  test("when parties fall silent at random", () => {
    const ends = seeds(10).map((seed) => endOf(storm(seed, { links: 0, silences: 0.2 })));
    // Each run either succeeds or says that too few were left; both happen.
    expect(new Set(ends)).toEqual(new Set(["done", "AGGREGATION_TOO_FEW"]));
  });

  test("when a question is asked and not a model", () => {
    const ends = seeds(16).map((seed) => endOf(storm(seed, { links: 0.02, silences: 0.15 }, "answer")));
    expect(ends).toContain("done");
    expect(ends.some((end) => end !== "done")).toBe(true);
  });

  test("when letters come twice or in the wrong order as well", () => {
    const ends = seeds(12).map((seed) => endOf(storm(seed, { links: 0.02, silences: 0.1 })));
    expect(ends).toContain("done");
    expect(ends.some((end) => end !== "done")).toBe(true);
  });
});
