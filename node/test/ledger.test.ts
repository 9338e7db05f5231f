import { describe, expect, test } from "@jest/globals";
import { Ledger, type Opening } from "../src/ledger.js";
import { openNodeDatabase } from "../src/store.js";
import { DIGEST, SESSION } from "./stage.js";

const OPENING: Opening = { session: SESSION, round: 1, charter: DIGEST, question: "moments", model: "m0", rows: "r0", survivors: "harbour mill quarry", without: "" };
const OTHERS = { session: "77".repeat(16), survivors: "harbour mill tower" };
const agreed = (...openings: readonly Opening[]) => {
  const ledger = new Ledger(openNodeDatabase(":memory:"));
  openings.forEach((opening) => ledger.agree(opening));
  return ledger;
};

describe("a sum that was agreed to", () => {
  test("contradicts the same question on the same rows over other survivors", () => {
    expect(agreed(OPENING).contradicts({ ...OPENING, ...OTHERS }, "same")).toBe(true);
  });

  test("contradicts, where dropouts end a training, any question on the same rows over other survivors", () => {
    const other = { ...OPENING, ...OTHERS, question: "newton", model: "m1" };
    expect(agreed(OPENING).contradicts(other, "any")).toBe(true);
    expect(agreed(OPENING).contradicts({ ...other, survivors: OPENING.survivors }, "any")).toBe(false);
    expect(agreed(OPENING).contradicts({ ...other, rows: "r1" }, "any")).toBe(false);
  });

  test.each([
    ["over the same survivors", { session: OTHERS.session }], ["of another question", { ...OTHERS, question: "newton" }], ["at another model", { ...OTHERS, model: "m1" }],
    ["on other rows", { ...OTHERS, rows: "r1" }], ["under another charter", { ...OTHERS, charter: "00".repeat(32) }],
  ])("does not contradict one %s", (_, change) => expect(agreed(OPENING).contradicts({ ...OPENING, ...change }, "same")).toBe(false));

  test("is forgotten with its session if it was never opened, and kept for good if it was", () => {
    const ledger = agreed(OPENING, { ...OPENING, round: 2, model: "m1" });
    ledger.opened(SESSION, 2);
    ledger.forgetUnopened(OTHERS.session);
    expect(ledger.contradicts({ ...OPENING, ...OTHERS }, "same")).toBe(true);
    ledger.forgetUnopened(SESSION);
    expect(ledger.contradicts({ ...OPENING, ...OTHERS }, "same")).toBe(false);
    expect(ledger.contradicts({ ...OPENING, ...OTHERS, model: "m1" }, "same")).toBe(true);
  });

  test("is agreed to once a round: a repeat after a crash changes nothing", () => {
    const ledger = agreed(OPENING, { ...OPENING, survivors: "others" });
    expect(ledger.contradicts(OPENING, "same")).toBe(false);
  });
});

describe("a sum that does without one company", () => {
  const LEFT_OUT = { ...OPENING, session: "78".repeat(16), survivors: "harbour mill", without: "quarry" };

  test.each(["same", "any"] as const)("is apart from those with all (%s)", (which) => {
    expect(agreed(OPENING).contradicts(LEFT_OUT, which)).toBe(false);
    expect(agreed(LEFT_OUT).contradicts(OPENING, which)).toBe(false);
  });

  test.each(["same", "any"] as const)("contradicts another without the same company, over other survivors (%s)", (which) => {
    expect(agreed(OPENING, LEFT_OUT).contradicts({ ...LEFT_OUT, session: "79".repeat(16), survivors: "harbour tower" }, which)).toBe(true);
  });

  test("does not make a second list with all companies any less forbidden", () => {
    expect(agreed(OPENING, LEFT_OUT).contradicts({ ...OPENING, ...OTHERS }, "same")).toBe(true);
    expect(agreed(OPENING, LEFT_OUT).contradicts({ ...OPENING, session: OTHERS.session, survivors: LEFT_OUT.survivors }, "any")).toBe(true);
  });
});

describe("a session's rows", () => {
  test("are those it began with", () => {
    const ledger = agreed();
    expect(ledger.rowsOf(SESSION)).toBeNull();
    ledger.pinRows(SESSION, { digest: "first", setDigest: "set" }, DIGEST);
    ledger.pinRows(SESSION, { digest: "second", setDigest: "other" }, DIGEST);
    expect([ledger.rowsOf(SESSION), ledger.rowsOf(OTHERS.session)]).toEqual(["first", null]);
  });
});
