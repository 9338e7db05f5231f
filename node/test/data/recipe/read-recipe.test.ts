import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Recipe, RecipeFeature } from "@cohortium/protocol/charter/recipe";
import { featuresOf } from "@cohortium/protocol/charter/recipe-lowering";
import type { FeedTable } from "../../../src/data/sql/feed-table.js";
import { explainNote } from "../../../src/data/note.js";
import { explainProblem } from "../../../src/data/problem.js";
import { CHARTER_WORDS } from "../../../src/data/recipe/own-words.js";
import { readRecipe, type RecipeRead, type RecipeTerms } from "../../../src/data/recipe/read-recipe.js";
import { Duck, type Columns } from "./duck-table.js";
import { referenceOf } from "./reference.js";

let duck: Duck;
beforeAll(async () => { duck = await Duck.open(); });

const LABEL = { name: "y", positive: "yes", negative: "no" } as const;
const terms = (features: readonly RecipeFeature[], more: Partial<RecipeTerms> = {}): RecipeTerms =>
  ({ recipe: { features, label: LABEL }, rowsMin: 1, rowsMax: 100_000, uniqueColumn: null, words: CHARTER_WORDS, order: "own", malformedLines: [], ...more });
const texts = (values: readonly (string | null)[]) => ({ type: "text", values } as const);
const labels = (rows: number) => texts(Array.from({ length: rows }, (_, i) => (i % 3 === 0 ? "yes" : "no")));
const read = async (columns: Columns, features: readonly RecipeFeature[], more: Partial<RecipeTerms> = {}): Promise<RecipeRead> =>
  readRecipe({ rows: await duck.table(columns), transactions: null }, terms(features, more));
const column = (result: RecipeRead, feature: number, { features }: Pick<Recipe, "features">): readonly number[] => {
  if (result.kind !== "rows") throw new Error(result.problems.map(explainProblem).join("\n"));
  const lowered = featuresOf({ features });
  const before = lowered.slice(0, feature).filter(({ kind }) => kind === lowered[feature]?.kind).length;
  const { rows, x, categories } = result.rows;
  return lowered[feature]?.kind === "numeric" ? [...x.subarray(before * rows, (before + 1) * rows)] : [...(categories[before] ?? [])];
};
const codes = (result: RecipeRead) => (result.kind === "refused" ? result.problems.map(({ code, column: at, count, lines }) => [code, at, count, lines]) : result.kind);
const notes = (result: RecipeRead) => (result.kind === "rows" ? result.notes.map(({ code, column: at, count }) => [code, at, count]) : result.problems.map(explainProblem));

