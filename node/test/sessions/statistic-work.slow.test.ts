import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { decodeFixed } from "@cohortium/crypto/fixed-point";
import { applyMasks } from "@cohortium/crypto/masking";
import { wordsFromBytes } from "@cohortium/crypto/words";
import { budgetOf } from "@cohortium/protocol/charter/privacy-budget";
import { charterDigest } from "@cohortium/protocol/charter/digest";
import { statisticLayout } from "@cohortium/protocol/statistics/layout";
import { statisticPlanOf } from "@cohortium/protocol/statistics/plan";
import type { Query } from "@cohortium/protocol/statistics/query";
import { Egress } from "../../src/egress/egress.js";
import { CHARTER_JSON, charterOf, MASKS, MILL, NOW_MS, QUARRY, SELF, SESSION } from "../stage.js";
import { contribution, COUNT, EDGES, EXACT, NOISY, NOISY_JSON, PEOPLE, place, RFM, STATISTICS } from "./statistic-stage.js";

const admit = { kind: "admit" } as const;
const OTHER = "77".repeat(16);
const WHOLE = budgetOf(NOISY)?.nanoRho ?? 0;

const numbersIn = (folder: string, charter = NOISY, session: string = SESSION) => {
  const plan = statisticPlanOf(charter, charter === EXACT ? { ...COUNT, nanoRho: 0 } : COUNT);
  const words = wordsFromBytes(64, new Uint8Array(readFileSync(join(folder, `${session}-1.words`))));
  applyMasks(words, MASKS.map(({ key }) => ({ key, sign: -1 })), 0);
  return [...decodeFixed(words, statisticLayout({ kind: "statistic", step: 0, edges: null }, plan).segments, 64)];
};

