import type { Json } from "@cohortium/crypto/canonical-json";
import { itemsOf, memberOf } from "@cohortium/crypto/json-member";
import type { LocalRows } from "@cohortium/node/data/local-rows";
import { nanoRhoFor } from "@cohortium/protocol/charter/privacy-budget";
import type { RfmEdges } from "@cohortium/protocol/statistics/query";
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
  for (const { kind } of Object.values(queriesAt(0))) {
    for (const epsilon of EPSILONS) {
      const setting = { epsilon, companies, size, runs };
      rows.push(worthOf(kind, setting, always(plainly(kind, setting, null))));
      if (kind === "rfm") rows.push({ ...worthOf(kind, setting, (noisy) => plainly(kind, setting, edgesIn(noisy))), question: "rfm, by its edges" });
    }
  }
  return {
    title: `3. Answers with noise against answers without: ${COMPANIES} companies of ${size} rows, one question that has the whole ε (δ = ${DELTA})`,
    notes: [
      "error = |noisy − plain| ÷ |plain| over the numbers that both answers show, except where the plain one is 0; over all runs.",
      "inside = the share of those numbers whose plain value lies in the interval that the noisy answer gives (95 % meant; an experiment's also covers its sample).",
      "RFM's fifths are found under noise too: where an edge moves, its cells hold other people than the plain answer's, which no interval is about.",
      "rfm, by its edges = against the plain numbers by the edges that the noisy answer found, which the intervals are about.",
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

/** The kinds whose answers are held against plain ones. */
type Priced = keyof ReturnType<typeof queriesAt>;
type Numbers = ReadonlyMap<string, Shown>;

/** Without noise; RFM by these edges, or by those it finds. Given edges are no numbers of an answer. */
function plainly(kind: Priced, { companies, size }: Setting, edges: RfmEdges | null): Numbers {
  const query = queriesAt(0)[kind];
  const numbers = numbersOf(answerHere(companies, planOf(query.kind === "rfm" ? { ...query, edges } : query, COMPANIES, size), "plain"));
  return edges !== null ? new Map([...numbers].filter(([path]) => !path.includes("/edges/"))) : numbers;
}

function always(numbers: Numbers): (noisy: Json | null) => Numbers {
  return () => numbers;
}

/** @param plainOf - What an answer is held against. */
function worthOf(kind: Priced, { epsilon, companies, size, runs }: Setting, plainOf: (noisy: Json | null) => Numbers): Row {
  const plan = planOf(queriesAt(nanoRhoFor(epsilon, DELTA))[kind], COMPANIES, size);
  const errors: number[] = [];
  let [inside, shown, meant, numbers] = [0, 0, 0, 0];
  for (let run = 0; run < runs; run++) {
    const answer = answerHere(companies, plan, `utility/${epsilon}/${run}`);
    const [noisy, plain] = [numbersOf(answer), plainOf(answer)];
    meant += plain.size;
    numbers = plain.size;
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
  return { question: kind, epsilon, numbers, median, high, inside: shown === 0 ? null : inside / shown, withheld: 1 - shown / meant, runs };
}

/** The edges that an answer scored by; without any, as it had no scores, everybody has the best. */
function edgesIn(answer: Json | null): RfmEdges {
  const scores = itemsOf(memberOf(answer, "scores"));
  const of = (role: string): readonly number[] => {
    const edges = itemsOf(memberOf(scores.find((score) => memberOf(score, "of") === role), "edges")).map((edge) => Number(memberOf(edge, "value")));
    return edges.length === 4 ? edges : [0, 0, 0, 0];
  };
  return { recency: of("recency"), frequency: of("frequency"), monetary: of("monetary") };
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
