import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { readPlainYaml } from "@cohortium/protocol/host/plain-yaml";
import type { Options } from "../../src/world/context.js";
import { askingOfFile, askingOfFlags } from "../../src/question/asking.js";

const refusal = (ask: () => unknown) => {
  try {
    ask();
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, detail: error.detail, fix: error.fix };
    throw error;
  }
  return null;
};
const flags = (kind: string | undefined, options: Options = {}) => {
  const { kind: read, members, epsilon } = askingOfFlags(kind, options);
  return { kind: read, ...members, epsilon };
};
const file = (text: string) => {
  const { kind, members, epsilon } = askingOfFile(readPlainYaml(text, 10_000).json, "ask.yaml");
  return { kind, ...members, epsilon };
};

describe("a question on the command line", () => {
  test.each<[string, Options, object]>([
    ["profile", { cohort: ["channel=Web,Phone", "newbie=yes"], by: ["zip_code,history_segment", "newbie"], measure: ["spend"], epsilon: "0.1" }, {
      cohort: [{ dimension: "channel", words: ["Web", "Phone"] }, { dimension: "newbie", words: ["yes"] }],
      by: ["zip_code", "history_segment", "newbie"], measures: ["spend"], epsilon: 0.1,
    }],
    ["histogram", { measure: ["spend"], edges: ["0,10", "2.5e2"] }, { cohort: [], measure: "spend", edges: [0, 10, 250], epsilon: null }],
    ["quantiles", { measure: ["spend"], spacing: "log" }, { cohort: [], measure: "spend", probabilities: [0.25, 0.5, 0.75], bins: 64, spacing: "log", epsilon: null }],
    ["categories", { dimension: "channel", top: "3" }, { cohort: [], dimension: "channel", top: 3, epsilon: null }],
    ["categories", { dimension: "town", words: ["bern, bad ragaz"], length: "9" }, { cohort: [], dimension: "town", top: 10, words: ["bern", "bad ragaz"], length: 9, epsilon: null }],
    ["words", { dimension: "town" }, { cohort: [], dimension: "town", length: 12, epsilon: null }],
    ["rfm", {}, { recency: "recency", frequency: "frequency", monetary: "monetary", edges: null, epsilon: null }],
    ["rfm", { recency: "days", edges: ["recency=10,30,60,90", "monetary=10,20,30,40", "frequency=1,2,4,8"] }, {
      recency: "days", frequency: "frequency", monetary: "monetary",
      edges: { recency: [10, 30, 60, 90], frequency: [1, 2, 4, 8], monetary: [10, 20, 30, 40] }, epsilon: null,
    }],
    ["experiment", { arm: "segment", control: "No E-Mail", shares: ["1,1,1"], metric: ["visit,spend"], covariate: "history", from: "2026-03-01", to: "2026-03-14" }, {
      arm: "segment", control: "No E-Mail", shares: [1 / 3, 1 / 3, 1 / 3], metrics: ["visit", "spend"], covariate: "history", from: "2026-03-01", to: "2026-03-14", epsilon: null,
    }],
    ["drift", { column: "spend" }, { column: "spend", bins: 10, epsilon: null }],
  ])("is a %s with every member there is, defaults written out", (kind, options, members) => {
    expect(flags(kind, options)).toEqual({ kind, ...members });
  });

  test.each<[string, string | undefined, Options, string, string]>([
    ["a kind mistyped", "experment", {}, 'the kind of question: there is no kind "experment"; did you mean experiment?', "write experiment"],
    ["a kind nobody knows", "sql", {}, 'the kind of question: there is no kind "sql"', "choose among: profile, histogram, quantiles, categories, words, rfm, experiment, drift"],
    ["no kind", undefined, {}, "the kind of question: none is given", "choose among: profile, histogram, quantiles, categories, words, rfm, experiment, drift"],
    ["another kind's flag", "histogram", { measure: ["spend"], edges: ["0,1"], arm: "segment" }, "--arm: it is for experiment, not for histogram", "leave it out; histogram takes --cohort, --measure, --edges"],
    ["a needed flag left out", "experiment", { arm: "segment" }, "--control: experiment needs it: the arm that the others are compared with", "see what it takes with: cohortium question show experiment"],
    ["nothing to count by", "profile", { measure: ["spend"] }, "--by: profile needs it: the dimensions to count by", "see what it takes with: cohortium question show profile"],
    ["one arm's share", "experiment", { shares: ["1"], arm: "a", control: "c", metric: ["m"], from: "2026-03-01", to: "2026-03-02" }, "--shares: it is not what two arms or more were meant to get", "write a number above 0 for each arm, as in 1,1,1"],
    ["an arm that was meant to get nothing", "experiment", { shares: ["1,0"], arm: "a", control: "c", metric: ["m"], from: "2026-03-01", to: "2026-03-02" }, "--shares: it is not what two arms or more were meant to get", "write a number above 0 for each arm, as in 1,1,1"],
    ["a cohort without words", "profile", { cohort: ["channel"] }, '--cohort: "channel" has no name before an equals sign', "write it as name=value,value"],
    ["a cohort with a hole", "profile", { cohort: ["channel=Web,,Phone"] }, '--cohort: "Web,,Phone" has nothing at one side of a comma', "write names with one comma between each two"],
    ["a dimension twice", "profile", { by: ["zip,zip"] }, '--by: "zip" stands there twice', "write it once"],
    ["a cohort's dimension twice", "profile", { cohort: ["a=x", "a=y"] }, '--cohort: "a" stands there twice', "write it once"],
    ["edges that are words", "histogram", { measure: ["spend"], edges: ["0,ten"] }, '--edges: "ten" is not a number', "write a number such as 0.5"],
    ["two measures where one goes", "histogram", { measure: ["spend", "visit"], edges: ["0,1"] }, "--measure: 2 were given", "give one"],
    ["edges of rfm that lack one", "rfm", { edges: ["recency=1,2,3,4", "monetary=1,2,3,4"] }, "--edges: it holds recency, monetary", "give four ascending edges each for recency, frequency and monetary, or none at all"],
    ["edges of rfm that are three", "rfm", { edges: ["recency=1,2,3,4", "monetary=1,2,3,4", "frequency=1,2,3"] }, "--edges: it holds recency, monetary, frequency", "give four ascending edges each for recency, frequency and monetary, or none at all"],
    ["a day that is none", "experiment", { arm: "a", control: "c", shares: ["1,1"], metric: ["m"], from: "2026-02-30", to: "2026-03-01" }, '--from: "2026-02-30" is not a day of the calendar', "write it as 2026-03-01"],
    ["half a word", "categories", { dimension: "channel", top: "1.5" }, "--top: 1.5 is no count", "write a whole number from 1"],
  ])("with %s is refused by flag, cause and remedy", (_, kind, options, cause, fix) => {
    expect(refusal(() => flags(kind, options))).toEqual({ code: "USAGE_QUESTION", detail: expect.stringContaining(cause), fix });
  });

  test.each(["0", "-1", "NaN", "Infinity", "a lot", "", "0x1", "101", "1e999"])("with ε of %s is refused", (epsilon) => {
    expect(refusal(() => flags("drift", { column: "spend", epsilon }))).toMatchObject({ code: "USAGE_QUESTION", detail: expect.stringContaining("--epsilon: ") });
  });
});

