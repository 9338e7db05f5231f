import { beforeAll, describe, expect, test } from "@jest/globals";
import type { RfmAnswer, Shown } from "../../src/statistics/answer.js";
import { reversedScoreOf, scoreOf } from "../../src/statistics/cells.js";
import type { RfmEdges, RfmQuery } from "../../src/statistics/query.js";
import type { StatisticPlan } from "../../src/statistics/plan.js";
import { sentencesOf } from "../../src/statistics/sentences.js";
import type { Feature } from "../../src/charter/features.js";
import { Dice } from "../../src/testing/dice.js";
import { answerTo, planFor, type Row } from "./pooled.js";
import { expectedOf, hasDataset, recordsOf } from "./real-files.js";

const FILE = "online-retail/online-retail.csv.gz";
const FEATURES: readonly Feature[] = [
  { kind: "numeric", name: "R", unit: "days", min: 0, max: 400 }, { kind: "numeric", name: "F", unit: "purchases", min: 1, max: 300 },
  { kind: "numeric", name: "M", unit: "GBP", min: 0, max: 300_000 },
];
const RFM: RfmQuery = { kind: "rfm", recency: "R", frequency: "F", monetary: "M", edges: null, nanoRho: 0 };

interface Expected {
  readonly rfm: {
    readonly customers: number; readonly total_spend: number; readonly edges_linear_quantiles_20_40_60_80: { readonly R: number[]; readonly F: number[]; readonly M: number[] };
    readonly "grid_counts_rows_R1..R5_cols_F1..F5": number[][]; readonly "grid_spend_rows_R1..R5_cols_F1..F5": number[][];
  };
}

(hasDataset(FILE) ? describe : describe.skip)("Online Retail in fifths, over three companies by country", () => {
  let companies: readonly (readonly Row[])[];
  let published: Expected["rfm"];
  let given: RfmEdges;
  beforeAll(() => {
    companies = customersByCompany();
    published = expectedOf<Expected>("online-retail").rfm;
    const { R, F, M } = published.edges_linear_quantiles_20_40_60_80;
    given = { recency: R, frequency: F, monetary: M };
  });
  const plan = (edges: RfmEdges | null, changes: Partial<StatisticPlan> = {}, nanoRho = 0) => planFor(FEATURES, { ...RFM, edges, nanoRho }, { rowsMaxPerParty: 10_000, ...changes });
  const ask = (edges: RfmEdges | null, cellRows = 1) => answerTo(companies, plan(edges), { cellRows }) as RfmAnswer;
  const value = (cell: object) => (cell as Shown).value;

  test("with the published edges, the grid of counts is the published one, and that of spend to the cent", () => {
    const answer = ask(given);
    expect(value(answer.rows)).toBe(published.customers);
    expect(value(answer.spend)).toBeCloseTo(published.total_spend, 2);
    expect(answer.grid.map((row) => row.map((cell) => value(cell.rows)))).toEqual(published["grid_counts_rows_R1..R5_cols_F1..F5"]);
    expect(answer.grid.map((row) => row.map((cell) => value(cell.spend).toFixed(2)))).toEqual(published["grid_spend_rows_R1..R5_cols_F1..F5"].map((row) => row.map((cell) => cell.toFixed(2))));
    expect(answer.scores.map(({ rows }) => rows.reduce((sum, cell) => sum + value(cell), 0))).toEqual([4_338, 4_338, 4_338]);
  });

  test("edges found in 64 cells lie within a cell of the published ones, and few customers change their score", () => {
    const answer = ask(null);
    const found = Object.fromEntries(answer.scores.map(({ of, edges }) => [of, edges.map((edge) => edge.value)])) as unknown as RfmEdges;
    for (const { of, edges } of answer.scores) edges.forEach((edge, i) => expect([of, i, edge.low <= given[of][i]!, given[of][i]! <= edge.high + 1e-9]).toEqual([of, i, true, true]));
    const moved = (role: keyof RfmEdges, name: string, score: typeof scoreOf) => companies.flat().filter((row) => score(Number(row[name]), found[role]) !== score(Number(row[name]), given[role])).length;
    const share = (moved("recency", "R", reversedScoreOf) + moved("frequency", "F", scoreOf) + moved("monetary", "M", scoreOf)) / (3 * 4_338);
    // 541 of 13,014 scores: an edge is the end of a cell, as a place inside it would tell how many lie on one side.
    expect(share).toBeLessThan(0.045);
    expect(sentencesOf(answer).join(" ")).toContain("may be one score off");
  });

  test("cells below k are withheld with their spend, and others so that they do not follow", () => {
    const answer = ask(given, 11);
    const withheld = answer.grid.flatMap((row, r) => row.flatMap((cell, f) => ("withheld" in cell.rows ? [`R${r + 1} F${f + 1}`] : [])));
    expect(withheld).toContain("R1 F5");
    expect(withheld.length).toBeGreaterThanOrEqual(4);
    for (const cell of answer.grid.flat()) expect("withheld" in cell.rows).toBe("withheld" in cell.spend);
    expect(answer.grid[0]![4]).toEqual({ rows: { withheld: "k = 11" }, spend: { withheld: "k = 11" } });
  });

  test("with noise for ρ = 0.5, edges stay within their intervals and the grid near the exact one", () => {
    const noisy = answerTo(companies, plan(null, { noise: { honest: 2 } }, 500_000_000), { cellRows: 11 }, new Dice(7)) as RfmAnswer;
    const exact = ask(null);
    noisy.scores.forEach(({ of, edges }, s) => edges.forEach((edge, i) => {
      const { low, high } = exact.scores[s]!.edges[i]!;
      expect([of, i, edge.low <= high, low <= edge.high]).toEqual([of, i, true, true]);
    }));
    expect(Math.abs(value(noisy.rows) - published.customers)).toBeLessThan(60);
    expect(value(noisy.grid[4]![4]!.rows)).toBeGreaterThan(300);
  });
});

/** Customers whom a company knows: of the United Kingdom with even numbers, with odd ones, and of all other countries. */
function customersByCompany(): readonly (readonly Row[])[] {
  const customers = new Map<string, { last: string; invoices: Set<string>; spend: number; company: number }>();
  for (const { CustomerID, InvoiceNo, Quantity, UnitPrice, InvoiceDate, Country } of recordsOf(FILE)) {
    if (CustomerID === "" || InvoiceNo!.startsWith("C") || !(Number(Quantity) > 0) || !(Number(UnitPrice) > 0)) continue;
    const known = customers.get(CustomerID!) ?? { last: "", invoices: new Set(), spend: 0, company: Country === "United Kingdom" ? Number(CustomerID) % 2 : 2 };
    customers.set(CustomerID!, known);
    known.invoices.add(InvoiceNo!);
    known.spend += Number(Quantity) * Number(UnitPrice);
    if (InvoiceDate! > known.last) known.last = InvoiceDate!;
  }
  const rows = [...customers.values()].map(({ last, invoices, spend, company }) => ({ company, R: daysBefore("2011-12-10", last), F: invoices.size, M: spend }));
  return [0, 1, 2].map((company) => rows.filter((row) => row.company === company));
}

function daysBefore(reference: string, time: string): number {
  return Math.round((Date.parse(`${reference}T00:00:00Z`) - Date.parse(`${time.slice(0, 10)}T00:00:00Z`)) / 86_400_000);
}
