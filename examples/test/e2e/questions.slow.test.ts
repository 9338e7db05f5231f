import { renameSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { Answer, CategoriesAnswer, Cell, DriftAnswer, ExperimentAnswer, HistogramAnswer, ProfileAnswer, QuantilesAnswer, RfmAnswer, WordsAnswer } from "@cohortium/protocol/statistics/answer";
import { z } from "zod";
import { typeCommand } from "./command-line.js";
import { entriesIn } from "./published-log.js";
import { CHANNELS, CLAUSE, customers, customersCsv, SEGMENTS, ZIPS, type Customer } from "./question-data.js";
import { tinyDraft } from "./tiny-charter.js";
import { crash, foundTiny, NO_STEPS, untilTrue, type TinyConsortium } from "./tiny-consortium.js";

const NAMES = ["alder", "birch", "cedar"];
const ROWS = 500;
const NOISE = { mechanism: "discrete-gaussian", note: "Every company adds noise.", budget: { releasesMax: 1_000, epsilon: 2, delta: 1e-6, reserveShare: 0 }, colluders: 0 };

/** The channels, as if nobody had listed them. */
const OPEN = [{ name: "way", source: "channel", characters: "abcdefghijklmnopqrstuvwxyz", letters: "lower", lengthMax: 6 }];

let tiny: TinyConsortium;
let all: readonly Customer[];
/** The digest of the charter with noise. */
let noisy: string;

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  const own = NAMES.map((_, i) => customers(i + 1, ROWS + 50 * i));
  NAMES.forEach((name, i) => writeFileSync(tiny.rowsFile(name), customersCsv(own[i] ?? [])));
  all = own.flat();
  await tiny.consortium.enrol(NO_STEPS);
  await tiny.consortium.agree(draft("exact", { statistics: { ...CLAUSE, exactCohorts: "allowed" } }));
  noisy = await tiny.consortium.agree(draft("noisy", { privacy: NOISE }));
  await tiny.consortium.agree(draft("open", { privacy: NOISE, statistics: { ...CLAUSE, kinds: ["words", "categories"], open: OPEN } }));
});
afterAll(async () => tiny.end());

function draft(name: string, change: object = {}): Json {
  return { ...tinyDraft(NAMES, { name }), questions: [], statistics: CLAUSE, ...change };
}

interface Said { readonly code: number | null; readonly json: Record<string, unknown>; readonly says: string }

/** Asks as an operator's script would, for one JSON document. */
async function ask(charter: string, ...args: readonly string[]): Promise<Said> {
  return askWithoutYes(charter, ...args, "--yes");
}

/** The same, without a yes to what it costs. */
async function askWithoutYes(charter: string, ...args: readonly string[]): Promise<Said> {
  const { code, says } = await typeCommand(tiny.consortium.coordinator.folder, "--json", "--quiet", "question", "ask", ...args, "--charter", charter).ended;
  return { code, says, json: JSON.parse(says) as Record<string, unknown> };
}

/** The answer to a question under the exact charter. */
async function exact<A extends Answer>(kind: A["kind"], ...args: readonly string[]): Promise<A> {
  const { code, says, json } = await askWithoutYes("exact", kind, ...args);
  if (code !== 0) throw new Error(says);
  return json["answer"] as A;
}

const value = (cell: Cell | undefined): number => (cell !== undefined && "value" in cell ? cell.value : NaN);
const count = (holds: (row: Customer) => boolean) => all.filter(holds).length;
const sum = (of: (row: Customer) => number) => all.reduce((total, row) => total + of(row), 0);

