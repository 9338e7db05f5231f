import { describe, expect, test } from "@jest/globals";
import type { Answer } from "@cohortium/protocol/statistics/answer";
import { answer as answerSchema } from "../../src/answers/answer.js";
import { answerText } from "../../src/show/answer.js";
import { cellText, quantityForm, rowsForm, shareForm } from "../../src/show/answer-cells.js";
import { paintFor } from "../../src/text/paint.js";

const PLAIN = paintFor(false, false, {});
const exact = (value: number) => ({ value, low: value, high: value });
const about = (value: number, half: number) => ({ value, low: value - half, high: value + half });
const HIDDEN = { withheld: "k = 10" };
const EXACT = { firms: 3, cellRows: 10, noise: false } as const;
const NOISY = { ...EXACT, noise: true };

const text = (answer: Answer) => answerText(answerSchema.parse(answer), PLAIN);

describe("a cell", () => {
  test.each([
    [exact(1_234), rowsForm, "1,234"], [about(1_234.4, 56.7), rowsForm, "1,234 (1,178 to 1,291)"], [about(-3, 9), rowsForm, "-3 (-12 to 6)"],
    [HIDDEN, rowsForm, "withheld (k = 10)"], [exact(0.1234), shareForm, "12.3 %"],
    [exact(1_234_567.891), quantityForm, "1,234,568"], [exact(-0.25), quantityForm, "-0.25"], [exact(12.5), quantityForm, "12.5"], [exact(999.6), quantityForm, "1,000"], [exact(99.128), quantityForm, "99.13"], [exact(1 / 3), quantityForm, "0.3333"], [exact(0), quantityForm, "0"],
    [exact(0.000012), quantityForm, "1.200e-5"], [exact(3e18), quantityForm, "3.000e+18"], [exact(999_999.9), quantityForm, "1,000,000"],
  ])("%j is told", (cell, form, says) => {
    expect(cellText(cell, form)).toBe(says);
  });
});

test("a profile shows the cohort beside all rows, and what is withheld as withheld", () => {
  expect(text({
    kind: "profile", ...NOISY, rows: about(120, 8), base: about(900, 8), share: about(0.1333, 0.01),
    dimensions: [{ dimension: "channel", words: [
      { word: "Web", rows: about(80, 8), base: about(300, 8), share: about(0.6667, 0.05), baseShare: about(0.3333, 0.01), index: about(200, 12) },
      { word: "Phone\u001b[31m", rows: HIDDEN, base: about(600, 8), share: HIDDEN, baseShare: about(0.6667, 0.01), index: HIDDEN },
    ] }],
    measures: [{ measure: "spend", unit: "USD", sum: about(1_200, 50), mean: about(10, 0.5), baseSum: about(4_500, 50), baseMean: about(5, 0.25), index: about(200, 10) }],
  })).toBe([
    "The cohort: 120 (112 to 128) of 900 (892 to 908) rows, 13.3 % (12.3 % to 14.3 %).", "",
    "channel                  rows                      share       of all rows                      share              index",
    "Web             80 (72 to 88)  66.7 % (61.7 % to 71.7 %)  300 (292 to 308)  33.3 % (32.3 % to 34.3 %)   200 (188 to 212)",
    "Phone·[31m  withheld (k = 10)          withheld (k = 10)  600 (592 to 608)  66.7 % (65.7 % to 67.7 %)  withheld (k = 10)", "",
    "measure                         sum              mean              sum of all       mean of all             index",
    "spend (USD)  1,200 (1,150 to 1,250)  10 (9.5 to 10.5)  4,500 (4,450 to 4,550)  5 (4.75 to 5.25)  200 (190 to 210)", "",
    "Based on about 120 (112 to 128) people in 3 firms; one row is one person, so whoever is at two firms counts twice.",
    "Noise was added by every firm; before cells are chosen for display, each true number lies in its interval with 95 % confidence, which counts the noise in.",
    "An index of 100 means as frequent (or as large) in the cohort as among all rows.",
    "3 numbers are withheld (k = 10): a cell has fewer than 10 people, or one that has would follow from it. Which of the two is not said, as that would tell numbers. Withheld is not zero.",
  ].join("\n"));
});

test("a profile of all rows compares nothing, and shows each number once", () => {
  const half = { rows: exact(50), base: exact(50), share: exact(0.5), baseShare: exact(0.5), index: exact(100) };
  expect(text({
    kind: "profile", ...EXACT, rows: exact(100), base: exact(100), share: exact(1), dimensions: [{ dimension: "channel", words: [{ word: "Web", ...half }, { word: "Mail", ...half }] }],
    measures: [{ measure: "spend", unit: "USD", sum: exact(900), mean: exact(9), baseSum: exact(900), baseMean: exact(9), index: exact(100) }],
  })).toMatch(/^All rows: 100\.\n\nchannel  rows   share\nWeb        50  50\.0 %\nMail       50  50\.0 %\n\nmeasure      sum  mean\nspend \(USD\)  900     9\n\nBased on 100 people in 3 firms;(?!.*index)/s);
});

