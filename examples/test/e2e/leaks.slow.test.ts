import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import { encodeFixed } from "@cohortium/crypto/fixed-point";
import type { Json } from "@cohortium/crypto/canonical-json";
import { bytesOfWords, type Words } from "@cohortium/crypto/words";
import { momentsOf } from "@cohortium/node/learning/logistic";
import { CHARTER_WORDS } from "@cohortium/node/data/recipe/own-words";
import { networkContributor } from "@cohortium/node/learning/network/learner";
import { loadBackend } from "@cohortium/node/learning/network/tensors";
import { binsOf } from "@cohortium/node/learning/trees/counts";
import { NO_NODE } from "@cohortium/node/data/import-rows";
import { DEFAULT_GATE, readRows, type SessionRows } from "@cohortium/node/rows/session-rows";
import { checkCharter } from "@cohortium/protocol/charter/check";
import type { PartyId } from "@cohortium/protocol/session/ids";
import { layoutOf } from "@cohortium/protocol/training/layout";
import { clauseOf, layoutTerms, planOf, type TrainingPlan } from "@cohortium/protocol/training/plan";
import type { NetworkClause } from "@cohortium/protocol/charter/network-clause";
import { movedFrom } from "@cohortium/protocol/training/network/fit";
import { initialControl, initialModel } from "@cohortium/protocol/training/network/progress";
import { pooledFirst } from "@cohortium/protocol/training/trees/pooled";
import { z } from "zod";
import { foundTiny, ledgerOf, NO_STEPS, reconfigure, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";
import { csvOf, TINY_COLUMNS, tinyRows } from "./tiny-data.js";
import { filesHolding, filesUnder, needlesOf, type Needle } from "./traces-of-values.js";

const NAMES = ["alder", "birch", "cedar"] as PartyId[];
const BIRCH = "birch" as PartyId;
/** Legal values that nobody else has: ages, numbers of visits and customers' keys of one company. */
const AGES = ["71.328125917", "24.918273645", "39.504938271"];
const VISITS = ["33.908172634", "7.6172839405", "18.2736455463"];
const KEYS = ["customer-8812-of-birch", "customer-8813-of-birch", "customer-8814-of-birch"];

/** Words in a row in which several counts of rows stand. */
const STRETCH = 64;
const TREES = {
  kind: "trees", trees: 2, depth: 2, learningRate: 0.3, lambda: 1, gamma: 0, childWeightMin: 2.5, bins: 32, rowSample: 1, columnSample: 1, seed: 11,
} as const;

const NETWORK: Omit<NetworkClause, "privacy"> = {
  kind: "network", hidden: [4], activation: "tanh", optimiser: { kind: "scaffold", serverRate: 1 }, rounds: 6, localEpochs: 2, batchSize: 16, localRate: 0.1,
  weightDecay: 0, clip: 1, rowsCap: 500, seed: 7, stopping: { kind: "rounds" }, strips: "hidden",
};

let tiny: TinyConsortium;
/** A regression, then trees, then a network, then the regression under encrypted sums, over the same rows. */
let regression: Trained;
let trees: Trained;
let network: Trained;
/** This company's first answer to the network, before it was masked. */
let update: Words;
let encrypted: Trained;
let rows: SessionRows;

interface Trained {
  readonly view: TrainingView;
  readonly plan: TrainingPlan;
}

async function trained(draft: Json): Promise<Trained> {
  const { consortium } = tiny;
  const digest = await consortium.agree(draft);
  const view = await consortium.follow(await consortium.launch(digest), () => undefined);
  if (view.state !== "done") throw new Error(view.says);
  const { charter } = await consortium.coordinator.admin.get(`/v1/charters/${digest}`, z.object({ charter: z.json() }));
  const check = checkCharter(charter);
  if (check.kind === "refused") throw new Error("a charter in force breaks its rules");
  return { view, plan: planOf(check.charter) };
}

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  const { consortium } = tiny;
  // Every tenth row has an unusual customer, so that some train the model and some are held out.
  const planted = tinyRows(2).map(([age, visits, region, bought], i) => {
    const which = (i / 10) % AGES.length;
    return i % 10 === 0 ? [`${KEYS[which]}-${i}`, AGES[which] ?? age, VISITS[which] ?? visits, region, bought] : [`c${i}`, age, visits, region, bought];
  });
  writeFileSync(tiny.rowsFile(BIRCH), csvOf(planted, ["id", ...TINY_COLUMNS]));
  reconfigure(consortium.node(BIRCH), (yaml) => yaml.replace("delimiter: \";\"", "delimiter: \";\", key: id"));
  await consortium.enrol(NO_STEPS);
  regression = await trained(tinyDraft(NAMES));
  trees = await trained(tinyDraft(NAMES, { name: "tiny-trees", model: TREES }));
  network = await trained(tinyDraft(NAMES, { name: "tiny-network", model: { ...NETWORK } as Json }));
  encrypted = await trained(tinyDraft(NAMES, { name: "tiny-encrypted", scheme: "encrypted" }));
  const source = { path: tiny.rowsFile(BIRCH), delimiter: ";", quote: "\"", keyColumn: "id" };
  const read = await readRows({ rows: source, transactions: null, holdout: null, words: CHARTER_WORDS, gate: DEFAULT_GATE, named: null, settings: NO_NODE }, regression.plan, { party: BIRCH, parties: NAMES, judge: () => Promise.resolve(null) });
  if (read.kind === "refused") throw new Error("the planted rows are not legal");
  rows = read.rows;
  update = await updateWords();
});
afterAll(async () => tiny.end());

