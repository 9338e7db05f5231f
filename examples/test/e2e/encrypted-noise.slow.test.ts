import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { openNodeDatabase } from "@cohortium/node/database";
import { nanoRhoFor } from "@cohortium/protocol/charter/privacy-budget";
import type { Cell, ProfileAnswer } from "@cohortium/protocol/statistics/answer";
import { z } from "zod";
import { typeCommand } from "./command-line.js";
import { killedAt, makeMortal, revive, type Moment } from "./kill-at.js";
import { entriesIn, tally } from "./published-log.js";
import { CLAUSE, customers, customersCsv, type Customer } from "./question-data.js";
import { objectionsTo } from "./released-once.js";
import { tinyDraft } from "./tiny-charter.js";
import { chargesAt, checkpointOf, foundTiny, ledgerOf, NO_STEPS, untilTrue, type TinyConsortium } from "./tiny-consortium.js";
import { csvOf, tinyRows } from "./tiny-data.js";

const NAMES = ["alder", "birch", "cedar"];
const ROWS = 900;
const EPSILON = 12;
const PRICE = Math.floor(nanoRhoFor(EPSILON, 1e-5) / 4);
const MODEL = { kind: "logistic", ridge: 1, gradientTolerance: 1e-8, iterationsMax: 15, privacy: { nanoRho: PRICE, rowNormMax: 3, iterations: 4 } };

let tiny: TinyConsortium;
let all: readonly Customer[];
let encrypted: string;

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  const own = NAMES.map((_, i) => customers(i + 1, ROWS));
  NAMES.forEach((name, i) => writeFileSync(tiny.rowsFile(name), beside(customersCsv(own[i] ?? []), csvOf(tinyRows(i + 1, ROWS)))));
  all = own.flat();
  await tiny.consortium.enrol(NO_STEPS);
  encrypted = await tiny.consortium.agree(draft("encrypted"));
  for (const name of ["birch", "cedar"]) await makeMortal(tiny.consortium.node(name));
});
afterAll(async () => tiny.end());

/** Trains and answers questions, with noise of which one company's may be known to others. */
function draft(scheme: "masked" | "encrypted"): Json {
  return { ...tinyDraft(NAMES, { name: `noisy-${scheme}`, scheme, epsilon: EPSILON, model: MODEL }), quorum: NAMES.length, statistics: { ...CLAUSE, cellRows: 10 } };
}

function beside(left: string, right: string): string {
  const others = right.split("\n");
  return left.split("\n").map((line, i) => (line === "" ? line : `${line};${others[i] ?? ""}`)).join("\n");
}

interface Asked { readonly session: string; readonly charged: number; readonly answer: ProfileAnswer }

async function typed<T>(folder: string, ...args: readonly string[]): Promise<T> {
  const { code, says } = await typeCommand(folder, "--json", "--quiet", ...args).ended;
  if (code !== 0) throw new Error(says);
  return JSON.parse(says) as T;
}

const ask = (...args: readonly string[]) => typed<Asked>(tiny.consortium.coordinator.folder, "question", "ask", ...args, "--charter", encrypted, "--yes");
const chargesOf = (name: string, session: string) => chargesAt(tiny.consortium.node(name), session);

/** One ciphertext and one decryption of each node and round, in the log and in every node's own list; and an audit that each node's checkpoint anchors. */
async function expectOnce(session: string, rounds: number): Promise<void> {
  const entries = entriesIn(tiny.published, session);
  const once = Array.from({ length: NAMES.length * rounds }, () => 1);
  for (const type of ["round.sealed", "round.decryption"]) expect([...tally(entries, type).values()]).toEqual(once);
  for (const node of tiny.consortium.nodes) {
    const places = (await ledgerOf(node, session)).map(({ round, kind, digest }) => (kind === "shown" ? digest : `${round} ${kind}`));
    expect(new Set(places).size).toBe(places.length);
    expect(objectionsTo(tiny.published, (await checkpointOf(node)).checkpoint)).toEqual([]);
  }
}

