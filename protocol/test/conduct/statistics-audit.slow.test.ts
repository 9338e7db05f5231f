import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { sessionAuditor } from "../../src/conduct/audit.js";
import { audit } from "../../src/log/audit.js";
import { uploadPath } from "../../src/log/audit-bytes.js";
import type { EntryType } from "../../src/log/entry.js";
import { jsonDigest } from "../../src/session/json-digest.js";
import { budgetOf } from "../../src/charter/privacy-budget.js";
import { LOG_KEY, sourceOf } from "../log/small-log.js";
import type { Query } from "../../src/statistics/query.js";
import { loggedStatistics, sessionOf } from "./logged-statistics.js";
import type { Told } from "./logged-training.js";
import { charterOfStatistics, OPEN_CLAUSES, PROFILE, RFM, THREE, TOWNS } from "./tiny-statistics.js";

type Body = Readonly<Record<string, Json>>;
const EXACT = loggedStatistics(charterOfStatistics(THREE), [PROFILE, RFM]);
const NOISY_CHARTER = charterOfStatistics(THREE, "noisy");
const BUDGET = (({ nanoRho, reserveNanoRho }) => nanoRho + reserveNanoRho)(budgetOf(NOISY_CHARTER) ?? { nanoRho: 0, reserveNanoRho: 0 });
const COST = Math.floor(BUDGET / 3);
const NOISY = loggedStatistics(NOISY_CHARTER, [{ ...PROFILE, nanoRho: COST }, { ...RFM, nanoRho: COST }]);

const indexOf = (told: readonly Told[], type: EntryType, question = 1, round = 0) =>
  told.findIndex(({ statement }) => statement.type === type && statement.session === sessionOf(question) && statement.round === round);
/** The log with one statement's body changed. */
const changed = (told: readonly Told[], index: number, change: Body) =>
  told.map((one, i) => (i === index ? { ...one, statement: { ...one.statement, body: { ...(one.statement.body as Body), ...change } } } : one));
const codesOf = ({ findings }: ReturnType<typeof EXACT.check>) => findings.map(({ entry, code }) => [entry, code]);

describe("an honest log of questions", () => {
  test("is verified: sums, questions and answers, and what they cost each company", () => {
    const report = NOISY.check(NOISY.told);
    expect(codesOf(report)).toEqual([]);
    expect(report.checks.filter(({ name }) => ["sums", "models", "answers", "budgets"].includes(name))).toEqual([
      { name: "sums", count: 3, ok: true }, { name: "models", count: 0, ok: true },
      // Three questions and two answers; three companies, three sums.
      { name: "answers", count: 5, ok: true }, { name: "budgets", count: 9, ok: true },
    ]);
    expect(report.privacy).toEqual([{ charter: NOISY.digest, chargedNanoRho: 2 * COST, budgetNanoRho: BUDGET, reserveNanoRho: budgetOf(NOISY_CHARTER)?.reserveNanoRho, answers: 2 }]);
  });

  test("under a charter of exact sums costs nothing, and says that nothing bounds it", () => {
    const report = EXACT.check(EXACT.told);
    expect(codesOf(report)).toEqual([]);
    expect(report.privacy).toEqual([{ charter: EXACT.digest, chargedNanoRho: 0, budgetNanoRho: null, reserveNanoRho: 0, answers: 2 }]);
  });
});