describe("what one company's rows leave behind elsewhere", () => {
  const values = () => [...AGES, ...VISITS, ...KEYS].flatMap(needlesOf);

  test("no unusual value of a row stands in any byte that the coordinator, another node or this node's own journal and log keep", () => {
    const places = ["coordinator", ...NAMES].map((name) => join(tiny.folder, name));
    expect(places.map((place) => filesUnder(place).length).every((files) => files >= 5)).toBe(true);
    expect(filesHolding(places, values())).toEqual([]);
  });

  test("the same search finds every one of them in this node's own file; control", () => {
    const found = filesHolding([tiny.folder], values());
    expect([...found].sort()).toEqual([...AGES, ...VISITS, ...KEYS].map((value) => `${tiny.rowsFile(BIRCH)}: ${value}`).sort());
  });

  test("neither does its share of a sum, in the clear or as the words that were masked, nor the digest of its rows", () => {
    const others = ["coordinator", "alder", "cedar"].map((name) => join(tiny.folder, name));
    expect(filesHolding(others, [...momentNeedles(), countsNeedle(), updateNeedle(), ...needlesOf(rows.digest)])).toEqual([]);
  });

  test("the same search finds such words in what was masked; control", () => {
    const clear = join(tiny.folder, "clear.words");
    const needles = [...momentNeedles(), countsNeedle(), updateNeedle()];
    writeFileSync(clear, Buffer.concat([momentWords(), countWords(), update].map(bytesOfWords)));
    expect(needles.length).toBeGreaterThan(4);
    expect(filesHolding([clear], needles)).toHaveLength(needles.length);
  });

  test.each(["regression", "trees", "network"] as const)("everything that left is in this node's ledger: of the %s one masked vector a round, under the root that the coordinator published", async (which) => {
    const { view } = { regression, trees, network }[which];
    const vectors = (await ledgerOf(tiny.consortium.node(BIRCH), view.session)).filter(({ kind }) => kind === "masked-vector");
    expect(vectors.map(({ round }) => round)).toEqual(view.rounds.map(({ round }) => round));
    expect(vectors.length).toBeGreaterThan(5);
    const published = filesUnder(join(tiny.published, "upload")).map((file) => file.split("/").at(-1));
    expect(vectors.filter(({ digest }) => !published.includes(digest))).toEqual([]);
  });

  test("under encrypted sums, of each round one ciphertext in two halves and one decryption, and nothing masked", async () => {
    const { session, rounds } = encrypted.view;
    const lines = await ledgerOf(tiny.consortium.node(BIRCH), session);
    const published = filesUnder(join(tiny.published, "upload")).map((file) => file.split("/").at(-1));
    for (const kind of ["c0", "c1", "decryption"]) {
      const parts = lines.filter((line) => line.kind === kind);
      expect(parts.map(({ round }) => round)).toEqual(rounds.map(({ round }) => round));
      expect(parts.filter(({ digest }) => !published.includes(digest))).toEqual([]);
    }
    expect(lines.some(({ kind }) => kind === "masked-vector")).toBe(false);
    expect(encrypted.view).toMatchObject({ model: regression.view.model });
  });
});