describe("a question in a file", () => {
  test("says the same as flags do", () => {
    expect(file("kind: profile\ncohort: { channel: [Web, Phone] }\nby: [zip_code]\nmeasures: spend\nepsilon: 0.1\n"))
      .toEqual(flags("profile", { cohort: ["channel=Web,Phone"], by: ["zip_code"], measure: ["spend"], epsilon: "0.1" }));
    expect(file("kind: rfm\nedges:\n  recency: [1, 2, 3, 4]\n  frequency: [1, 2, 3, 4]\n  monetary: [1, 2, 3, 4]\n"))
      .toEqual(flags("rfm", { edges: ["recency=1,2,3,4", "frequency=1,2,3,4", "monetary=1,2,3,4"] }));
    expect(file('{"kind": "profile", "cohort": [{"dimension": "channel", "words": ["Web", "Phone"]}], "by": ["zip_code"], "measures": "spend"}'))
      .toEqual(flags("profile", { cohort: ["channel=Web,Phone"], by: ["zip_code"], measure: ["spend"] }));
    expect(file('{"kind": "drift", "column": "spend"}')).toEqual(flags("drift", { column: "spend" }));
    expect(file("kind: rfm\nedges: null\n")).toEqual(flags("rfm"));
  });

  test("may have words with commas, which a flag cannot say", () => {
    expect(file('kind: profile\nby: [zip]\ncohort: { city: ["Paris, Texas"] }\n')).toMatchObject({ cohort: [{ dimension: "city", words: ["Paris, Texas"] }] });
  });

  test.each([
    ["kind: profile\nbi: [zip]\n", "bi in ask.yaml: there is no such member; did you mean by?", "write by"],
    ["kind: profile\nsomething: 1\n", "something in ask.yaml: there is no such member", "it takes cohort, by, measures and epsilon"],
    ["kind: profile\nnanoRho: 1\n", "nanoRho in ask.yaml: there is no such member", "it takes cohort, by, measures and epsilon"],
    ["kind: profile\ncohort: [{ dimension: newbie }]\n", "cohort in ask.yaml: a condition of a list has a dimension and words, and nothing else", "write it as {dimension: channel, words: [Web, Phone]}"],
    ["kind: profile\ncohort: { newbie: [1] }\n", 'cohort in ask.yaml: "1" is no text', "put words that look like numbers, yes or no into quotes"],
    ["kind: drift\ncolumn: spend\nbins: ten\n", 'bins in ask.yaml: "ten" is not a number', "write a number such as 0.5, without quotes"],
    ["kind: drift\ncolumn: null\n", 'column in ask.yaml: "null" is no text', "put words that look like numbers, yes or no into quotes"],
    ["kind: drift\ncolumn: spend\nepsilon: '1'\n", "epsilon in ask.yaml: it is not a number above 0 and at most 100", "write what the whole answer may cost, such as 0.1"],
    ["kind: driift\n", 'kind in ask.yaml: there is no kind "driift"; did you mean drift?', "write drift"],
    ["[1]", "ask.yaml: it is not a question", "write members, one a line, as in: kind: profile"],
  ])("like %j is refused by its key", (text, cause, fix) => {
    expect(refusal(() => file(text))).toEqual({ code: "USAGE_QUESTION", detail: expect.stringContaining(cause), fix });
  });
});

test("whatever is typed is read or refused in words, and never falls", () => {
  const text = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom("a=b", "1,2", "=", ",", "2026-03-01"));
  const options = fc.dictionary(fc.constantFrom("cohort", "by", "measure", "edges", "epsilon", "bins", "top", "from", "spacing"), fc.oneof(text, fc.array(text, { maxLength: 3 })));
  fc.assert(fc.property(fc.constantFrom("profile", "histogram", "quantiles", "categories", "rfm", "experiment", "drift"), options, (kind, given) => {
    const refused = refusal(() => flags(kind, given));
    if (refused !== null) expect(refused.code).toBe("USAGE_QUESTION");
  }));
});