const value = (cell: Cell | undefined): number => (cell !== undefined && "value" in cell ? cell.value : NaN);

test("a question costs what it would under masks, and its answer is a count of all rows but for noise that was told before", async () => {
  const { coordinator } = tiny.consortium;
  const masked = await tiny.consortium.agree(draft("masked"));
  const PROFILE = ["profile", "--by", "zip", "--measure", "spend", "--epsilon", "1"];
  const plans = await Promise.all([masked, encrypted].map((charter) => typed<Record<string, Json>>(coordinator.folder, "question", "plan", ...PROFILE, "--charter", charter)));
  const ofCharter = ({ charter: _, ...plan }: Record<string, Json>) => plan;
  expect(ofCharter(plans[1] ?? {})).toEqual(ofCharter(plans[0] ?? {}));

  const { session, charged, answer } = await ask(...PROFILE);
  expect(answer).toMatchObject({ kind: "profile", firms: 3, noise: true });
  const words = answer.dimensions[0]?.words ?? [];
  expect(words).toHaveLength(3);
  const offs = words.map(({ word, base }) => Math.abs(value(base) - all.filter(({ zip }) => zip === word).length));
  expect(offs.some((off) => off > 0)).toBe(true);
  // Six deviations: once in 500 million.
  words.forEach(({ base }, i) => { expect(offs[i]).toBeLessThan("value" in base ? ((base.high - base.low) / 2 / 1.96) * 6 + 1 : 0); });
  for (const name of NAMES) expect((await chargesOf(name, session)).map(({ nanoRho }) => nanoRho)).toEqual([charged]);
  await expectOnce(session, 1);
  const lines = await ledgerOf(tiny.consortium.node("birch"), session) as readonly { readonly kind: string; readonly meaning?: string; readonly nanoRho?: number | null }[];
  expect(lines.find(({ kind }) => kind === "c0")).toMatchObject({ meaning: expect.stringMatching(/^half of this node's encrypted profile, with this node's share of the noise, of \d+ numbers; /), nanoRho: charged });
});

test("asked again it is the same bytes and costs nothing; asked afresh it is another sum, and charged", async () => {
  const DRIFT = ["drift", "--column", "zip", "--epsilon", "0.4"];
  const first = await ask(...DRIFT);
  expect(await ask(...DRIFT)).toMatchObject({ kind: "kept", costs: 0, session: first.session, answer: first.answer });
  const again = await ask(...DRIFT, "--fresh");
  expect(again.answer).not.toEqual(first.answer);
  for (const { session } of [first, again]) expect((await chargesOf("cedar", session)).map(({ nanoRho }) => nanoRho)).toEqual([first.charged]);
});

test("a training ends with a model, and costs every company exactly what the charter says", async () => {
  const session = await tiny.consortium.launch(encrypted);
  const view = await tiny.consortium.follow(session, () => undefined);
  expect(view).toMatchObject({ state: "done" });
  expect(view.rounds.map(({ kind }) => kind)).toEqual(["moments", "newton", "newton", "newton", "newton", "evaluation"]);
  for (const name of NAMES) expect((await chargesOf(name, session)).reduce((sum, { nanoRho }) => sum + nanoRho, 0)).toBe(PRICE);
  await expectOnce(session, 6);
});