describe("admission of a question", () => {
  test("is given to rows that fit, and states of them, under a charter with noise, no count at all", async () => {
    const { work, egress } = place();
    expect(await work().resultOf(admit)).toEqual({ kind: "admitted", data: { table: expect.stringMatching(/^[0-9a-f]{64}$/), claims: [null, null, null, null], quality: null }, atMs: NOW_MS });
    expect(egress.ledger.rowsOf(SESSION)).toMatch(/^[0-9a-f]{64}$/);
  });

  test("states under a charter of exact sums what the gate found", async () => {
    const { work } = place();
    expect(await work({ charter: EXACT, query: { ...COUNT, nanoRho: 0 } }).resultOf(admit)).toMatchObject({ kind: "admitted", data: { quality: { v: 1, rows: 60 } } });
  });

  test("states how small a cell this company wants shown, where it asks for more than the charter", async () => {
    const said = async (cellRows: number | null) => {
      const result = await place().work({ settings: { cellRows } }).resultOf(admit);
      return result.kind === "admitted" ? result.data.cellRows ?? null : result.kind;
    };
    expect([await said(null), await said(10), await said(11), await said(3)]).toEqual([null, null, 11, null]);
  });

  test("is refused here, and not at the others', where this company asks for more than ten times the charter's rows to a cell", async () => {
    expect(await place().work({ settings: { cellRows: 101 } }).resultOf(admit)).toMatchObject({ kind: "refused", code: "NODE_REFUSED", clause: "node.cell-rows" });
    expect(await place().work({ settings: { cellRows: 100 } }).resultOf(admit)).toMatchObject({ kind: "admitted", data: { cellRows: 100 } });
  });

  test("is refused where the budget does not cover the whole answer, before a row is read", async () => {
    const { egress, work, write } = place();
    const digest = charterDigest(NOISY);
    egress.ledger.charges.keep({ atMs: 1, charter: digest, session: OTHER, round: 1, query: "q", kind: "drift", nanoRho: WHOLE - RFM.nanoRho + 1, rowSet: "r" });
    write("no rows at all");
    expect(await work({ query: RFM }).resultOf(admit)).toEqual({ kind: "refused", code: "BUDGET_SPENT", clause: "request.privacy-budget", atMs: NOW_MS });
    write(PEOPLE);
    expect(await work({ query: { ...RFM, nanoRho: RFM.nanoRho - 1 } }).resultOf(admit)).toMatchObject({ kind: "admitted" });
  });

  test("leaves the reserve alone unless this node's own settings open it", async () => {
    const { egress, work } = place();
    egress.ledger.charges.keep({ atMs: 1, charter: charterDigest(NOISY), session: OTHER, round: 1, query: "q", kind: "drift", nanoRho: WHOLE, rowSet: "r" });
    expect(await work().resultOf(admit)).toMatchObject({ code: "BUDGET_SPENT" });
    const open = work({ settings: { opensReserve: true } });
    expect(await open.resultOf(admit)).toMatchObject({ kind: "admitted" });
    expect(await open.resultOf(contribution())).toMatchObject({ kind: "contributed" });
  });

  test("is refused beyond this node's own ceiling, whatever charter the rest was spent under", async () => {
    const { egress, work, logger } = place();
    egress.ledger.charges.keep({ atMs: 1, charter: "00".repeat(32), session: OTHER, round: 1, query: "q", kind: "drift", nanoRho: WHOLE, rowSet: "r" });
    expect(await work({ settings: { ceiling: { epsilon: 0.8, delta: 1e-6 } } }).resultOf(admit)).toMatchObject({ code: "BUDGET_SPENT", clause: "node.privacy-ceiling" });
    expect(logger.lines.join()).toContain("epsilonMax");
    expect(await work({ settings: { ceiling: { epsilon: 1.5, delta: 1e-6 } } }).resultOf(admit)).toMatchObject({ kind: "admitted" });
  });

  test("is refused to exact sums where this node has a ceiling of its own: they have no ε", async () => {
    const { work, logger } = place();
    const exact = { charter: EXACT, query: { ...COUNT, nanoRho: 0 } };
    expect(await work({ ...exact, settings: { ceiling: { epsilon: 100, delta: 1e-6 } } }).resultOf(admit)).toMatchObject({ kind: "refused", code: "BUDGET_SPENT", clause: "node.privacy-ceiling" });
    expect(logger.lines.join()).toContain("exact sums have no ε");
    expect(await work(exact).resultOf(admit)).toMatchObject({ kind: "admitted" });
  });

  test("tells the company, and nobody else, that these rows, or those before them, were charged under another charter", async () => {
    const { egress, work, logger, write } = place();
    await work().resultOf(admit);
    await work().resultOf(contribution());
    expect(logger.lines.join()).not.toContain("under other charters");
    const renewed = charterOf({ ...NOISY_JSON, name: "renewed" });
    // One row more than were charged.
    write(`${PEOPLE}\nwest;1;1;1`);
    expect(await work({ charter: renewed, session: OTHER }).resultOf(admit)).toMatchObject({ kind: "admitted" });
    expect(logger.lines.join()).toContain("these rows, or those before them, were charged under other charters");
    expect(egress.ledger.charges.elsewhere(charterDigest(renewed))).toEqual({ nanoRho: 4_000_000, charters: 1 });
  });

  test("tells the company, under noise, that its rows are not held to one per person, and that exact sums of them left before", async () => {
    const { work, logger } = place();
    const exact = { charter: EXACT, query: { ...COUNT, nanoRho: 0 } };
    await work({ ...exact, session: OTHER }).resultOf(admit);
    expect(await work({ ...exact, session: OTHER }).resultOf(contribution(EXACT, exact.query))).toMatchObject({ kind: "contributed" });
    expect(logger.lines.join()).not.toMatch(/one per person|exact sums of these rows/);
    expect(await work().resultOf(admit)).toMatchObject({ kind: "admitted" });
    expect(logger.lines.filter((line) => line.includes("not held to one per person"))).toHaveLength(1);
    expect(logger.lines.filter((line) => line.startsWith("exact sums of these rows"))).toEqual([expect.stringContaining('"exactSums":1')]);
  });

  test.each([
    ["beyond the bounds", PEOPLE.replace(";3\n", ";4711\n"), "DATA_OUT_OF_BOUNDS spend"],
    ["negative where the charter counts", PEOPLE.replace("north;0;", "north;-2;"), "DATA_OUT_OF_BOUNDS visits"],
    ["of an unknown word", PEOPLE.replace("west", "moon"), "DATA_UNKNOWN_CATEGORY region"],
  ])("is refused to rows %s: others learn column and rule, never a value", async (_, people, clause) => {
    const { folder, work, egress, logger } = place(people);
    expect(await work().resultOf(admit)).toMatchObject({ kind: "refused", code: "DATA_REFUSED", clause });
    // The folder's name is drawn, and may hold any of them.
    expect(logger.lines.join().replaceAll(folder, "")).not.toMatch(/4711|moon|-2/);
    expect(egress.ledger.rowsOf(SESSION)).toBeNull();
  });

  test("is refused outside the charter's time, and for another plan than follows", async () => {
    const { work } = place();
    expect(await work({ nowMs: Date.parse(NOISY.expires) }).resultOf(admit)).toMatchObject({ code: "NODE_REFUSED", clause: "request.period" });
  });
});