describe("each kind of feature", () => {
  const AGE = { kind: "numeric", name: "age", unit: "years", min: 17, max: 100 } as const;

  test("numbers are taken as they are, from text and from every type that holds numbers", async () => {
    const features = ["a", "b", "c", "d", "e"].map((name) => ({ ...AGE, name, min: 0 }));
    const result = await read({
      a: texts(["17", "+2.5e1", "100."]), b: { type: "integer", values: [17, 25, 100] }, c: { type: "decimal", values: ["17", "25.25", "100"] },
      d: { type: "double", values: [17, 25.5, 100] }, e: { type: "boolean", values: ["true", "false", "true"] }, y: labels(3),
    }, features);
    expect(features.map((_, i) => column(result, i, { features }))).toEqual([[17, 25, 100], [17, 25, 100], [17, 25.25, 100], [17, 25.5, 100], [1, 0, 1]]);
  });

  test("values beyond the bounds are clipped where the charter says so, and counted", async () => {
    const features = [{ ...AGE, outside: "clip" } as const];
    const result = await read({ age: texts(["16.9", "17", "100", "1e9", "-5"]), y: labels(5) }, features);
    expect(column(result, 0, { features })).toEqual([17, 17, 100, 100, 17]);
    expect(notes(result)).toEqual([["DATA_CLIPPED", "age", 3]]);
  });

  test("absent numbers are NaN where the charter says so, and counted; text that is no number stays refused", async () => {
    const features = [{ ...AGE, missing: "indicate", outside: "clip" } as const];
    const result = await read({ age: texts([null, "30", null, "400"]), y: labels(4) }, features);
    expect(column(result, 0, { features })).toEqual([NaN, 30, NaN, 100]);
    expect(notes(result)).toEqual([["DATA_CLIPPED", "age", 1], ["DATA_ABSENT", "age", 2]]);
    expect(codes(await read({ age: texts([null, "NA", "", "30"]), y: labels(4) }, features))).toEqual([["DATA_NOT_A_NUMBER", "age", 2, [3, 4]]]);
  });

  test("logarithms are of one plus the value, to the charter's base, and never beyond the logarithms of the bounds", async () => {
    const features = [10, 2, "e"].map((base) => ({ kind: "log", name: `log${base}`, source: "balance", unit: "euro", base, min: 0, max: 999_999 } as RecipeFeature));
    const result = await read({ balance: texts(["0", "9", "999999", "1"]), y: labels(4) }, features);
    const expected = [[0, 1, 6, Math.log10(2)], [0, Math.log2(10), Math.log2(1e6), 1], [0, Math.log(10), Math.log(1e6), Math.LN2]];
    features.forEach((_, i) => column(result, i, { features }).forEach((value, row) => expect(value).toBeCloseTo(expected[i]?.[row] ?? NaN, 12)));
    const [, , log] = featuresOf({ features });
    expect(Math.max(...column(result, 2, { features }))).toBeLessThanOrEqual((log as { max: number }).max);
  });

  test("a value without a logarithm is out of bounds, not an error of the engine", async () => {
    const log = { kind: "log", name: "balance", unit: "euro", base: 10, min: 0, max: 9 } as const;
    expect(codes(await read({ balance: texts(["-1", "-2", "3"]), y: labels(3) }, [log]))).toEqual([["DATA_OUT_OF_BOUNDS", "balance", 2, [2, 3]]]);
    const clipped = await read({ balance: texts(["-1", "-2", "3"]), y: labels(3) }, [{ ...log, outside: "clip" }]);
    expect(column(clipped, 0, { features: [log] })).toEqual([0, 0, expect.closeTo(Math.log10(4), 12)]);
  });

  test("intervals begin with their edge and end before the next, but for the last", async () => {
    const features = [{ kind: "buckets", name: "band", source: "age", unit: "years", edges: [17, 25, 40, 100], missing: "indicate" } as const];
    const result = await read({ age: texts(["17", "24.999", "25", "40", "100", null]), y: labels(6) }, features);
    expect(column(result, 0, { features })).toEqual([0, 0, 1, 2, 2, 3]);
    expect(codes(await read({ age: texts(["16.9", "100.1", "x"]), y: labels(3) }, features))).toEqual([["DATA_NOT_A_NUMBER", "age", 1, [4]], ["DATA_OUT_OF_BOUNDS", "age", 2, [2, 3]]]);
  });

  test("a word that is not listed is refused, or is the one that stands for all others, and counted", async () => {
    const job = { kind: "categorical", name: "job", categories: ["clerk", "o'hara", "other"] } as const;
    const values = texts(["clerk", "Clerk", "o'hara", null, "other"]);
    expect(codes(await read({ job: values, y: labels(5) }, [job]))).toEqual([["DATA_UNKNOWN_CATEGORY", "job", 2, [3, 5]]]);
    const rest = await read({ job: values, y: labels(5) }, [{ ...job, otherwise: "other" }]);
    expect([column(rest, 0, { features: [job] }), notes(rest)]).toEqual([[0, 2, 1, 2, 2], [["DATA_OTHERWISE", "job", 2]]]);
    const both = [{ ...job, otherwise: "other", missing: "indicate" } as const];
    const split = await read({ job: values, y: labels(5) }, both);
    expect([column(split, 0, { features: both }), notes(split)]).toEqual([[0, 2, 1, 3, 2], [["DATA_OTHERWISE", "job", 1], ["DATA_ABSENT", "job", 1]]]);
  });

  test("a list of a thousand words is looked up as one of three is", async () => {
    const categories = Array.from({ length: 1_000 }, (_, i) => `c'${i}`);
    const features = [{ kind: "categorical", name: "c", categories } as const];
    const result = await read({ c: texts(["c'999", "c'0", "c'17"]), y: labels(3) }, features);
    expect(column(result, 0, { features })).toEqual([999, 0, 17]);
    expect(codes(await read({ c: texts(["c'999", "C'0", null]), y: labels(3) }, features))).toEqual([["DATA_UNKNOWN_CATEGORY", "c", 2, [3, 4]]]);
  });

  test("words come from whole numbers, truth values and days too, in one spelling", async () => {
    const features = [["n", ["7", "-1"]], ["b", ["true", "false"]], ["d", ["2011-12-10", "1999-01-01"]]].map(([name, categories]) => ({ kind: "categorical", name, categories } as RecipeFeature));
    const result = await read({ n: { type: "integer", values: [-1, 7] }, b: { type: "boolean", values: ["true", "false"] }, d: { type: "date", values: ["1999-01-01", "2011-12-10"] }, y: labels(2) }, features);
    expect(features.map((_, i) => column(result, i, { features }))).toEqual([[1, 0], [0, 1], [1, 0]]);
  });

  test("hash numbers are the first 48 bits of SHA-256 over salt and text, at every company", async () => {
    const features = [{ kind: "hash", name: "store", buckets: 1000, salt: "it's spring" } as const];
    const values = ["a", "", "Ä ß 漢字 🦊", "x".repeat(5_000)];
    const result = await read({ store: texts(values), y: labels(4) }, features);
    expect(column(result, 0, { features })).toEqual(values.map((value) => referenceOf(features[0]!, value).value));
    expect(codes(await read({ store: texts(["a", null]), y: labels(2) }, features))).toEqual([["DATA_UNKNOWN_CATEGORY", "store", 1, [3]]]);
  });
});

