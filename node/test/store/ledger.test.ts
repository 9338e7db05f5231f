import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { openDatabase } from "@cohortium/protocol/host/sqlite";
import { Ledger, type Opening } from "../../src/store/ledger.js";
import { NODE_MIGRATIONS, openNodeDatabase } from "../../src/database.js";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { DIGEST, SESSION } from "../stage.js";

const OPENING: Opening = {
  session: SESSION, round: 1, charter: DIGEST, question: "moments", model: "m0", rows: "r0", rowSet: "s0", survivors: "harbour mill quarry", without: "",
};
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
    expect(agreed(OPENING).contradicts({ ...other, rows: "r1", rowSet: "s1" }, "any")).toBe(false);
  });

  test("contradicts a statistic on the same rows over other survivors, also where a training may go on without a company; control: not over the same", () => {
    const statistic = { ...OPENING, question: "statistic/5e", model: "m1" };
    expect(agreed(statistic).contradicts({ ...OPENING, ...OTHERS }, "same")).toBe(true);
    expect(agreed(statistic).contradicts({ ...OPENING, session: OTHERS.session }, "same")).toBe(false);
    expect(agreed(statistic).contradicts({ ...OPENING, ...OTHERS, rows: "r1", rowSet: "s1" }, "same")).toBe(false);
    expect(agreed({ ...statistic, question: "statistics" }).contradicts({ ...OPENING, ...OTHERS }, "same")).toBe(false);
  });

  test.each([
    ["over the same survivors", { session: OTHERS.session }], ["of another question", { ...OTHERS, question: "newton" }], ["at another model", { ...OTHERS, model: "m1" }],
    ["on other rows", { ...OTHERS, rows: "r1", rowSet: "s1" }], ["under another charter", { ...OTHERS, charter: "00".repeat(32) }],
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

  test.each(["same", "any"] as const)("contradicts one on the same rows in another order (%s question)", (which) => {
    expect(agreed(OPENING).contradicts({ ...OPENING, ...OTHERS, rows: "r1" }, which)).toBe(true);
  });

  test("by a session that knows no set of its rows is compared by their order, and unknown sets are not one set", () => {
    const old = { ...OPENING, rowSet: "" };
    expect(agreed(old).contradicts({ ...OPENING, ...OTHERS }, "any")).toBe(true);
    expect(agreed(old).contradicts({ ...OPENING, ...OTHERS, rows: "r1" }, "any")).toBe(false);
    expect(agreed(old).contradicts({ ...old, ...OTHERS, rows: "r1" }, "any")).toBe(false);
  });

  test("under another way of naming sets is known by the list of rows its session began with", () => {
    const ledger = agreed(OPENING);
    ledger.pinRows(SESSION, { digest: "r0", setDigest: "s0" }, DIGEST);
    expect(ledger.contradicts({ ...OPENING, ...OTHERS, rowSet: "set of a later version" }, "any")).toBe(true);
    expect(ledger.contradicts({ ...OPENING, ...OTHERS, rows: "r1", rowSet: "set of a later version" }, "any")).toBe(false);
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

describe("sums that left", () => {
  const leave = (ledger: Ledger, session: string, charter: string, charged: readonly (number | null)[]) => charged.forEach((nanoRho, i) => {
    ledger.keepRelease({ session, round: i + 1, charter, question: "moments", model: "m0", root: "r", words: 1, bytes: 8, path: "p" });
    if (nanoRho !== null) ledger.charges.keep({ atMs: 1, charter, session, round: i + 1, query: "q", kind: "profile", nanoRho, rowSet: "s0" });
  });

  test("are counted as exact under charters that charged for none: of statistics at 0, of trainings without a line", () => {
    const ledger = agreed();
    expect([ledger.exactSums(), ledger.elsewhere("aa")]).toEqual([0, { nanoRho: 0, charters: 0, exactSums: 0 }]);
    leave(ledger, "s1", "statistics", [0, 0]);
    leave(ledger, "s2", "training", [null, null, null]);
    expect(ledger.exactSums()).toBe(5);
    expect([ledger.elsewhere("aa"), ledger.elsewhere("training")]).toEqual([{ nanoRho: 0, charters: 0, exactSums: 5 }, { nanoRho: 0, charters: 0, exactSums: 2 }]);
  });

  test("are not under one that charged: the last sum of a training that was paid for is charged 0, and carries noise", () => {
    const ledger = agreed();
    leave(ledger, "s1", "noisy", [30, 40, 0]);
    leave(ledger, "s2", "exact", [null]);
    expect(ledger.exactSums()).toBe(1);
    expect(ledger.elsewhere("aa")).toEqual({ nanoRho: 70, charters: 1, exactSums: 1 });
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

test("a ledger of the version before knows its openings and its sessions' rows also after the upgrade", () => {
  const path = join(scratchFolder(), "node.db");
  const before = openDatabase(path, NODE_MIGRATIONS.slice(0, 3));
  before.prepare("INSERT INTO openings VALUES (?, 1, ?, 'moments', 'm0', 'r0', 'harbour mill quarry', 1)").run(SESSION, DIGEST);
  before.prepare("INSERT INTO session_rows VALUES (?, 'r0', ?)").run(SESSION, DIGEST);
  before.close();
  const ledger = new Ledger(openNodeDatabase(path));
  expect([ledger.rowsOf(SESSION), ledger.rowSetOf(SESSION)]).toEqual(["r0", ""]);
  expect(ledger.contradicts({ ...OPENING, ...OTHERS }, "any")).toBe(true);
  expect(ledger.contradicts({ ...OPENING, ...OTHERS, rows: "r1" }, "any")).toBe(false);
});