test("counts are bars beside the tallest, and a withheld one has none", () => {
  const one = (rows: number) => ({ rows: exact(rows), share: exact(rows / 100) });
  expect(text({ kind: "histogram", ...EXACT, rows: exact(100), measure: "spend", unit: "USD", edges: [0, 10, 2_000], cells: [one(60), { rows: HIDDEN, share: HIDDEN }] })).toContain([
    "spend (USD)               rows              share",
    "0 to 10                     60             60.0 %  ##############################",
    "10 to 2,000  withheld (k = 10)  withheld (k = 10)", "",
    "Based on 100 people in 3 firms;",
  ].join("\n"));
  expect(text({ kind: "categories", ...EXACT, rows: exact(100), dimension: "channel", top: [{ word: "Web", ...one(60) }, { word: "Phone", ...one(20) }], others: { words: 2, ...one(20) } })).toContain([
    "channel     rows   share",
    "Web           60  60.0 %  ##############################",
    "Phone         20  20.0 %  ##########",
    "all others    20  20.0 %",
  ].join("\n"));
  expect(text({ kind: "drift", ...EXACT, rows: exact(100), column: "channel", unit: null, cells: [{ word: "Web", ...one(80) }], missing: one(20) })).toContain("channel    rows   share\nWeb          80  80.0 %  ##############################\n(missing)    20  20.0 %\n");
  expect(text({ kind: "quantiles", ...EXACT, rows: exact(100), measure: "spend", unit: "USD", quantiles: [{ probability: 0.5, at: { value: 12.25, low: 12, high: 12.5 } }, { probability: 0.99, at: HIDDEN }] }))
    .toContain("of the rows  have at most (spend, USD)\n     50.0 %  12.25 (12 to 12.5)\n     99.0 %  withheld (k = 10)\n");
});

test("RFM is a grid with its best corner at the top right", () => {
  const row = (first: number) => [0, 1, 2, 3, 4].map((i) => ({ rows: exact(first + i), spend: exact(10 * (first + i)) }));
  const score = (of: "recency" | "frequency" | "monetary") => ({ of, column: of, unit: "units", edges: [1, 2, 3, 4].map(exact), rows: [20, 20, 20, 20, 20].map(exact) });
  const said = text({ kind: "rfm", ...EXACT, rows: exact(100), spend: exact(5_000), grid: [10, 20, 30, 40, 50].map(row), scores: [score("recency"), score("frequency"), score("monetary")] });
  expect(said).toContain("    F1  F2  F3  F4  F5\nR5  50  51  52  53  54\nR4  40  41  42  43  44\n");
  expect(said).toContain("What they spent (units), 5,000 in all:\n\n     F1   F2   F3   F4   F5\nR5  500  510  520  530  540\n");
  expect(said).toContain("recency    recency (units)    1, 2, 3, 4           20           20           20           20           20\n");
});

describe("an experiment", () => {
  const arm = (name: string, control: boolean, mean: number) => ({ arm: name, control, rows: exact(100), share: exact(0.5), intendedShare: 0.5, metrics: [{ metric: "visit", unit: "visits", sum: exact(100 * mean), mean: about(mean, 0.06) }] });
  const effect = { value: 0.1, low: 0.02, high: 0.18, standardError: 0.04, z: 2.5, noiseShare: 0.125 };
  const answer = (sampleRatio: Extract<Answer, { readonly kind: "experiment" }>["sampleRatio"]): Answer => ({
    kind: "experiment", ...NOISY, rows: exact(200), arms: [arm("Mail", false, 0.3), arm("No E-Mail", true, 0.2)], sampleRatio,
    effects: [{ arm: "Mail", metric: "visit", unit: "visits", plain: effect, adjusted: { ...effect, value: 0.09, theta: 0.4 } }, { arm: "Mail", metric: "spend", unit: "USD", plain: HIDDEN, adjusted: HIDDEN }],
  });

  test("shows its arms, and by how much they differ from the control", () => {
    expect(text(answer({ chiSquare: 0.5, degrees: 1, p: 0.48, alarm: false }))).toContain([
      "arm                  rows   share   meant  mean visit (visits)",
      "Mail                  100  50.0 %  50.0 %   0.3 (0.24 to 0.36)",
      "No E-Mail (control)   100  50.0 %  50.0 %   0.2 (0.14 to 0.26)", "",
      "Beside No E-Mail:", "",
      "arm   metric          effect                    z   noise  adjusted for the covariate     z",
      "Mail  visit (visits)  +0.1 (+0.02 to +0.18)  2.50  12.5 %  +0.09 (+0.02 to +0.18)      2.50",
      "Mail  spend (USD)     withheld (k = 10)                    withheld (k = 10)",
    ].join("\n"));
  });

  test("whose arms are of other sizes than meant says so before anything else", () => {
    expect(text(answer({ chiSquare: 50, degrees: 1, p: 1.5e-12, alarm: true }))).toMatch(/^The arms do not have the sizes they were meant to have\.\n\narm /);
    expect(text(answer({ chiSquare: 0.5, degrees: 1, p: 0.48, alarm: false }))).toMatch(/^arm /);
    expect(text(answer(HIDDEN))).toMatch(/^arm /);
  });
});