describe("a coordinator is found that", () => {
  const { told, check } = EXACT;

  test("logs another answer than the sums led to", () => {
    const close = indexOf(told, "session.close");
    expect(codesOf(check(changed(told, close, { answer: "ab".repeat(32) })))).toEqual([[close, "ANSWER_DIFFERS"]]);
  });

  test("shows in an answer what a company wants withheld", () => {
    const strict = loggedStatistics(charterOfStatistics(THREE), [{ ...PROFILE, cohort: [], by: ["country"] }], { cellRows: (party) => (party === "bob" ? 40 : undefined) });
    expect(codesOf(strict.check(strict.told))).toEqual([]);
    const stated = strict.told.findIndex(({ statement }) => statement.type === "session.data" && statement.actor === "bob");
    // Bob's wish does not reach the answer.
    const close = indexOf(strict.told, "session.close");
    expect(codesOf(strict.check(changed(strict.told, stated, { cellRows: 10 })))).toEqual([[close, "ANSWER_DIFFERS"]]);
  });

  test("closes a question with a model, or with both", () => {
    const close = indexOf(told, "session.close");
    const model = { model: "ab".repeat(32), evaluation: "cd".repeat(32) };
    const closed = told.map((one, i) => (i === close ? { ...one, statement: { ...one.statement, body: model } } : one));
    expect(codesOf(check(closed))).toEqual([[close, "CLOSE_DIFFERS"]]);
    expect(codesOf(check(changed(told, close, model)))[0]).toEqual([close, "ENTRY_BODY"]);
  });

  test("closes after the first of two sums", () => {
    const cut = told.filter(({ statement }) => !(statement.session === sessionOf(2) && statement.round === 2));
    expect(codesOf(check(cut))).toEqual([[indexOf(cut, "session.close", 2), "ANSWER_DIFFERS"]]);
  });

  test("asks for the grid by other edges than the first sum found", () => {
    const offer = indexOf(told, "round.offer", 2, 2);
    expect(codesOf(check(changed(told, offer, { model: "ab".repeat(32) })))).toEqual([[offer, "QUESTION_DIFFERS"], [indexOf(told, "session.close", 2), "ANSWER_DIFFERS"]]);
  });

  test("logs a query that the charter does not allow", () => {
    const offer = indexOf(told, "session.offer");
    const found = check(changed(told, offer, { query: { ...PROFILE, by: ["shoe size"] } as unknown as Json }));
    expect(codesOf(found)[0]).toEqual([offer, "QUERY_REFUSED"]);
    expect(found.findings[0]?.says).toContain("/by/0");
  });

  test("logs a query that nobody can read", () => {
    const offer = indexOf(told, "session.offer");
    expect(codesOf(check(changed(told, offer, { query: { kind: "everything" } })))[0]).toEqual([offer, "QUERY_REFUSED"]);
  });

  test("logs another query than was asked", () => {
    const offer = indexOf(told, "session.offer");
    expect(codesOf(check(changed(told, offer, { query: { ...PROFILE, measures: [] } as unknown as Json })))[0]).toEqual([indexOf(told, "round.offer", 1, 1), "QUESTION_DIFFERS"]);
  });

  test("logs no query, or one beside a training", () => {
    const offer = indexOf(told, "session.offer");
    const { query: _, ...rest } = told[offer]?.statement.body as Body & { query: Json };
    const bare = told.map((one, i) => (i === offer ? { ...one, statement: { ...one.statement, body: rest } } : one));
    expect(codesOf(check(bare))[0]).toEqual([offer, "ENTRY_BODY"]);
    expect(codesOf(check(changed(told, offer, { question: "propensity.train" })))[0]).toEqual([offer, "ENTRY_BODY"]);
  });
});