describe("a node killed with -9 charges once, and shows no byte but those it kept:", () => {
  test.each<[string, Moment]>([
    ["as it keeps its ciphertext of the first sum", { into: "releases", nth: 1, when: "before" }],
    ["as it keeps the charge of the first sum", { into: "charges", nth: 1, when: "before" }],
    ["once both are kept", { into: "charges", nth: 1, when: "after" }],
    ["as it journals that it has encrypted", { event: "encrypted", nth: 1, when: "before" }],
    ["as it journals its part of the opening", { event: "part-decrypted", nth: 1, when: "before" }],
    ["as it keeps the charge of the second sum", { into: "charges", nth: 2, when: "before" }],
  ])("%s", async (_, moment) => {
    const { consortium } = tiny;
    const birch = consortium.node("birch");
    const { session } = await killedAt([birch], moment, () => ask("rfm", "--epsilon", "0.5", "--fresh", "--detach"));
    const kept = partsKept(birch.folder, session);
    await revive([birch]);
    await untilTrue("it is answered", async () => (await consortium.coordinator.admin.get(`/v1/questions/${session}`, z.object({ state: z.string() }))).state === "done", 90_000);
    await expectOnce(session, 2);
    const paid = await Promise.all(NAMES.map((name) => chargesOf(name, session)));
    expect(paid.map((charges) => charges.map(({ round }) => round))).toEqual(NAMES.map(() => [1, 2]));
    expect(new Set(paid.map((charges) => charges.map(({ nanoRho }) => nanoRho).join())).size).toBe(1);
    // What it had kept when it died stands in the log, and nothing else of that round.
    const logged = JSON.stringify(entriesIn(tiny.published, session).filter(({ statement }) => statement.actor === "birch"));
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.filter((root) => !logged.includes(root))).toEqual([]);
  });
});

test("the log verifies, the charges follow from it alone, and every node's account is whole", async () => {
  const { coordinator, nodes } = tiny.consortium;
  const report = await typed<{ readonly verified: boolean; readonly privacy: readonly { readonly charter: string; readonly chargedNanoRho: number; readonly budgetNanoRho: number }[] }>(
    coordinator.folder, "audit", "verify", tiny.published);
  expect(report.verified).toBe(true);
  const { limit, spent } = await coordinator.admin.get(`/v1/charters/${encrypted}/budget`, z.object({ limit: z.number(), spent: z.number() }));
  expect(report.privacy.find(({ charter }) => charter === encrypted)).toMatchObject({ chargedNanoRho: spent + PRICE, budgetNanoRho: limit });
  for (const { folder } of nodes) {
    expect(await typeCommand(folder, "budget", "ledger", "--against", tiny.published).ended).toMatchObject({ code: 0, says: expect.stringContaining("The account is whole") });
  }
});

test("a question that a company does not help to open ends with its name, and has been charged", async () => {
  const charter = await tiny.consortium.agree({ ...(draft("encrypted") as Record<string, Json>), name: "impatient", aggregation: { scheme: "encrypted", deadlineMs: 6_000, dropouts: "end" } });
  const { coordinator } = tiny.consortium;
  const cedar = tiny.consortium.node("cedar");
  const { code, says } = await killedAt([cedar], { event: "heard survivors", nth: 1, when: "before" }, () =>
    typeCommand(coordinator.folder, "question", "ask", "drift", "--column", "zip", "--epsilon", "0.4", "--charter", charter, "--yes").ended);
  await cedar.start();
  expect(code).toBe(7);
  expect(says).toContain("AGGREGATION_PART_MISSING");
  expect(says).toMatch(/missing cedar/);
  // All had committed to a ciphertext: each node was charged, and so the coordinator says.
  const { spent } = await coordinator.admin.get(`/v1/charters/${charter}/budget`, z.object({ spent: z.number() }));
  const { charges } = await tiny.consortium.node("alder").admin.get("/v1/budget/ledger", z.object({ charges: z.array(z.object({ charter: z.string(), nanoRho: z.number() })) }));
  expect(charges.filter((one) => one.charter === charter).map(({ nanoRho }) => nanoRho)).toEqual([spent]);
  expect(spent).toBeGreaterThan(0);
});

/** The roots of what a node that is down had kept of a session's key and sums. */
function partsKept(folder: string, session: string): readonly string[] {
  const database = openNodeDatabase(join(folder, "node.db"));
  try {
    return database.prepare("SELECT root FROM parts WHERE session = ?").all(session).map((row) => String(row["root"]));
  } finally {
    database.close();
  }
}