describe("under a charter without noise the answers over three companies are those of a count of all rows:", () => {
  test("a profile", async () => {
    const inCohort = ({ channel }: Customer) => channel !== "Multichannel";
    const answer = await exact<ProfileAnswer>("profile", "--cohort", "channel=Phone,Web", "--by", "zip,segment", "--measure", "spend");
    expect([answer.rows, answer.base].map(value)).toEqual([count(inCohort), all.length]);
    expect(answer.dimensions.map(({ words }) => words.map(({ word, rows, base }) => [word, value(rows), value(base)]))).toEqual([
      ZIPS.map((zip) => [zip, count((row) => row.zip === zip && inCohort(row)), count((row) => row.zip === zip)]),
      SEGMENTS.map((segment) => [segment, count((row) => row.segment === segment && inCohort(row)), count((row) => row.segment === segment)]),
    ]);
    expect(answer.measures.map((one) => [value(one.sum), value(one.baseSum)])).toEqual([[sum((row) => (inCohort(row) ? row.spend : 0)), sum(({ spend }) => spend)]]);
  });

  test("a histogram", async () => {
    const edges = [0, 50, 100, 400];
    const answer = await exact<HistogramAnswer>("histogram", "--measure", "history", "--edges", edges.join(","));
    expect(answer.cells.map(({ rows }) => value(rows))).toEqual([0, 1, 2].map((i) => count(({ history }) => history >= (edges[i] ?? 0) && history < (edges[i + 1] ?? 0))));
  });

  test("quantiles", async () => {
    const answer = await exact<QuantilesAnswer>("quantiles", "--measure", "history", "--probabilities", "0.1,0.5,0.9");
    const sorted = all.map(({ history }) => history).toSorted((a, b) => a - b);
    for (const { probability, at } of answer.quantiles) {
      const plain = sorted[Math.ceil(probability * sorted.length) - 1] ?? NaN;
      expect(Math.abs(value(at) - plain)).toBeLessThanOrEqual(400 / 64);
    }
  });

  test("categories", async () => {
    const answer = await exact<CategoriesAnswer>("categories", "--dimension", "channel", "--top", "3");
    const plain = CHANNELS.map((channel) => [channel, count((row) => row.channel === channel)] as const).toSorted(([, a], [, b]) => b - a);
    expect(answer.top.map(({ word, rows }) => [word, value(rows)])).toEqual(plain);
  });

  test("RFM by given edges, cell by cell", async () => {
    // Far from the fifths: scores by edges close to these would tell of the few rows in between, and be withheld.
    const edges = { recency: [45, 100, 150, 255], frequency: [1, 4, 10, 20], monetary: [20, 100, 260, 500] };
    const flags = Object.entries(edges).map(([name, four]) => `${name}=${four.join(",")}`);
    const answer = await exact<RfmAnswer>("rfm", "--edges", ...flags);
    const score = (name: keyof typeof edges, of: number) => edges[name].filter((edge) => of > edge).length;
    const cellOf = (row: Customer) => `${5 - score("recency", row.recency)}${1 + score("frequency", row.frequency)}`;
    const plain = new Map<string, { rows: number; spend: number }>();
    for (const row of all) {
      const { rows, spend } = plain.get(cellOf(row)) ?? { rows: 0, spend: 0 };
      plain.set(cellOf(row), { rows: rows + 1, spend: spend + row.monetary });
    }
    const cells = answer.grid.flatMap((line, r) => line.map((cell, f) => ({ cell, plain: plain.get(`${r + 1}${f + 1}`) ?? { rows: 0, spend: 0 } })));
    const shown = cells.filter(({ cell: { rows } }) => "value" in rows);
    for (const { cell, plain: due } of shown) expect([value(cell.rows), value(cell.spend)]).toEqual([due.rows, due.spend]);
    for (const { cell: { rows }, plain: due } of cells) if (due.rows < 10) expect(rows).toEqual({ withheld: "k = 10" });
    expect(shown.length).toBeGreaterThan(15);
  });

  test("RFM by fifths that a first sum finds", async () => {
    const answer = await exact<RfmAnswer>("rfm");
    expect(value(answer.rows)).toBe(all.length);
    const shares = answer.scores.filter(({ of }) => of === "recency").flatMap(({ rows }) => rows.map((cell) => value(cell) / all.length));
    for (const share of shares) expect(Math.abs(share - 0.2)).toBeLessThan(0.05);
    expect(shares).toHaveLength(5);
  });

  test("an experiment, whose effects are those of the pooled rows", async () => {
    const answer = await exact<ExperimentAnswer>("experiment", "--arm", "segment", "--control", "No E-Mail", "--shares", "1,1,1", "--metric", "visit,spend", "--covariate", "history", "--from", "2026-03-01", "--to", "2026-03-14");
    const mean = (segment: string, metric: "visit" | "spend") => sum((row) => (row.segment === segment ? row[metric] : 0)) / count((row) => row.segment === segment);
    expect(answer.arms.map(({ arm, rows }) => [arm, value(rows)])).toEqual(SEGMENTS.map((segment) => [segment, count((row) => row.segment === segment)]));
    for (const { arm, metric, plain } of answer.effects) {
      const due = mean(arm, metric === "visit" ? "visit" : "spend") - mean("No E-Mail", metric === "visit" ? "visit" : "spend");
      expect("value" in plain ? plain.value : NaN).toBeCloseTo(due, 9);
    }
    expect(answer.effects).toHaveLength(4);
    expect(answer.sampleRatio).toMatchObject({ degrees: 2, alarm: false });
  });

  test("the distribution of a column", async () => {
    const answer = await exact<DriftAnswer>("drift", "--column", "zip");
    expect(answer.cells.map(({ word, rows }) => [word, value(rows)])).toEqual(ZIPS.map((zip) => [zip, count((row) => row.zip === zip)]));
  });

  test("and a word that nobody has, or a flag mistyped, is refused before anything runs", async () => {
    const before = await questionCount();
    expect(await ask("exact", "profile", "--by", "zap")).toMatchObject({ code: 2, json: { code: "USAGE_QUESTION", detail: expect.stringContaining("--by: "), side: expect.stringContaining("yours") } });
    expect(await ask("exact", "categories", "--dimension", "zip", "--top", "many")).toMatchObject({ code: 2 });
    expect(await ask("exact", "drift", "--column", "zip", "--epsilon", "0.1")).toMatchObject({ code: 2, json: { detail: expect.stringContaining("--epsilon: ") } });
    expect(await questionCount()).toBe(before);
  });
});