describe("an answer", () => {
  test("is released with noise on every count, charged once, and the same words for the process that comes after a crash", async () => {
    const { work, egress, folder, database } = place();
    await work().resultOf(admit);
    const first = await work().resultOf(contribution());
    expect(first).toMatchObject({ kind: "contributed", round: 1, words: 4 });
    const numbers = numbersIn(folder);
    expect([numbers[0], numbers.slice(1).every((number) => Math.abs(number - 20) < 200), numbers.slice(1).filter((number) => number !== 20).length]).toEqual([1, true, 3]);
    rmSync(join(folder, `${SESSION}-1.words`));
    expect(await work({}, new Egress(database, folder)).resultOf(contribution())).toEqual(first);
    expect(numbersIn(folder)).toEqual(numbers);
    expect(egress.ledger.charges.lines(null)).toEqual([expect.objectContaining({ session: SESSION, round: 1, kind: "categories", nanoRho: 4_000_000, rowSet: egress.ledger.rowSetOf(SESSION) })]);
  });

  test("in another session has other noise, though the question is the same", async () => {
    const { work, folder } = place();
    for (const session of [SESSION, OTHER]) {
      await work({ session }).resultOf(admit);
      await work({ session }).resultOf(contribution());
    }
    expect(numbersIn(folder)).not.toEqual(numbersIn(folder, NOISY, OTHER));
  });

  test("has other noise where a copy of the node is put back and its rows are others by then: the difference of both would be bare", async () => {
    const numbers = async (people: string) => {
      const { work, folder } = place(people);
      await work().resultOf(admit);
      await work().resultOf(contribution());
      return numbersIn(folder);
    };
    const noise = (await numbers(PEOPLE)).map((number, i) => number - (i === 0 ? 1 : 20));
    // One row fewer in the first cell, and nothing else.
    const without = (await numbers(PEOPLE.replace("north;0;0;0\n", ""))).map((number, i) => number - (i === 0 ? 1 : i === 1 ? 19 : 20));
    expect(without).not.toEqual(noise);
    expect((await numbers(PEOPLE)).map((number, i) => number - (i === 0 ? 1 : 20))).toEqual(noise);
  });

  test("under a charter of exact sums is what the rows hold", async () => {
    const { work, folder, egress } = place();
    const query = { ...COUNT, nanoRho: 0 };
    await work({ charter: EXACT, query }).resultOf(admit);
    expect(await work({ charter: EXACT, query }).resultOf(contribution(EXACT, query))).toMatchObject({ kind: "contributed" });
    expect(numbersIn(folder, EXACT)).toEqual([1, 20, 20, 20]);
    expect(egress.ledger.charges.inAll()).toBe(0);
  });

  test("in two sums costs what the query says, together", async () => {
    const { work, egress } = place();
    const rfm = work({ query: RFM });
    await rfm.resultOf(admit);
    await rfm.resultOf(contribution(NOISY, RFM));
    expect(await rfm.resultOf(contribution(NOISY, RFM, { kind: "statistic", step: 1, edges: EDGES }, 2))).toMatchObject({ kind: "contributed", round: 2 });
    expect(egress.ledger.charges.lines(null).map(({ nanoRho }) => nanoRho)).toEqual([2_000_000, 2_000_001]);
    const outcome = await rfm.conclude({ kind: "answer", answer: { cells: [] }, answered: 2 });
    expect(outcome).toMatchObject({ own: null, outcome: { kind: "answered", nanoRho: 4_000_001, query: { kind: "rfm" }, answered: 2 } });
  });

  test("in two sums is over the rows of its admission, whatever becomes of the file between them; after a crash, over the same rows or none", async () => {
    const { work, write, egress } = place();
    const second = contribution(NOISY, RFM, { kind: "statistic", step: 1, edges: EDGES }, 2);
    const first = work({ query: RFM });
    await first.resultOf(admit);
    await first.resultOf(contribution(NOISY, RFM));
    write(`${PEOPLE}\nwest;1;1;1`);
    expect(await work({ query: RFM }).resultOf(second)).toMatchObject({ kind: "refused", code: "DATA_CHANGED" });
    expect(egress.ledger.charges.lines(null).length).toBe(1);
    const answered = await first.resultOf(second);
    expect(answered).toMatchObject({ kind: "contributed", round: 2 });
    write(PEOPLE);
    expect(await work({ query: RFM }).resultOf(second)).toEqual(answered);
  });

  test("about drift leaves with the company how far its own rows are from everybody's", async () => {
    const { work } = place();
    const query = { kind: "drift", column: "region", bins: 4, nanoRho: 4_000_000 } as const;
    const drift = work({ query });
    await drift.resultOf(admit);
    const jointly = async (...shares: readonly number[]) => {
      const cells = shares.map((value) => ({ word: "w", rows: { withheld: "k = 10" }, share: value < 0 ? { withheld: "k = 10" } : { value, low: 0, high: 1 } }));
      const { outcome } = await drift.conclude({ kind: "answer", answer: { kind: "drift", cells, missing: { share: { value: 0, low: 0, high: 0 } } }, answered: 1 });
      return (outcome as { readonly drift: number | null }).drift;
    };
    expect(await jointly(1 / 3, 1 / 3, 1 / 3)).toBeCloseTo(0, 9);
    // (1/3 − 0.8) ln(0.41667) + 2 (1/3 − 0.1) ln(3.3333), but for the smoothing.
    expect(await jointly(0.8, 0.1, 0.1)).toBeCloseTo(0.970, 2);
    expect(await jointly(0.5, 0.5, -1)).toBeCloseTo(0, 9);
    expect(await jointly(-1, -1, -1)).toBeNull();
  });

  test("of rows that changed since the session began is refused, and costs nothing", async () => {
    const { work, write, egress } = place();
    await work().resultOf(admit);
    write(PEOPLE.replace("north;0;", "north;1;"));
    expect(await work().resultOf(contribution())).toMatchObject({ kind: "refused", code: "DATA_CHANGED" });
    expect(egress.ledger.charges.inAll()).toBe(0);
  });

  test("is refused where sessions that ran at the same time have spent the budget meanwhile", async () => {
    const { work, egress } = place();
    const query = { ...COUNT, nanoRho: Math.floor(WHOLE / 2) + 1 };
    const [first, second] = [work({ query }), work({ query, session: OTHER })];
    expect([(await first.resultOf(admit)).kind, (await second.resultOf(admit)).kind]).toEqual(["admitted", "admitted"]);
    const both = await Promise.all([first.resultOf(contribution(NOISY, query)), second.resultOf(contribution(NOISY, query))]);
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(["contributed", "refused"]);
    expect(both.find(({ kind }) => kind === "refused")).toMatchObject({ code: "BUDGET_SPENT", clause: "request.privacy-budget" });
    expect(egress.ledger.charges.inAll()).toBe(query.nanoRho);
  });

  test("is refused where a training's question comes instead", async () => {
    const { work } = place();
    await work().resultOf(admit);
    const asked = contribution();
    expect(await work().resultOf({ ...asked, scene: { kind: "logistic", question: { kind: "moments" }, model: null, digest: asked.scene.digest, steps: null } })).toMatchObject({ kind: "refused", code: "TRAINING_ORDER" });
  });
});

