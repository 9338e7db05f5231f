import { describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Json } from "@cohortium/crypto/canonical-json";
import { checkCharter } from "../../src/charter/check.js";
import { charterDiff } from "../../src/charter/diff.js";
import { charterDigest } from "../../src/charter/digest.js";
import { charterJsonSchema } from "../../src/charter/schema.js";
import { charterWords } from "../../src/charter/words.js";
import { bent, sound, SOUND, TREES } from "./fixture.js";
import { BROKEN_RECIPES, RICH } from "./recipe-fixture.js";

const Q = "/questions/0";

const problemsOf = (json: Json) => {
  const check = checkCharter(json);
  return check.kind === "ok" ? [] : check.problems;
};

test("columns of every kind are accepted and come back as they were", () => {
  expect(checkCharter(RICH as Json)).toEqual({ kind: "ok", charter: RICH });
});

test.each(BROKEN_RECIPES)("%s refuses %s, names the place and nothing else", (clause, at, value, path = at) => {
  // Two problems of a schema at one place are one to the person who reads them.
  expect([...new Set(problemsOf(bent(at, value, RICH)).map((problem) => `${problem.clause} ${problem.path}`))]).toEqual([`${clause} ${path}`]);
});

test("windows with a common held-out file are refused, because nobody has the purchases of its rows", () => {
  const common = bent(`${Q}/evaluation/holdoutDigest`, "ab".repeat(32), bent(`${Q}/evaluation/holdout`, "common", RICH) as object);
  expect(problemsOf(common).map(({ clause, path }) => `${clause} ${path}`)).toEqual([`windows.holdout ${Q}/evaluation/holdout`]);
});

test("ten thousand categories are refused, and hashing is suggested", () => {
  const [problem] = problemsOf(bent(`${Q}/features/3/categories`, Array.from({ length: 10_000 }, (_, i) => `c${i}`), RICH));
  expect(problem?.fix).toMatch(/2 to 1,000 values .* may be of kind hash/);
  const [ofTrees, ...others] = problemsOf(bent(`${Q}/features/1/categories`, Array.from({ length: 10_000 }, (_, i) => `c${i}`), TREES));
  expect([ofTrees?.clause, ofTrees?.fix, others]).toEqual(["shape.value", problem?.fix, []]);
});

test.each([
  [`${Q}/features/1/min`, -0.999],
  [`${Q}/features/2/edges`, Array.from({ length: 101 }, (_, i) => i)],
  [`${Q}/features/3/otherwise`, "clerk"],
  [`${Q}/features/4/buckets`, 1_000],
  [`${Q}/features/4/source`, undefined],
  [`${Q}/transactions/order`, undefined],
  [`${Q}/transactions/windows/0/days`, 3_660],
  [`${Q}/features/0/missing`, "refuse"],
  [`${Q}/features/0/outside`, "refuse"],
])("%s = %j is just good enough", (at, value) => {
  expect(problemsOf(bent(at, value, RICH))).toEqual([]);
});

test("a foreign validator agrees about the columns", () => {
  const accepts = new Ajv2020({ strict: true, formats: { "date-time": true, date: true } }).compile(charterJsonSchema());
  expect(accepts(RICH)).toBe(true);
  for (const [clause, at, value] of BROKEN_RECIPES) if (clause.startsWith("shape.")) expect(accepts(bent(at, value, RICH))).toBe(false);
});