describe("under a charter with noise", () => {
  const BY_CHANNEL = ["categories", "--dimension", "channel", "--top", "3", "--epsilon", "0.5"];
  let first: Said;

  test("a question that would be charged is not asked where nobody says yes, and its price is told", async () => {
    expect(await askWithoutYes("noisy", ...BY_CHANNEL)).toMatchObject({ code: 2, json: { code: "USAGE_CONFIRM", detail: expect.stringContaining("of the budget of noisy?") } });
    expect(await spentAt("birch")).toBe(0);
  });

  test("an answer is near the plain count, and says how near", async () => {
    first = await ask("noisy", ...BY_CHANNEL);
    expect(first.code).toBe(0);
    const { top, noise } = first.json["answer"] as CategoriesAnswer;
    expect(noise).toBe(true);
    for (const { word, rows } of top) {
      const off = Math.abs(value(rows) - count(({ channel }) => channel === word));
      // Six deviations: once in 500 million.
      if ("value" in rows) expect(off).toBeLessThan(((rows.high - rows.low) / 2 / 1.96) * 6 + 1);
    }
  });

  test("asked again it is the same bytes and costs nothing; also after the coordinator was killed", async () => {
    const { session } = first.json as { readonly session: string };
    const bytes = () => tiny.consortium.coordinator.admin.getBytes(`/v1/questions/${session}/answer`);
    const before = await bytes();
    await crash(tiny.consortium.coordinator);
    const again = await askWithoutYes("noisy", ...BY_CHANNEL);
    expect(again).toMatchObject({ code: 0, json: { kind: "kept", costs: 0, session, answer: first.json["answer"] } });
    expect(Buffer.from(await bytes()).equals(Buffer.from(before))).toBe(true);
  });

  test("asked afresh it is charged again, once, also at a node that is killed in the middle", async () => {
    const spent = await spentAt("birch");
    const { code, json } = await ask("noisy", ...BY_CHANNEL, "--fresh", "--detach");
    await crash(tiny.consortium.node("birch"));
    const { session, costs } = json as { readonly session: string; readonly costs: number };
    const view = async () => tiny.consortium.coordinator.admin.get(`/v1/questions/${session}`, z.object({ state: z.string(), answer: z.json() }));
    await untilTrue("it is answered", async () => (await view()).state !== "running", 60_000);
    expect({ code, state: (await view()).state }).toEqual({ code: 0, state: "done" });
    expect(session).not.toBe(first.json["session"]);
    expect((await view()).answer).not.toEqual(first.json["answer"]);
    expect(await spentAt("birch")).toBe(spent + costs);
  });

  test("what the budget does not cover is refused with exit code 5 before anything is computed, and what is kept stays free", async () => {
    const before = await questionCount();
    const refused = await ask("noisy", "drift", "--column", "zip", "--epsilon", "1.95");
    expect(refused).toMatchObject({ code: 5, json: { code: "BUDGET_SPENT" } });
    expect(await questionCount()).toBe(before);
    expect(await askWithoutYes("noisy", ...BY_CHANNEL)).toMatchObject({ code: 0, json: { kind: "kept" } });
  });

  test("the log has every query before its answer, verifies, and the charges follow from it alone", async () => {
    const { coordinator } = tiny.consortium;
    const { code, says } = await typeCommand(coordinator.folder, "--json", "--quiet", "audit", "verify", tiny.published).ended;
    const report = JSON.parse(says) as { readonly verified: boolean; readonly privacy: readonly { readonly charter: string; readonly chargedNanoRho: number; readonly budgetNanoRho: number }[] };
    expect({ code, verified: report.verified }).toEqual({ code: 0, verified: true });
    const { limit, spent } = await coordinator.admin.get(`/v1/charters/${noisy}/budget`, z.object({ limit: z.number(), spent: z.number() }));
    expect(report.privacy.find(({ charter }) => charter === noisy)).toMatchObject({ chargedNanoRho: spent, budgetNanoRho: limit });
    for (const name of NAMES) expect(await spentAt(name)).toBe(spent);
    const { session } = first.json as { readonly session: string };
    const [offer] = entriesIn(tiny.published, session);
    expect(offer?.statement).toMatchObject({ type: "session.offer", body: { question: "statistics.ask", query: { kind: "categories", dimension: "channel" } } });
  });

  test("a node has its own copy of the answer", async () => {
    const { session, answer } = first.json as { readonly session: string; readonly answer: Json };
    const { code, says } = await typeCommand(tiny.consortium.node("alder").folder, "--json", "question", "result", session.slice(0, 10)).ended;
    expect({ code, answer: (JSON.parse(says) as { answer: Json }).answer }).toEqual({ code: 0, answer });
    expect((await typeCommand(tiny.consortium.node("alder").folder, "question", "status").ended).says).toContain(session.slice(0, 12));
  });
});