/** This company's first answer to the regression, before it was masked. */
function momentWords(): Words {
  const { ring, segments } = layoutOf({ kind: "moments" }, layoutTerms(regression.plan));
  return encodeFixed(momentsOf(rows.train, regression.plan.features), segments, ring);
}

/** Those of its words that are too large to occur by chance. */
function momentNeedles(): readonly Needle[] {
  const words = momentWords();
  return [...words.keys()].filter((i) => (words[i] ?? 0) > 0xffff_ffff).map((i) => ({ what: `word ${i} of a sum`, bytes: Buffer.from(bytesOfWords(words.slice(i, i + 1))) }));
}

/** This company's first answer to the trees, before it was masked: counts of rows. */
function countWords(): Words {
  const { scene } = pooledFirst({ plan: trees.plan, clause: clauseOf(trees.plan, "trees") });
  if (scene.stage !== "bins") throw new Error("trees begin with bins");
  const { ring, segments } = layoutOf(scene.question, layoutTerms(trees.plan));
  return encodeFixed(binsOf(rows.train, trees.plan.features, scene), segments, ring);
}

/** One count may stand anywhere by chance; the stretch of words with the most counts in it may not. */
function countsNeedle(): Needle {
  const words = countWords();
  const countsFrom = (from: number) => [...words.subarray(from, from + STRETCH)].filter((word) => word > 0).length;
  const from = [...words.keys()].reduce((best, i) => (countsFrom(i) > countsFrom(best) ? i : best), 0);
  if (countsFrom(from) < 6) throw new Error("too few counts to be telling");
  return { what: "counts of rows", bytes: Buffer.from(bytesOfWords(words.slice(from, from + STRETCH))) };
}

async function updateWords(): Promise<Words> {
  const { plan, view } = network;
  const clause = clauseOf(plan, "network");
  const { model: kept } = await tiny.consortium.coordinator.admin.get(`/v1/models/${view.model}`, z.object({ model: SCALING }));
  const model = initialModel(kept, plan, clause);
  const question = { kind: "update", clause, model, control: initialControl(model, clause) } as const;
  await loadBackend("wasm");
  const values = await networkContributor(rows.train, plan, BIRCH, "wasm").update({ question, moved: movedFrom(new Float32Array(), model) });
  const { ring, segments } = layoutOf(question, layoutTerms(plan));
  return encodeFixed(values, segments, ring);
}

const SCALING = z.object({ columns: z.array(z.string()), means: z.array(z.number()), deviations: z.array(z.number()), dropped: z.array(z.string()) });

/** Behind guard, counts and loss come the weights' moves: sixteen of them in a row do not stand anywhere by chance. */
function updateNeedle(): Needle {
  const moves = update.slice(4, 20);
  if (moves.some((word) => word === 0)) throw new Error("too few moves to be telling");
  return { what: "moves of weights", bytes: Buffer.from(bytesOfWords(moves)) };
}