describe("what changes about columns", () => {
  const AGE = "17 to 100, in \"years\"; absent values: indicate; values outside: clip";

  test.each([
    [`${Q}/features/0/missing`, undefined, "features.age", AGE, "17 to 100, in \"years\"; values outside: clip"],
    [`${Q}/features/0/outside`, "refuse", "features.age", AGE, "17 to 100, in \"years\"; absent values: indicate; values outside: refuse"],
    [`${Q}/features/1/base`, 2, "features.log_balance", "the logarithm to base 10 of 1 + 0 to 999999, in \"euro\"; from \"balance\"", "the logarithm to base 2 of 1 + 0 to 999999, in \"euro\"; from \"balance\""],
    [`${Q}/features/1/source`, "saldo", "features.log_balance", "the logarithm to base 10 of 1 + 0 to 999999, in \"euro\"; from \"balance\"", "the logarithm to base 10 of 1 + 0 to 999999, in \"euro\"; from \"saldo\""],
    [`${Q}/features/2/edges`, [17, 30, 40, 100], "features.age_band", "in which of [17, 25) [25, 40) [40, 100], in \"years\"; from \"age\"; absent values: indicate", "in which of [17, 30) [30, 40) [40, 100], in \"years\"; from \"age\"; absent values: indicate"],
    [`${Q}/features/3/otherwise`, undefined, "features.job", "one of \"clerk\", \"student\", \"other\"; the first is the reference; any other word is \"other\"", "one of \"clerk\", \"student\", \"other\"; the first is the reference"],
    [`${Q}/features/4/salt`, "autumn", "features.store", "hashed to 16 numbers with the salt \"spring\"; from \"store_id\"", "hashed to 16 numbers with the salt \"autumn\"; from \"store_id\""],
    [`${Q}/transactions/before`, "2011-12-11", "transactions.before", "2011-12-10", "2011-12-11"],
    [`${Q}/transactions/order`, undefined, "transactions.order", "\"invoice\"", undefined],
    [`${Q}/transactions/amount`, "total", "transactions.amount", "\"paid\", in \"GBP\"", "\"total\", in \"GBP\""],
    [`${Q}/transactions/windows/0/days`, 180, "transactions.windows",
      "\"last\" is the recency of 365 days; \"often\" is the frequency of 90 days; \"spent\" is the monetary of 90 days",
      "\"last\" is the recency of 180 days; \"often\" is the frequency of 90 days; \"spent\" is the monetary of 90 days"],
  ])("a change of %s to %j is one line", (at, value, clause, before, after) => {
    const changed = sound(bent(at, value, RICH));
    expect(charterDiff(sound(RICH as Json), changed)).toEqual([{ clause: `propensity.train.${clause}`, before, after }]);
    expect(charterDigest(changed)).not.toBe(charterDigest(sound(RICH as Json)));
  });

  test("a feature that is called like another one's source hides no change", () => {
    const features = [{ kind: "numeric", name: "age", source: "a", unit: "years", min: 1, max: 9 }, { kind: "categorical", name: "age.source", categories: ["x", "y"] }];
    const before = sound(bent(`${Q}/features`, features));
    const after = sound(bent(`${Q}/features/0/source`, "b", bent(`${Q}/features`, features) as object));
    expect(charterDiff(before, after)).toHaveLength(1);
  });
});

test("people read what is not refused but changed, and where windows come from", () => {
  const line = charterWords(sound(RICH as Json), "en").find((words) => words.startsWith("A company whose rows")) ?? "";
  expect(line).toBe("A company whose rows do not fit these columns is refused. A value beyond the bounds of age, frequency and monetary counts as the nearest bound. "
    + "In job a word that is not listed counts as the category set for all others. "
    + "That age, age_band and recency may have no value is itself used, and the joint sums show how often. Store enters as hash numbers, which hide nothing. "
    + "Last, often and spent come from each company's own purchases before 10 December 2011; \"customer\", which joins them to the rows, does not leave its node.");
  expect(charterWords(sound(), "en")).toContain("A company whose rows do not fit these columns is refused.");
  expect(charterWords(sound(RICH as Json), "zh-CN").join("\n")).toContain("last、often、spent 取自各家企业自己在 2011 年 12 月 10 日 之前的交易；用于关联的“customer”列不离开节点。");
});

test("the plain form of a charter has the digest it always had", () => {
  expect(charterDigest(sound(SOUND as Json))).toBe(charterDigest(sound()));
});
