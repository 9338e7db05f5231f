import { expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { keepingProbabilities } from "../../src/budget/partition-selection.js";
import { readCharterYaml } from "../../src/host/charter-yaml.js";
import type { Charter } from "../../src/charter/charter.js";
import { budgetOf, nanoRhoFor } from "../../src/statistics/charge.js";
import { statisticNoise } from "../../src/statistics/layout.js";
import { statisticPlanOf } from "../../src/statistics/plan.js";
import { priceOf } from "../../src/statistics/price.js";
import { parseQuery } from "../../src/statistics/query-schema.js";
import { LEAST_SIGMAS, SURE_SIGMAS } from "../../src/statistics/words.js";
import { bent, OPEN_STATISTICS, sound, SOUND } from "../charter/fixture.js";
import { QUERIES } from "./queries.js";

const PAGE = readFileSync(join(import.meta.dirname, "../../spec/statistics.md"), "utf8");
const block = (language: string) => new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(PAGE)?.[1] ?? "";
const charter: Charter = sound({ ...SOUND, questions: [], ...(readCharterYaml(block("yaml")) as object) });
const query = parseQuery(JSON.parse(block("json")) as Json);

test("the page's charter is sound, and answers the page's query at the price the page gives", () => {
  const { nanoRho, share, more, cells } = priceOf(charter, query);
  expect(nanoRho).toBe(nanoRhoFor(0.5, 1e-6));
  expect(PAGE).toContain(`this is ${((share ?? 0) * 100).toFixed(1)} % of the budget of ${String(budgetOf(charter)?.nanoRho)}, and ${String(more)} more of its kind follow`);
  const [rows, spend] = [cells.find(({ unit }) => unit === "rows"), cells.find(({ unit }) => unit === "EUR")];
  expect(PAGE).toContain(`count is ${Math.round(rows?.meanError ?? 0)} rows off and each sum ${Math.round(spend?.meanError ?? 0)} EUR`);
});

test("the page's variance is that of each count", () => {
  const [, , first] = statisticNoise({ kind: "statistic", step: 0, edges: null }, statisticPlanOf(charter, query)) ?? [];
  expect(PAGE).toContain(`v = ${String(first?.variance?.numerator)}/${String(first?.variance?.denominator)} rows²`);
});

test("the page says how many rows a word needs, by sums and by the rule of single companies", () => {
  const charter = sound(bent("/privacy/budget/epsilon", 20, bent("/statistics/open/0/lengthMax", 12, OPEN_STATISTICS) as object));
  for (const epsilon of [0.1, 0.5, 1, 3]) {
    const nanoRho = nanoRhoFor(epsilon, 1e-6);
    const [, price] = priceOf(charter, { kind: "words", cohort: [], dimension: "town", length: 12, nanoRho }).cells;
    const sigma = (price?.meanError ?? NaN) / Math.sqrt(2 / Math.PI);
    const sums = Math.ceil(Math.max(20, LEAST_SIGMAS * sigma) + SURE_SIGMAS * sigma);
    const rule = keepingProbabilities(Math.sqrt((2 * nanoRho) / 1e9), 1e-7).findIndex((kept) => kept >= 0.95);
    expect(PAGE).toContain(`\n| ${epsilon} | ${sums} | ${rule} | ${4 * rule} |\n`);
  }
});

test("the page has a row for every kind of question, and no other", () => {
  const listed = [...PAGE.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, kind]) => kind);
  expect(listed.sort()).toEqual([...Object.keys(QUERIES), "words"].sort());
});