describe("sums over other parties than before, on the same rows", () => {
  type Questions = readonly [charter: typeof NOISY, first: Query, second: Query];
  const ALL = [SELF, MILL, QUARRY];
  const CONTINUED = charterOf({ ...CHARTER_JSON, name: "exact", statistics: STATISTICS, aggregation: { ...CHARTER_JSON.aggregation, dropouts: "continue" } });
  const FREE = { ...COUNT, nanoRho: 0 };
  const REWORDED: Query = { kind: "profile", cohort: [], by: ["region"], measures: ["spend"], nanoRho: 0 };

  /** The first question is opened over two of three; the second is asked of all three. */
  const asked = async ([charter, first, second]: Questions, parties = ALL, write = "") => {
    const it = place();
    const [once, again] = [it.work({ charter, query: first }), it.work({ charter, query: second, session: OTHER })];
    const asks = { ...contribution(charter, second), parties };
    const permit = (survivors: readonly (typeof SELF)[]) => ({ kind: "permit", round: 1, question: asks.question, survivors } as const);
    await once.resultOf(admit);
    await once.resultOf(contribution(charter, first));
    expect(await once.resultOf({ ...permit([SELF, MILL]), question: contribution(charter, first).question })).toMatchObject({ kind: "permitted" });
    it.egress.ledger.opened(SESSION, 1);
    if (write !== "") it.write(write);
    await again.resultOf(admit);
    const contributed = await again.resultOf(asks);
    return { contributed, permitted: await again.resultOf(permit(parties)), releases: it.egress.ledger.releasesUnder(charterDigest(charter)) };
  };

  test.each([
    ["the same words", EXACT, FREE], ["other words", EXACT, { ...FREE, top: 2 }], ["another kind of question that counts the same cells", EXACT, REWORDED],
    ["other words, where sums may go on without a party", CONTINUED, { ...FREE, top: 2 }], ["another kind, where sums may go on without a party", CONTINUED, REWORDED],
  ] as const)("are refused where they are exact, before anything leaves: %s", async (_, charter, second) => {
    const refused = { kind: "refused", code: "TRAINING_REPEAT" };
    expect(await asked([charter, FREE, second])).toMatchObject({ contributed: refused, permitted: refused, releases: 1 });
    // Controls: over the same parties, or over other rows.
    expect(await asked([charter, FREE, second], [SELF, MILL])).toMatchObject({ contributed: { kind: "contributed" }, permitted: { kind: "permitted" }, releases: 2 });
    expect(await asked([charter, FREE, second], ALL, PEOPLE.replace("north;0;", "north;1;"))).toMatchObject({ contributed: { kind: "contributed" }, permitted: { kind: "permitted" } });
  });

  test("are refused when they are to be opened, where somebody fell silent after being asked", async () => {
    const { work, egress } = place();
    const of = (session: string) => work({ charter: EXACT, query: FREE, session });
    const permit = (survivors: readonly (typeof SELF)[]) => ({ kind: "permit", round: 1, question: contribution(EXACT, FREE).question, survivors } as const);
    await of(SESSION).resultOf(admit);
    await of(SESSION).resultOf(permit(ALL));
    egress.ledger.opened(SESSION, 1);
    await of(OTHER).resultOf(admit);
    expect(await of(OTHER).resultOf(contribution(EXACT, FREE))).toMatchObject({ kind: "contributed" });
    expect(await of(OTHER).resultOf(permit([SELF, MILL]))).toMatchObject({ kind: "refused", code: "TRAINING_REPEAT" });
    expect(await of(OTHER).resultOf(permit(ALL))).toMatchObject({ kind: "permitted" });
  });

  test("are answered and opened where they carry noise: a party that fell silent once ends no later question, and nothing is charged in vain", async () => {
    expect([NOISY.aggregation.dropouts, EXACT.aggregation.dropouts]).toEqual(["end", "end"]);
    for (const second of [COUNT, { ...COUNT, top: 2 }]) {
      expect(await asked([NOISY, COUNT, second])).toMatchObject({ contributed: { kind: "contributed" }, permitted: { kind: "permitted" }, releases: 2 });
    }
  });
});