describe("words that are spelled out", () => {
  const { told, check, files } = loggedStatistics(charterOfStatistics(THREE, "noisy", OPEN_CLAUSES), [TOWNS]);

  test("are followed from sum to sum, each charged its share, and the log is verified", () => {
    const report = check(told);
    expect(codesOf(report)).toEqual([]);
    expect(told.filter(({ statement }) => statement.type === "round.offer")).toHaveLength(TOWNS.length);
    expect(report.privacy).toMatchObject([{ chargedNanoRho: TOWNS.nanoRho, answers: 1 }]);
  });

  test("by other beginnings than the sums lead to are found, where they are asked about", () => {
    const offer = indexOf(told, "round.offer", 1, 3);
    const other = jsonDigest({ step: 2, edges: null, prefixes: ["ba", "be", "xx"] });
    expect(codesOf(check(changed(told, offer, { model: other })))[0]).toEqual([offer, "QUESTION_DIFFERS"]);
  });

  test("may not be followed where an upload is missing: then only what no sums could lead to is objected to", () => {
    const found = (list: readonly Told[]) => {
      const left = files(list);
      for (const { statement } of told) if (statement.type === "round.upload" && statement.round === 2) left.delete(uploadPath((statement.body as { readonly root: string }).root));
      const { findings } = audit(sourceOf(left), { logKey: LOG_KEY, rounds: sessionAuditor() });
      return findings.filter(({ code }) => code !== "UPLOAD_MISSING" && code !== "SUM_DIFFERS").map(({ entry, code }) => [entry, code]);
    };
    const offer = indexOf(told, "round.offer", 1, 3);
    expect(found(told)).toEqual([]);
    for (const words of [1, 28, 30, 1 + 28 * 74]) expect(found(changed(told, offer, { words }))[0]).toEqual([offer, "QUESTION_DIFFERS"]);
    // 28 numbers a beginning, and three beginnings are as good as two where nobody can tell.
    expect(found(changed(told, offer, { words: 1 + 28 * 3 }))[0]).not.toEqual([offer, "QUESTION_DIFFERS"]);
  });

  test("are not left off before the last character, nor closed with other words", () => {
    const cut = told.filter(({ statement }) => !(statement.round === TOWNS.length));
    expect(codesOf(check(cut))).toEqual([[indexOf(cut, "session.close"), "ANSWER_DIFFERS"]]);
    const close = indexOf(told, "session.close");
    expect(codesOf(check(changed(told, close, { answer: "ab".repeat(32) })))).toEqual([[close, "ANSWER_DIFFERS"]]);
  });
});

describe("a budget", () => {
  test("that is overspent is found where it is, once for every company", () => {
    const { told, check } = loggedStatistics(NOISY_CHARTER, Array.from({ length: 5 }, () => ({ ...PROFILE, nanoRho: COST })));
    const report = check(told);
    const over = report.findings;
    expect(over.map(({ entry, code }) => [told[entry ?? 0]?.statement.session, told[entry ?? 0]?.statement.type, code])).toEqual(THREE.map(() => [sessionOf(4), "round.upload", "BUDGET_OVERSPENT"]));
    expect(over.map(({ says }) => says.split(" ")[0]).sort()).toEqual(THREE);
    expect(report.privacy).toMatchObject([{ chargedNanoRho: 5 * COST, answers: 5 }]);
  });

  test("that is spent to the last coin is not", () => {
    const last = BUDGET - 2 * COST;
    const whole = loggedStatistics(NOISY_CHARTER, [{ ...PROFILE, nanoRho: COST }, { ...PROFILE, nanoRho: COST }, { ...PROFILE, nanoRho: last }]);
    const report = whole.check(whole.told);
    expect(codesOf(report)).toEqual([]);
    expect(report.privacy).toMatchObject([{ chargedNanoRho: BUDGET, budgetNanoRho: BUDGET, answers: 3 }]);
    const more = loggedStatistics(NOISY_CHARTER, [{ ...PROFILE, nanoRho: COST }, { ...PROFILE, nanoRho: COST }, { ...PROFILE, nanoRho: last + 1 }]);
    expect(codesOf(more.check(more.told)).map(([, code]) => code)).toEqual(THREE.map(() => "BUDGET_OVERSPENT"));
  });

  test("is charged for what is answered, whether or not it is ever opened, and once for what is logged twice", () => {
    const cut = NOISY.told.filter(({ statement }) => statement.session !== sessionOf(2) && !["round.survivors", "round.agree", "round.unmask", "round.result", "session.close"].includes(statement.type));
    const report = NOISY.check(cut);
    expect(report.privacy).toMatchObject([{ chargedNanoRho: COST, answers: 0 }]);
    const upload = cut.find(({ statement }) => statement.type === "round.upload");
    expect(NOISY.check([...cut, ...(upload === undefined ? [] : [upload])]).privacy).toMatchObject([{ chargedNanoRho: COST, answers: 0 }]);
  });
});