test("of drift each company sees its own index at its node", async () => {
  const { code, json } = await ask("exact", "drift", "--column", "channel");
  expect(code).toBe(0);
  const { folder } = tiny.consortium.node("birch");
  const { says } = await typeCommand(folder, "question", "result", String(json["session"])).ended;
  expect(says).toMatch(/^own drift +\d\.\d{3} \(population stability index; /m);
  expect(json).not.toHaveProperty("ownDrift");
});

test("a question that one company's rows do not allow ends with that reason everywhere; its nodes list it among questions, charged nothing", async () => {
  const { folder } = tiny.consortium.node("cedar");
  const file = tiny.rowsFile("cedar");
  renameSync(file, `${file}.away`);
  const { code, json } = await ask("noisy", "drift", "--column", "channel", "--epsilon", "0.1");
  renameSync(`${file}.away`, file);
  expect(code).toBe(3);
  const session = String(json["session"]);
  expect(json).toMatchObject({ state: "aborted", charged: 0, fault: { cause: "DATA_REFUSED" } });
  await untilTrue("the node has kept it", async () => (await typeCommand(folder, "question", "status").ended).says.includes(session.slice(0, 12)));
  const { says } = await typeCommand(folder, "question", "result", session).ended;
  expect(says).toMatch(/^state +aborted$/m);
  expect(says).toMatch(/^charged +nothing: no numbers had been sent$/m);
  expect(says).toContain("  code   DATA_REFUSED\n  side   whose rows they are\n  to do  ");
  expect((await typeCommand(folder, "round", "ls").ended).says).not.toContain(session.slice(0, 12));
});

test("a company that falls silent ends a question with its name, said once, whose side it is, and that nothing was charged", async () => {
  const charter = await tiny.consortium.agree({ ...tinyDraft(NAMES, { name: "impatient", deadlineMs: 6_000 }), questions: [], statistics: CLAUSE, privacy: NOISE });
  const birch = tiny.consortium.node("birch");
  process.kill(birch.pid ?? 0, "SIGSTOP");
  const { code, says } = await typeCommand(tiny.consortium.coordinator.folder, "question", "ask", "drift", "--column", "channel", "--epsilon", "0.1", "--charter", charter, "--yes").ended;
  process.kill(birch.pid ?? 0, "SIGCONT");
  expect(code).toBe(7);
  expect(says.split("AGGREGATION_TOO_FEW: ")).toHaveLength(2);
  expect(says).toMatch(/missing birch\)$/m);
  expect(says).toMatch(/^charged +nothing: no numbers had been sent$/m);
  expect(says).toContain("  side   a partner or the coordinator, which misbehaved or fell silent\n");
});

