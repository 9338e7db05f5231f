import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import { encodeFixed } from "@cohortium/crypto/fixed-point";
import { bytesOfWords } from "@cohortium/crypto/words";
import { momentsOf } from "@cohortium/node/learning/logistic";
import { CHARTER_WORDS } from "@cohortium/node/data/recipe/own-words";
import { DEFAULT_GATE } from "@cohortium/node/rows";
import { readRows, type SessionRows } from "@cohortium/node/rows";
import { checkCharter } from "@cohortium/protocol/session/charter-check";
import type { PartyId } from "@cohortium/protocol/session/ids";
import { layoutOf } from "@cohortium/protocol/training/layout";
import { layoutTerms, planOf, type TrainingPlan } from "@cohortium/protocol/training/plan";
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

let tiny: TinyConsortium;
let view: TrainingView;
let plan: TrainingPlan;
let rows: SessionRows;

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
  const digest = await consortium.agree(tinyDraft(NAMES));
  view = await consortium.follow(await consortium.launch(digest), () => undefined);
  if (view.state !== "done") throw new Error(view.says);

  const { charter } = await consortium.coordinator.admin.get(`/v1/charters/${digest}`, z.object({ charter: z.json() }));
  const check = checkCharter(charter);
  if (check.kind === "refused") throw new Error("a charter in force breaks its rules");
  plan = planOf(check.charter);
  const source = { path: tiny.rowsFile(BIRCH), delimiter: ";", quote: "\"", keyColumn: "id" };
  const read = await readRows({ rows: source, transactions: null, holdout: null, words: CHARTER_WORDS, gate: DEFAULT_GATE, named: null }, plan, { party: BIRCH, parties: NAMES });
  if (read.kind === "refused") throw new Error("the planted rows are not legal");
  rows = read.rows;
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
    const ownSum = [...sumWords(), ...needlesOf(rows.digest)];
    const others = ["coordinator", "alder", "cedar"].map((name) => join(tiny.folder, name));
    expect(ownSum.length).toBeGreaterThan(4);
    expect(filesHolding(others, ownSum)).toEqual([]);
  });

  test("the same search finds such words in what was masked; control", () => {
    const clear = join(tiny.folder, "clear.words");
    const { ring, segments } = layoutOf({ kind: "moments" }, layoutTerms(plan));
    writeFileSync(clear, bytesOfWords(encodeFixed(momentsOf(rows.train, plan.features), segments, ring)));
    expect(filesHolding([clear], sumWords())).toHaveLength(sumWords().length);
  });

  test("everything that left is in this node's ledger: one masked vector a round, under the root that the coordinator published", async () => {
    const vectors = (await ledgerOf(tiny.consortium.node(BIRCH), view.session)).filter(({ kind }) => kind === "masked-vector");
    expect(vectors.map(({ round }) => round)).toEqual(view.rounds.map(({ round }) => round));
    expect(vectors.length).toBeGreaterThan(5);
    const published = filesUnder(join(tiny.published, "upload")).map((file) => file.split("/").at(-1));
    expect(vectors.filter(({ digest }) => !published.includes(digest))).toEqual([]);
  });
});

/** The words of this company's first sum that are too large to occur by chance. */
function sumWords(): readonly Needle[] {
  const { ring, segments } = layoutOf({ kind: "moments" }, layoutTerms(plan));
  const words = encodeFixed(momentsOf(rows.train, plan.features), segments, ring) as BigUint64Array;
  return [...words.keys()].filter((i) => (words[i] ?? 0n) > 0xffff_ffffn).map((i) => ({ what: `word ${i} of a sum`, bytes: Buffer.from(bytesOfWords(words.slice(i, i + 1))) }));
}
