import { describe, expect, test } from "@jest/globals";
import { Bill } from "../../src/conduct/audit-bill.js";

const CHARGES = [20, 26, 27, 28, 0];
const PRICE = 101;

/** What a company is charged that answers these rounds in turn, of which nobody knows whether they follow. */
function charged(purposes: readonly string[], charges: readonly number[] = CHARGES, endsEarly = false): readonly number[] {
  const bill = new Bill({ budgetNanoRho: 1_000, reserveNanoRho: 0, charges, endsEarly });
  return purposes.map((purpose, i) => {
    bill.offer({ round: i + 1, asked: { kind: "round.offer", purpose, model: "", plan: "", ring: 64, words: 1, parties: [] } }, null);
    return bill.contribute({ party: "ada", round: i + 1 });
  });
}
const total = (charges: readonly number[]) => charges.reduce((sum, each) => sum + each, 0);

describe("what a company is charged for a training", () => {
  test("is its price, round by round", () => {
    expect(charged(["moments", "newton", "newton", "newton", "evaluation"])).toEqual(CHARGES);
  });

  test.each([
    [["evaluation"]], [["moments", "evaluation"]], [["moments", "newton", "evaluation"]], [["newton", "newton", "newton", "newton", "evaluation"]],
    [["moments", "moments", "moments", "moments", "evaluation"]], [["moments", "newton", "newton", "newton", "newton", "evaluation"]],
  ])("is never less where it is evaluated, whatever was asked before: %j", (purposes) => {
    expect(total(charged(purposes))).toBeGreaterThanOrEqual(PRICE);
  });

  test("is the whole price for an evaluation out of its turn, and again for a second one", () => {
    expect(charged(["moments", "evaluation", "evaluation", "newton", "evaluation"])).toEqual([20, PRICE, PRICE, 28, 0]);
    expect(charged(["moments", "newton", "newton", "newton", "evaluation", "evaluation"]).at(-1)).toBe(PRICE);
  });

  test("is what its kind costs where a round asks for something else than is due, and the dearest step where there is none; for what no training asks, the price", () => {
    expect(charged(["newton", "moments", "newton", "moments", "newton", "update", "levels"])).toEqual([28, 20, 27, 20, 28, 28, PRICE]);
  });

  test("is what is left of it for trees that stopped growing, and the whole for a second evaluation", () => {
    expect(charged(["bins", "level", "level", "evaluation", "evaluation"], CHARGES, true)).toEqual([20, 26, 27, 28, 0]);
    expect(charged(["bins", "level", "evaluation", "evaluation"], CHARGES, true)).toEqual([20, 26, 55, PRICE]);
    expect(charged(["bins", "level", "evaluation"], CHARGES)).toEqual([20, 26, PRICE]);
  });

  test("is what is left for one that answered fewer rounds, and once for what is logged twice", () => {
    const bill = new Bill({ budgetNanoRho: null, reserveNanoRho: 0, charges: CHARGES, endsEarly: false });
    CHARGES.forEach((_, i) => { bill.offer({ round: i + 1, asked: { kind: "round.offer", purpose: ["moments", "newton", "newton", "newton", "evaluation"][i] ?? "", model: "", plan: "", ring: 64, words: 1, parties: [] } }, null); });
    expect([1, 2, 5, 5, 2].map((round) => bill.contribute({ party: "bob", round }))).toEqual([20, 26, 55, 55, 26]);
    expect([bill.contribute({ party: "cleo", round: 5 }), bill.contribute({ party: "cleo", round: 9 })]).toEqual([PRICE, 0]);
  });

  test("is nothing where sums are exact", () => {
    expect(charged(["moments", "evaluation", "newton", "levels"], [])).toEqual([0, 0, 0, 0]);
  });
});

test("a sum beyond those of a query costs as much as the last", () => {
  expect(charged(["statistic", "statistic", "statistic"], [7, 8])).toEqual([7, 8, 8]);
});