test("a schedule asks by itself until the budget would not cover its next time", async () => {
  const { folder } = tiny.consortium.coordinator;
  const charter = await tiny.consortium.agree(draft("scheduled", { privacy: { ...NOISE, budget: { ...NOISE.budget, epsilon: 0.5 } } }));
  const added = await typeCommand(folder, "--json", "--quiet", "question", "schedule", "add", "drift", "--column", "zip", "--epsilon", "0.4", "--every", "1day", "--charter", charter, "--yes").ended;
  expect(added.code).toBe(0);
  const { state, runs } = JSON.parse(added.says) as { state: string; runs: number };
  expect({ state, runs }).toEqual({ state: "stopped: budget", runs: 1 });
  await crash(tiny.consortium.coordinator);
  const listed = await typeCommand(folder, "question", "schedule", "ls").ended;
  expect(listed.says).toContain("stopped: budget");
});

/** What a node's own account says it has spent, in 10^-9 of ρ. */
async function spentAt(name: string): Promise<number> {
  const { charges } = await tiny.consortium.node(name).admin.get("/v1/budget/ledger", z.object({ charges: z.array(z.object({ nanoRho: z.number() })) }));
  return charges.reduce((spent, { nanoRho }) => spent + nanoRho, 0);
}

async function questionCount(): Promise<number> {
  const { says } = await typeCommand(tiny.consortium.coordinator.folder, "--json", "question", "status").ended;
  return (JSON.parse(says) as { questions: unknown[] }).questions.length;
}

test("words that nobody has listed are found by their first characters, then counted, as the log says afterwards", async () => {
  const found = await ask("open", "words", "--dimension", "way", "--length", "5", "--epsilon", "1");
  const { words, others } = found.json["answer"] as WordsAnswer;
  const ways = CHANNELS.map((channel) => channel.toLowerCase().slice(0, 5)).toSorted();
  expect({ code: found.code, words: words.map(({ word }) => word).toSorted() }).toEqual({ code: 0, words: ways });
  expect(others).toBeDefined();
  const session = String(found.json["session"]);
  const counted = await ask("open", "categories", "--words-from", session, "--epsilon", "0.5");
  const { top } = counted.json["answer"] as CategoriesAnswer;
  // All rows are in these words, so one of them is withheld with the empty rest.
  const near = top.filter(({ word, rows }) => Math.abs(value(rows) - count(({ channel }) => channel.toLowerCase().startsWith(word))) < 80);
  expect(near.length).toBeGreaterThanOrEqual(ways.length - 1);
  const offer = entriesIn(tiny.published, String(counted.json["session"])).find(({ statement }) => statement.type === "session.offer");
  expect(offer?.statement.body).toMatchObject({ query: { kind: "categories", dimension: "way", length: 5, words: words.map(({ word }) => word) } });
});
