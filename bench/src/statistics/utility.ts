import type { Json } from "@cohortium/crypto/canonical-json";
import { itemsOf, memberOf } from "@cohortium/crypto/json-member";
import type { LocalRows } from "@cohortium/node/data/local-rows";
import { nanoRhoFor } from "@cohortium/protocol/session/privacy-budget";
import { column, three, type Row, type Section } from "../section.js";
import { answerHere, customersOf, planOf, queriesAt } from "./asked.js";

const COMPANIES = 3;
const DELTA = 1e-6;
const EPSILONS = [0.1, 1, 3];

/** What an answer is worth: each number of it against the same number without noise, where one question has the whole ε to itself. */
export function measureUtility(quick: boolean): Section {
  const [size, runs] = quick ? [5_000, 3] : [20_000, 20];
  const companies = Array.from({ length: COMPANIES }, (_, company) => customersOf(company, size));
  const rows: Row[] = [];
  for (const query of Object.values(queriesAt(0))) for (const epsilon of EPSILONS) rows.push(worthOf(query.kind, { epsilon, companies, size, runs }));
  return {
    title: `3. Answers with noise against answers without: ${COMPANIES} companies of ${size} rows, one question that has the whole ε (δ = ${DELTA})`,
    notes: [
      "error = |noisy − plain| ÷ |plain| over the numbers that both answers show, except where the plain one is 0; over all runs.",
      "inside = the share of those numbers whose plain value lies in the interval that the noisy answer gives (95 % meant; an experiment's also covers its sample).",
      "RFM's fifths are found under noise too: where an edge moves, its cells hold other people than the plain answer's, which no interval is about.",
      "withheld = of the numbers that the plain answer shows, those that the noisy one does not. Rows are made up: a letter and a call do bring sales.",
    ],
    columns: [
      column("question", "question"), column("epsilon", "ε"), column("numbers", "numbers"), column("median", "median error", percent), column("high", "9 of 10 within", percent),
      column("inside", "inside", percent), column("withheld", "withheld", percent), column("runs", "runs"),
    ],
    rows,
  };
}

interface Setting {
  readonly epsilon: number;
  readonly companies: readonly LocalRows[];
  readonly size: number;
  readonly runs: number;
}

function worthOf(kind: keyof ReturnType<typeof queriesAt>, { epsilon, companies, size, runs }: Setting): Row {
  const plain = numbersOf(answerHere(companies, planOf(queriesAt(0)[kind], COMPANIES, size), "plain"));
  const plan = planOf(queriesAt(nanoRhoFor(epsilon, DELTA))[kind], COMPANIES, size);
  const errors: number[] = [];
  let [inside, shown, meant] = [0, 0, 0];
  for (let run = 0; run < runs; run++) {
    const noisy = numbersOf(answerHere(companies, plan, `utility/${epsilon}/${run}`));
    meant += plain.size;
    for (const [path, { value }] of plain) {
      const other = noisy.get(path);
      if (other === undefined) continue;
      shown++;
      if (other.low <= value && value <= other.high) inside++;
      if (value !== 0) errors.push(Math.abs(other.value - value) / Math.abs(value));
    }
  }
  errors.sort((a, b) => a - b);
  const quantile = (p: number): number | null => errors[Math.floor(p * (errors.length - 1))] ?? null;
  const [median, high] = [quantile(0.5), quantile(0.9)];
  return { question: kind, epsilon, numbers: plain.size, median, high, inside: shown === 0 ? null : inside / shown, withheld: 1 - shown / meant, runs };
}

interface Shown {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Every number with an interval in an answer, by where it stands; things that have a name stand under it, wherever they are ranked. */
function numbersOf(answer: Json | null, path = "", found = new Map<string, Shown>()): ReadonlyMap<string, Shown> {
  if (answer === null || typeof answer !== "object") return found;
  itemsOf(answer).forEach((one, i) => numbersOf(one, `${path}/${nameOf(one) ?? i}`, found));
  if (Array.isArray(answer)) return found;
  const [value, low, high] = ["value", "low", "high"].map((name) => memberOf(answer, name));
  if (typeof value === "number" && typeof low === "number" && typeof high === "number") found.set(path, { value, low, high });
  for (const [key, one] of Object.entries(answer)) numbersOf(one, `${path}/${key}`, found);
  return found;
}

function nameOf(one: Json): string | null {
  const word = memberOf(one, "word");
  return typeof word === "string" ? word : null;
}

function percent(share: number): string {
  return `${three(100 * share)} %`;
}