describe("what a company is charged", () => {
  const OTHERWISE: Body = { model: "ab".repeat(32) };
  const uploads = THREE.map(() => "BUDGET_OVERSPENT");

  test("is what its contribution costs where the coordinator asks something else than follows", () => {
    const asked = loggedStatistics(NOISY_CHARTER, Array.from({ length: 5 }, () => ({ ...PROFILE, nanoRho: COST })));
    const told = [1, 2, 3, 4, 5].reduce((list, n) => changed(list, indexOf(list, "round.offer", n, 1), OTHERWISE), asked.told);
    const report = asked.check(told);
    expect(codesOf(report).map(([, code]) => code).filter((code) => code === "BUDGET_OVERSPENT")).toEqual(uploads);
    expect(report.privacy).toMatchObject([{ chargedNanoRho: 5 * COST, budgetNanoRho: BUDGET }]);
  });

  test("is the second half as well where the first sum does not come out", () => {
    const report = NOISY.check(changed(NOISY.told, indexOf(NOISY.told, "round.result", 2, 1), { root: "ab".repeat(32) }));
    expect(report.findings.map(({ code }) => code)).toContain("SUM_DIFFERS");
    expect(report.privacy).toMatchObject([{ chargedNanoRho: 2 * COST }]);
  });

  test("is what the query says where the charter does not allow it, and nothing where nobody can read it", () => {
    const asking = (query: unknown) => NOISY.check(changed(NOISY.told, indexOf(NOISY.told, "session.offer"), { query: query as Json })).privacy;
    expect(asking({ ...PROFILE, by: ["shoe size"], nanoRho: COST })).toMatchObject([{ chargedNanoRho: 2 * COST }]);
    expect(asking({ kind: "everything" })).toMatchObject([{ chargedNanoRho: COST }]);
  });
});

describe("an answer whose uploads nobody has kept", () => {
  const without = (round: number) => {
    const upload = NOISY.told[indexOf(NOISY.told, "round.upload", 2, round)]?.statement.body as { readonly root: string };
    const files = NOISY.files(NOISY.told);
    files.delete(uploadPath(upload.root));
    return audit(sourceOf(files), { logKey: LOG_KEY, rounds: sessionAuditor() });
  };

  test.each([[1, 1], [2, 2]])("of sum %d cannot be followed, which is no offence of the coordinator: what is missing is said, and what was charged", (round, sums) => {
    const report = without(round);
    expect(codesOf(report)).toEqual([[indexOf(NOISY.told, "round.upload", 2, round), "UPLOAD_MISSING"]]);
    expect([report.verified, report.findings[0]?.says]).toEqual([false, expect.stringContaining("cannot be followed")]);
    expect(report.privacy).toMatchObject([{ chargedNanoRho: 2 * COST, answers: 2 }]);
    // The first answer is followed; of the second only what was seen is counted.
    expect(report.checks.filter(({ name }) => ["sums", "answers"].includes(name))).toMatchObject([{ name: "sums", count: 2 }, { name: "answers", count: 2 + sums }]);
  });
});