describe("the SQL of a recipe is the recipe by its definition", () => {
  const odd = ["nan", "NaN", "inf", "-Infinity", "1e999", "0x1f", "1_000", "1,5", " 31", "31 ", "\t31", "3 1", "+-5", "--5", "e5", "1e", ".", "+", "", "５", "１２", "1.5.2", "'; DROP TABLE t1; --", "\"", "%", "\\", "NULL", "true", "clerk\u0000".slice(0, 5), "clerk ", "CLERK", "(missing)", "漢字"];
  const numeral = fc.oneof(
    fc.double({ noNaN: true, min: -1e4, max: 1e4 }).map(String), fc.integer({ min: -50, max: 150 }).map(String), fc.constantFrom("17", "25", "40", "100", "99.5", "-0", "-0.0", "+3.", ".5", "1e2", "1E+1", "007", "1e-400"));
  const cell = fc.oneof({ weight: 6, arbitrary: numeral }, { weight: 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
  const word = fc.oneof({ weight: 6, arbitrary: fc.constantFrom("clerk", "student", "o'hara; \"x\"", "retired", "漢字", "  Clerk of Works  ", "cl erk", "e\u0301te\u0301", "ÉTÉ") }, { weight: 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
  const missing = fc.constantFrom(undefined, "refuse" as const, "indicate" as const);
  const outside = fc.constantFrom(undefined, "refuse" as const, "clip" as const);
  const span = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 60, max: 5_000 }));
  const feature: fc.Arbitrary<RecipeFeature> = fc.oneof(
    fc.record({ span, missing, outside }).map(({ span: [min, max], ...rest }) => ({ kind: "numeric", name: "f", source: "n", unit: "u", min, max, ...rest } as const)),
    fc.record({ span, missing, outside, base: fc.constantFrom(2 as const, 10 as const, "e" as const) }).map(({ span: [min, max], ...rest }) => ({ kind: "log", name: "f", source: "n", unit: "u", min, max, ...rest } as const)),
    fc.record({ missing, outside, edges: fc.uniqueArray(fc.integer({ min: -100, max: 200 }), { minLength: 3, maxLength: 8 }).map((edges) => edges.sort((a, b) => a - b)) }).map((rest) => ({ kind: "buckets", name: "f", source: "n", unit: "u", ...rest } as const)),
    fc.record({ missing, otherwise: fc.constantFrom(undefined, "clerk", "o'hara; \"x\"") }).map((rest) => ({ kind: "categorical", name: "f", source: "w", categories: ["clerk", "student", "o'hara; \"x\"", "漢字"], ...rest } as const)),
    fc.record({ missing, buckets: fc.integer({ min: 2, max: 1000 }), salt: fc.constantFrom("s", "it's \"x\"") }).map((rest) => ({ kind: "hash", name: "f", source: "w", ...rest } as const)),
    fc.record({
      letters: fc.constantFrom("lower" as const, "as-written" as const), length: fc.integer({ min: 1, max: 9 }),
      reads: fc.oneof(
        fc.record({ part: fc.constant("character" as const), place: fc.integer({ min: 1, max: 9 }), characters: fc.constantFrom([..."abcdefghijklmnopqrstuvwxyz '-"], [..."clerkCLERK\"漢;"]) }),
        fc.record({ part: fc.constant("word" as const), words: fc.constantFrom(["clerk", "student", "o'hara; \"", "漢字"], ["cl", "st", "été", ...Array.from({ length: 20 }, (_, i) => `w${i}`)]) }),
      ),
    }).map((rest) => ({ kind: "open", name: "f", source: "w", ...rest } as const)),
  );

  test("on random tables, with nulls and odd texts: the same values, the same refusals with their counts and lines, the same notes", async () => {
    let [accepted, refused] = [0, 0];
    await fc.assert(fc.asyncProperty(feature, fc.array(fc.tuple(cell, word), { minLength: 1, maxLength: 40 }), async (one, rows) => {
      const table = { n: texts(rows.map(([n]) => n)), w: texts(rows.map(([, w]) => w)), y: labels(rows.length) };
      const made = rows.map(([n, w]) => referenceOf(one, one.source === "n" ? n : w));
      const result = await read(table, [one]);
      const counted = (values: readonly (string | null)[]) => [...new Set(values)].filter((code) => code !== null).sort().map((code) => [code, values.filter((value) => value === code).length]);
      const isEmpty = made.every((_, row) => (one.source === "n" ? rows[row]?.[0] : rows[row]?.[1]) === null);
      if (made.some((cellMade) => cellMade.broken !== null)) {
        refused++;
        expect(result.kind).toBe("refused");
        const problems = result.kind === "refused" ? result.problems : [];
        if (isEmpty) return expect(problems.map(({ code }) => code)).toEqual(["DATA_NO_VALUES"]);
        expect(problems.map(({ code, count }) => [code, count]).sort()).toEqual(counted(made.map((cellMade) => cellMade.broken)));
        for (const { code, lines } of problems) expect(lines).toEqual(made.flatMap((cellMade, row) => (cellMade.broken === code ? [row + 2] : [])).slice(0, 5));
      } else if (isEmpty && (one.missing === "indicate" || (one.kind === "open" && made[0]?.note === "DATA_ABSENT"))) {
        expect(codes(result)).toEqual([["DATA_NO_VALUES", one.source, rows.length, []]]);
      } else {
        accepted++;
        const values = column(result, 0, { features: [one] });
        made.forEach(({ value }, row) => (one.kind === "log" && !Number.isNaN(value) ? expect(values[row]).toBeCloseTo(value, 11) : expect(values[row]).toBe(value + 0)));
        expect(result.kind === "rows" && result.notes.map(({ code, count }) => [code, count]).sort()).toEqual(counted(made.map(({ note }) => note)));
      }
    }), { numRuns: 400 });
    expect(Math.min(accepted, refused)).toBeGreaterThan(40);
  });
});

describe("what does not fit is refused, all at once, with counts and lines and no value", () => {
  const features: readonly RecipeFeature[] = [
    { kind: "numeric", name: "age", unit: "years", min: 17, max: 100 }, { kind: "categorical", name: "job", categories: ["clerk", "farmer"] }, { kind: "numeric", name: "rate", unit: "percent", min: -5, max: 5 },
  ];
  const canary = "canary7f3a";
  const bad = { age: texts([canary, "30", "999999.125"]), job: texts(["clerk", canary, null]), rate: texts(["1", "1", canary]), y: texts(["yes", canary, null]) };

  test("numbers first, then words, then the label, then the key", async () => {
    expect(codes(await read({ ...bad, id: texts(["7", "7", "7"]) }, features, { uniqueColumn: "id" }))).toEqual([
      ["DATA_NOT_A_NUMBER", "age", 1, [2]], ["DATA_OUT_OF_BOUNDS", "age", 1, [4]], ["DATA_NOT_A_NUMBER", "rate", 1, [4]], ["DATA_UNKNOWN_CATEGORY", "job", 2, [3, 4]], ["DATA_WRONG_LABEL", "y", 2, [3, 4]],
      ["DATA_DUPLICATE_KEY", "id", 2, [3, 4]],
    ]);
  });

  test("missing columns and columns of the wrong type beside what is wrong with the others", async () => {
    const found = codes(await read({ age: { type: "date", values: ["2011-12-10", null, null] }, job: bad.job, y: bad.y }, features));
    expect(found).toEqual([["DATA_WRONG_TYPE", "age", 1, []], ["DATA_COLUMN_MISSING", "rate", 1, []], ["DATA_UNKNOWN_CATEGORY", "job", 2, [3, 4]], ["DATA_WRONG_LABEL", "y", 2, [3, 4]]]);
    expect(codes(await read({ age: texts(["30"]), job: { type: "double", values: [1.5] }, rate: texts(["1"]), y: labels(1) }, features))).toEqual([["DATA_WRONG_TYPE", "job", 1, []]]);
  });

  test("too many rows, too few, and none", async () => {
    const good = { age: texts(["30", "31"]), job: texts(["clerk", "clerk"]), rate: texts(["1", "1"]), y: labels(2) };
    expect(codes(await read(good, features, { rowsMax: 1 }))).toEqual([["DATA_TOO_MANY_ROWS", null, 2, []]]);
    expect(codes(await read(good, features, { rowsMin: 3 }))).toEqual([["DATA_TOO_FEW_ROWS", null, 2, []]]);
    expect(codes(await read({ age: texts([]), job: texts([]), rate: texts([]), y: texts([]) }, features))).toEqual([["DATA_EMPTY", null, 0, []]]);
  });

  test("a column that holds nothing, also where absence is allowed", async () => {
    const empty = { age: texts([null, null]), job: texts([null, null]), rate: texts(["1", "2"]), y: labels(2) };
    expect(codes(await read(empty, features))).toEqual([["DATA_NO_VALUES", "age", 2, []], ["DATA_NO_VALUES", "job", 2, []]]);
    expect(codes(await read(empty, features.map((one) => ({ ...one, missing: "indicate" as const }))))).toEqual([["DATA_NO_VALUES", "age", 2, []], ["DATA_NO_VALUES", "job", 2, []]]);
  });

  test("infinite values and NaN of a feed that has doubles", async () => {
    // A feed promises finite doubles; the recipe does not rely on it.
    const rows = await duck.query("SELECT unnest(['30', 'inf', 'nan'])::DOUBLE AS age, 'clerk' AS job, 1.0::DOUBLE AS rate, 'no' AS y", [
      { name: "age", type: "double" }, { name: "job", type: "text" }, { name: "rate", type: "double" }, { name: "y", type: "text" },
    ]);
    expect(codes(await readRecipe({ rows, transactions: null }, terms(features)))).toEqual([["DATA_NOT_A_NUMBER", "age", 2, [3, 4]]]);
  });

  test("no message holds a value", async () => {
    const result = await read({ ...bad, id: texts([canary, canary, canary]) }, features, { uniqueColumn: "id" });
    const said = JSON.stringify(result) + (result.kind === "refused" ? result.problems.map(explainProblem).join("\n") : "");
    expect(said).not.toContain(canary);
    expect(said).not.toContain("999999");
  });

  test("only the first five lines, however many", async () => {
    const found = await read({ age: texts(Array.from({ length: 3_000 }, (_, i) => (i % 2 === 0 ? "x" : "30"))), job: texts(Array.from({ length: 3_000 }, () => "clerk")), rate: texts(Array.from({ length: 3_000 }, () => "1")), y: labels(3_000) }, features);
    expect(codes(found)).toEqual([["DATA_NOT_A_NUMBER", "age", 1_500, [2, 4, 6, 8, 10]]]);
  });

  test("in rows that have no order of their own no lines are named", async () => {
    expect(codes(await read(bad, [features[0]!], { order: "canonical" }))).toEqual([["DATA_NOT_A_NUMBER", "age", 1, []], ["DATA_OUT_OF_BOUNDS", "age", 1, []], ["DATA_WRONG_LABEL", "y", 2, []]]);
  });
});

describe("a company's own words", () => {
  const features: readonly RecipeFeature[] = [{ kind: "numeric", name: "age", unit: "years", min: 17, max: 100 }, { kind: "hash", name: "h", source: "store", buckets: 8, salt: "s" }];
  const words = { ...CHARTER_WORDS, columnOf: ({ column: name }: { column: string }) => ({ age: "Al\"ter", store: "Filiale", y: "Ant;wort" }[name] ?? name) };

  test("find the columns under their names in the feed; problems speak the charter's", async () => {
    const result = await read({ 'Al"ter': texts(["30", "31"]), Filiale: texts(["a", "b"]), "Ant;wort": labels(2) }, features, { words });
    expect(column(result, 0, { features })).toEqual([30, 31]);
    expect(codes(await read({ age: texts(["30"]), Filiale: texts(["a"]), "Ant;wort": labels(1) }, features, { words }))).toEqual([["DATA_COLUMN_MISSING", "age", 1, []]]);
  });

  test("may be any name, also one of ours", async () => {
    const names = ["at", "one", "y0", "f0", "v0", "faults", "own_key", "k", "purchases", "feed"];
    const many = names.map((name) => ({ kind: "numeric", name, unit: "u", min: 0, max: 100 } as const));
    const result = await read({ ...Object.fromEntries(names.map((name, i) => [name, texts([String(i), "50"])])), y: labels(2) }, many, { order: "canonical" });
    expect(many.map((_, i) => [...column(result, i, { features: many })].sort((a, b) => a - b))).toEqual(names.map((_, i) => [i, 50]));
  });
});

describe("a feed that changes while it is read", () => {
  const features = [{ kind: "numeric", name: "age", unit: "years", min: 17, max: 100 }] as const;
  const changing = async (before: readonly string[], then: readonly string[], when: "stream" | "query") => {
    const [first, second] = [await duck.table({ age: texts(before), y: labels(before.length) }), await duck.table({ age: texts(then), y: labels(then.length) })];
    const swap = (sql: string) => sql.replaceAll(first.relation, second.relation);
    const rows: FeedTable = { ...first, stream: (sql, onChunk) => first.stream(when === "stream" ? swap(sql) : sql, onChunk), query: (sql) => first.query(when === "query" ? swap(sql) : sql) };
    return codes(await readRecipe({ rows, transactions: null }, terms(features)));
  };

  test("is refused where rows came or went", async () => {
    expect(await changing(["30", "31"], ["30"], "stream")).toEqual([["DATA_CHANGING", null, 1, []]]);
    expect(await changing(["30", "31"], ["30", "31", "32"], "stream")).toEqual([["DATA_CHANGING", null, 3, []]]);
  });

  test("is refused where a fault is gone when one looks for it", async () => {
    expect(await changing(["30", "x"], ["30", "31"], "query")).toEqual([["DATA_CHANGING", null, 2, []]]);
  });
});

test("rows keep the feed's order, beyond one chunk and with two threads", async () => {
  const rows = await duck.query("SELECT (i % 83 + 17)::DOUBLE AS age, ['a', 'b', 'c'][(i % 3 + 1)::INT] AS job, CASE WHEN i % 5 = 0 THEN 'yes' ELSE 'no' END AS y FROM range(200000) r(i)",
    [{ name: "age", type: "double" }, { name: "job", type: "text" }, { name: "y", type: "text" }] satisfies FeedTable["columns"]);
  const result = await readRecipe({ rows, transactions: null }, terms([{ kind: "numeric", name: "age", unit: "years", min: 17, max: 100 }, { kind: "categorical", name: "job", categories: ["a", "b", "c"] }], { rowsMax: 200_000 }));
  if (result.kind !== "rows") throw new Error("these rows fit");
  expect(result.rows.x.every((age, i) => age === (i % 83) + 17)).toBe(true);
  expect(result.rows.categories[0]?.every((job, i) => job === i % 3)).toBe(true);
  expect(result.rows.y.every((y, i) => (y === 1) === (i % 5 === 0))).toBe(true);
});

test("a note explains itself: what was done, where, how often, and by which rule", () => {
  expect(explainNote({ code: "DATA_CLIPPED", column: "age", rule: "17 to 100 years", count: 3 }))
    .toBe("DATA_CLIPPED in column age: values lie beyond the charter's bounds and count as the nearest bound (count 3); the rule: 17 to 100 years");
});
