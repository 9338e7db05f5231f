import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { LogisticModel } from "@cohortium/protocol/training/logistic/model";
import { seededUniform } from "../../src/story/seeded.js";
import { objectionsTo } from "./released-once.js";
import { tinyDraft } from "./tiny-charter.js";
import { checkpointOf, crash, foundTiny, modelOf, NO_STEPS, processLog, reconfigure, untilTrue, type TinyConsortium } from "./tiny-consortium.js";
import { csvOf, tinyRows } from "./tiny-data.js";

const NAMES = ["alder", "birch", "cedar"];
const SECRET_KEY = "customer-7f3a-";

let tiny: TinyConsortium;
let charter: string;

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  NAMES.forEach((name, i) => bring(name, i));
  await tiny.consortium.enrol(NO_STEPS);
  charter = await tiny.consortium.agree(draft());
});
afterAll(async () => tiny.end());

test("columns of every kind, from rows and from purchases under names of the company's own, train one model; nodes say what they changed", async () => {
  const view = await tiny.consortium.follow(await tiny.consortium.launch(charter), () => undefined);
  expect(view).toMatchObject({ state: "done" });
  const model: LogisticModel = await modelOf(tiny.consortium, view);
  expect(model.columns).toEqual([
    "intercept", "age", "age=(missing)", "visits", "band=[40, 60)", "band=[60, 100]", "band=(missing)", "region=south", "region=elsewhere",
    "store=#1", "store=#2", "store=#3", "recency", "recency=(missing)", "purchases", "spent",
  ]);
  const said = processLog(tiny.consortium.node("cedar"));
  for (const note of ["DATA_ABSENT in column age", "DATA_CLIPPED in column visits", "DATA_OTHERWISE in column region", "DATA_PURCHASE_LATE"]) expect(said).toContain(note);
  expect(said).not.toContain(SECRET_KEY);
  expect(objectionsTo(tiny.published, (await checkpointOf(tiny.consortium.node("alder"))).checkpoint)).toEqual([]);
});

test("a node that is killed in the middle computes the same columns again and goes on", async () => {
  const session = await tiny.consortium.launch(charter);
  await untilTrue("a round is over", async () => (await tiny.consortium.view(session)).round >= 2);
  await crash(tiny.consortium.node("birch"));
  expect(await tiny.consortium.follow(session, () => undefined)).toMatchObject({ state: "done" });
});

function draft() {
  const tinyOne = tinyDraft(NAMES);
  const [question] = tinyOne.questions as [{ readonly [member: string]: Json }];
  const features = [
    { kind: "numeric", name: "age", unit: "years", min: 18, max: 100, missing: "indicate" },
    { kind: "log", name: "visits", unit: "visits", base: 10, min: 0, max: 30, outside: "clip" },
    { kind: "buckets", name: "band", source: "age", unit: "years", edges: [18, 40, 60, 100], missing: "indicate" },
    { kind: "categorical", name: "region", categories: ["north", "south", "elsewhere"], otherwise: "elsewhere" },
    { kind: "hash", name: "store", source: "customer_store", buckets: 4, salt: "tiny" },
    { kind: "numeric", name: "recency", source: "last", unit: "days", min: 1, max: 90, missing: "indicate" },
    { kind: "numeric", name: "purchases", source: "often", unit: "purchases", min: 0, max: 50 },
    { kind: "log", name: "spent", source: "paid_90", unit: "euro", base: "e", min: 0, max: 100_000 },
  ];
  const transactions = {
    before: "2026-06-01", key: "customer", time: "day", amount: "amount", unit: "euro",
    windows: [{ name: "last", measure: "recency", days: 90 }, { name: "often", measure: "frequency", days: 90 }, { name: "paid_90", measure: "monetary", days: 90 }],
  };
  return { ...tinyOne, questions: [{ ...question, features, transactions }] as Json[] };
}

/** Rows and purchases of one party, under the names its own systems use. */
function bring(party: string, index: number): void {
  const uniform = seededUniform(index + 71);
  const rows = tinyRows(index + 1).map(([age, visits, region, bought], i) => [`${SECRET_KEY}${i}`, i % 9 === 4 ? "" : age, visits, region, `shop ${i % 7}`, bought]);
  writeFileSync(tiny.rowsFile(party), csvOf(rows, ["kunde", "alter", "visits", "region", "filiale", "bought"]));
  const purchases = rows.flatMap(([key = ""], i) => Array.from({ length: i % 4 }, (_, n) => [key, `2026-0${3 + ((i + n) % 4)}-1${n}`, (100 * uniform()).toFixed(2)]));
  const file = join(tiny.folder, `${party}-data`, "purchases.csv");
  writeFileSync(file, csvOf(purchases, ["kunde", "tag", "betrag"]));
  reconfigure(tiny.consortium.node(party), (yaml) => yaml
    .replace("delimiter: \";\"", "delimiter: \";\", columns: { customer: kunde, age: alter, customer_store: filiale }")
    .concat(`transactions: { path: ${JSON.stringify(file)}, delimiter: ";", columns: { customer: kunde, day: tag, amount: betrag } }\n`));
}