describe("where the uploads of an answer are missing, a coordinator is found that", () => {
  const offer = indexOf(NOISY.told, "round.offer", 2, 2);
  const close = indexOf(NOISY.told, "session.close", 2);
  const of = ({ told, files }: Pick<typeof NOISY, "told" | "files">, question: number, round: number, list = told) => {
    const roots = told.filter(({ statement }) => statement.type === "round.upload" && statement.session === sessionOf(question) && statement.round === round).map(({ statement }) => (statement.body as { readonly root: string }).root);
    const left = files(list);
    for (const root of roots) left.delete(uploadPath(root));
    return audit(sourceOf(left), { logKey: LOG_KEY, rounds: sessionAuditor() }).findings.filter(({ code }) => code !== "UPLOAD_MISSING" && code !== "SUM_DIFFERS").map(({ entry, code }) => [entry, code]);
  };
  const found = (list: readonly Told[]) => of(NOISY, 2, 1, list);

  test("is honest: nothing (control)", () => {
    expect(found(NOISY.told)).toEqual([]);
  });

  test.each([["of another size", { words: 3 }], ["in another ring", { ring: 32 }], ["of another kind", { kind: "moments" }], ["by another plan", { plan: "ab".repeat(32) }]])("asks for a sum %s", (_, change) => {
    expect(found(changed(NOISY.told, offer, change))[0]).toEqual([offer, "QUESTION_DIFFERS"]);
  });

  test("asks again what was asked before", () => {
    const { model } = NOISY.told[indexOf(NOISY.told, "round.offer", 2, 1)]?.statement.body as { readonly model: string };
    expect(found(changed(NOISY.told, offer, { model }))[0]).toEqual([offer, "QUESTION_DIFFERS"]);
  });

  test("asks for more sums than the question has", () => {
    const again = NOISY.told[indexOf(NOISY.told, "round.offer", 1, 1)];
    if (again === undefined) throw new Error("no round");
    const more = { ...again, id: "cd".repeat(32), statement: { ...again.statement, round: 2, at: "2026-11-22T11:00:00Z" } };
    const first = indexOf(NOISY.told, "session.close", 1);
    expect(of(NOISY, 1, 1, NOISY.told.toSpliced(first, 0, more)).filter(([, code]) => code === "QUESTION_DIFFERS")).toEqual([[first, "QUESTION_DIFFERS"]]);
  });

  test("closes before the last sum, or with a model, or keeps one", () => {
    const cut = NOISY.told.filter(({ statement }) => !(statement.session === sessionOf(2) && statement.round === 2));
    expect(found(cut)).toEqual([[indexOf(cut, "session.close", 2), "ANSWER_DIFFERS"]]);
    const closed = NOISY.told.map((one, i) => (i === close ? { ...one, statement: { ...one.statement, body: { model: "ab".repeat(32), evaluation: "cd".repeat(32) } } } : one));
    expect(found(closed)).toEqual([[close, "CLOSE_DIFFERS"]]);
    const end = NOISY.told[close];
    if (end === undefined) throw new Error("no end");
    const kept = { id: "ef".repeat(32), statement: { ...end.statement, type: "model" as const, body: { kind: "logistic", hash: "ab".repeat(32), iteration: 0 } } };
    expect(found(NOISY.told.toSpliced(close, 0, kept))).toEqual([[close, "MODEL_DIFFERS"]]);
  });

  test("is not accused of a later exact answer, which may withhold what goes with the one that is not seen", () => {
    // All rows, then all but the few of Spain: the second answer is another one than it would be alone.
    const all: Query = { kind: "histogram", measure: "spend", edges: [0, 250, 500], cohort: [], nanoRho: 0 };
    const most: Query = { ...all, cohort: [{ dimension: "country", words: ["France", "Germany"] }] };
    const asked = loggedStatistics(charterOfStatistics(THREE, "exact", [["/statistics/cellRows", 20]]), [all, most]);
    expect(codesOf(asked.check(asked.told))).toEqual([]);
    expect(of(asked, 1, 1)).toEqual([]);
    // What can be seen of it is looked at all the same.
    const last = indexOf(asked.told, "session.close", 2);
    const closed = asked.told.map((one, i) => (i === last ? { ...one, statement: { ...one.statement, body: { model: "ab".repeat(32), evaluation: "cd".repeat(32) } } } : one));
    expect(of(asked, 1, 1, closed)).toEqual([[last, "CLOSE_DIFFERS"]]);
  });
});
