import { describe, expect, test } from "@jest/globals";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkDocument } from "@cohortium/protocol/session/signed-document";
import { importFrom, plainFeed } from "../../src/data/import-rows.js";
import { explainNote } from "../../src/data/note.js";
import { CHARTER_WORDS } from "../../src/data/recipe/own-words.js";
import type { Recipe } from "@cohortium/protocol/charter/recipe";
import { SETTINGS, place as filesIn } from "../data/feeds/stage.js";
import { MILL, NOW_MS, SELF, SESSION, signerOf } from "../stage.js";
import { admit, contribution, place } from "../sessions/training-stage.js";
import { deletionPlace, PEOPLE, ROWS_TEXT } from "./deletion-stage.js";

const [ZOE, QUENTIN] = PEOPLE;
const RECIPE: Recipe = { features: [{ kind: "numeric", name: "age", unit: "years", min: 17, max: 100 }], label: { name: "answer", positive: "yes", negative: "no" } };
const sumOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);

const read = async (path: string, deletions: ReturnType<typeof deletionPlace>["tombstones"], keyColumn: string | null = "id") => importFrom(
  { open: () => ({ rows: plainFeed("rows", { path, delimiter: ",", quote: "\"" }), transactions: null }), keyColumn, words: CHARTER_WORDS, settings: { ...SETTINGS, deletions } },
  { recipe: RECIPE, rowsMin: 1, rowsMax: 1_000 }, () => Promise.resolve(null),
);

describe("a person who is removed", () => {
  test("takes no part in what is read afterwards: the sum differs by exactly her value, and her owner is told how many rows, not whose", async () => {
    const { path, desk, tombstones } = deletionPlace();
    const before = await read(path, tombstones);
    await desk.remove([ZOE]);
    const after = await read(path, tombstones);
    if (before.kind === "refused" || after.kind === "refused") throw new Error("these rows fit");
    expect([sumOf(before.rows.x) - sumOf(after.rows.x), before.rows.rows - after.rows.rows]).toEqual([31, 1]);
    expect(before.notes).toEqual([]);
    expect(after.notes.map(explainNote)).toEqual(["DATA_DELETED in column id: rows are of people who were removed at this node and take no part (count 1); the rule: nobody who was removed at this node"]);
  });

  test("takes her purchases along, also where only the charter names the key", async () => {
    const { desk, tombstones } = deletionPlace();
    await desk.remove([QUENTIN]);
    const folder = filesIn({
      "rows.csv": `id,answer\n${ZOE},yes\n${QUENTIN},no\n`,
      "bought.csv": `id,day,paid\n${ZOE},2011-12-01,2\n${QUENTIN},2011-12-01,4\n${QUENTIN},2011-12-02,8\n${ZOE},2011-12-03,16\n`,
    });
    const recipe: Recipe = {
      features: [{ kind: "numeric", name: "m", source: "spent", unit: "GBP", min: 0, max: 1e6 }], label: RECIPE.label,
      transactions: { before: "2011-12-10", key: "id", time: "day", amount: "paid", unit: "GBP", windows: [{ name: "spent", measure: "monetary", days: 90 }] },
    };
    const plain = (name: string) => plainFeed(name, { path: join(folder, name), delimiter: ",", quote: "\"" });
    const result = await importFrom({ open: () => ({ rows: plain("rows.csv"), transactions: plain("bought.csv") }), keyColumn: null, words: CHARTER_WORDS, settings: { ...SETTINGS, deletions: tombstones } }, { recipe, rowsMin: 1, rowsMax: 10 }, () => Promise.resolve(null));
    if (result.kind === "refused") throw new Error(JSON.stringify(result.problems));
    expect([...result.rows.x]).toEqual([18]);
    expect(result.notes.map(({ code, column, count }) => [code, column, count])).toEqual([["DATA_DELETED", "id", 1], ["DATA_DELETED", "id of the purchases", 2]]);
  });

  test("keeps a training from a feed that does not say whose rows it holds", async () => {
    const { path, desk, tombstones } = deletionPlace();
    await desk.remove([ZOE]);
    expect(await read(path, tombstones, null)).toMatchObject({ kind: "refused", problems: [{ code: "DATA_FEED", rule: expect.stringContaining("no key column"), fix: expect.stringContaining("rows.key") }] });
  });

  test("is removed once, however often it is asked, and keeps the receipt of the first time", async () => {
    const { desk, tombstones, clock } = deletionPlace();
    const [first] = await desk.remove([ZOE, ZOE]);
    clock.nowMs += 86_400_000;
    const [again] = await desk.remove([ZOE]);
    expect([first?.isNew, again?.isNew, again?.receipt]).toEqual([true, false, first?.receipt]);
    expect([tombstones.count(), desk.receipts().length]).toEqual([1, 1]);
  });

  test("is not removed where the node does not know whose rows are whose, or knows a column that is not there", async () => {
    const unset = deletionPlace({ keyColumn: null });
    await expect(unset.desk.remove([ZOE])).rejects.toMatchObject({ code: "DATA_KEY_UNSET", fix: expect.stringContaining("rows.key") });
    const wrong = deletionPlace({ keyColumn: "customer" });
    await expect(wrong.desk.remove([ZOE])).rejects.toMatchObject({ code: "DATA_COLUMN_MISSING" });
    await expect(deletionPlace().desk.remove([""])).rejects.toMatchObject({ code: "REQUEST_KEYS" });
    expect([unset.tombstones.count(), wrong.tombstones.count()]).toEqual([0, 0]);
  });

  test("is removed also while her rows cannot be read, and also if no row has her key yet", async () => {
    const { desk, path, tombstones } = deletionPlace();
    expect((await desk.remove(["not there yet"]))[0]?.receipt).toMatchObject({ rowsNow: 0 });
    rmSync(path);
    expect((await desk.remove([ZOE]))[0]?.receipt).toMatchObject({ rowsNow: null });
    expect(tombstones.count()).toBe(2);
  });
});

describe("a receipt", () => {
  test("is verified offline with the node's key, and not once anything in it was changed, nor with another key", async () => {
    const { desk } = deletionPlace({ exact: ["tiny"] });
    const [made] = await desk.remove([ZOE]);
    const receipt = made?.receipt;
    if (receipt === undefined) throw new Error("somebody was removed");
    const { publicKey } = signerOf(SELF);
    expect(checkDocument(receipt, "deletion-receipt", publicKey)).toMatchObject({ kind: "good" });
    expect(receipt).toMatchObject({ party: SELF, at: "2026-12-15T10:00:00.000Z", keyColumn: "id", rowsNow: 1, exactUnder: ["tiny"], log: { size: 17 } });
    expect(JSON.stringify(receipt)).toContain("source files and databases were not changed");
    expect(JSON.stringify(receipt["warnings"])).toContain("subtract them");
    for (const member of Object.keys(receipt).filter((name) => name !== "sig")) {
      const changed = { ...receipt, [member]: member === "v" ? 2 : member === "kind" ? "evidence-report" : "other" };
      expect([member, checkDocument(changed, "deletion-receipt", publicKey).kind]).not.toEqual([member, "good"]);
    }
    expect(checkDocument(receipt, "deletion-receipt", signerOf(MILL).publicKey)).toMatchObject({ kind: "stranger" });
    expect(checkDocument({ ...receipt, sig: "A".repeat(86) + "==" }, "deletion-receipt", publicKey)).toMatchObject({ kind: "changed" });
  });

  test("warns of differences only where sums are exact", async () => {
    expect((await deletionPlace().desk.remove([ZOE]))[0]?.receipt).toMatchObject({ warnings: [], exactUnder: [] });
  });

  test("names what this node's rows went into before, and marks it; a session after it is not marked", async () => {
    const { desk, database, clock } = deletionPlace();
    const release = database.prepare("INSERT INTO releases VALUES (?, 1, ?, 'moments', 'm', 'r', 1, 8, '/x')");
    release.run(SESSION, "cc".repeat(32));
    const [made] = await desk.remove([ZOE]);
    release.run("aa".repeat(16), "cc".repeat(32));
    expect(made?.receipt).toMatchObject({ madeBefore: [{ session: SESSION, charter: "cc".repeat(32), model: null, answer: null }] });
    clock.nowMs += 1_000;
    expect([desk.marksOf(SESSION), desk.marksOf("aa".repeat(16))]).toEqual([[NOW_MS], []]);
  });
});

test("no key stands in the database, its journal, or a receipt; the same search finds it in the company's own file; control", async () => {
  const { desk, folder, path, database } = deletionPlace();
  await desk.remove(PEOPLE);
  database.exec("PRAGMA wal_checkpoint(FULL)");
  const holding = (file: string) => PEOPLE.filter((key) => [Buffer.from(key), Buffer.from(key, "utf16le"), Buffer.from(Buffer.from(key).toString("base64")), Buffer.from(Buffer.from(key).toString("hex"))].some((needle) => readFileSync(file).includes(needle)));
  const files = readdirSync(folder).map((name) => join(folder, name));
  expect(files.filter((file) => file !== path && holding(file).length > 0)).toEqual([]);
  expect(files.length).toBeGreaterThan(1);
  expect(holding(path)).toEqual([...PEOPLE]);
  expect(PEOPLE.some((key) => JSON.stringify(desk.receipts()).includes(key))).toBe(false);
});

test("a training that had read the rows releases nothing more from them, and says nothing of whom", async () => {
  const { tombstones, desk } = deletionPlace();
  const stage = place(ROWS_TEXT.replaceAll(",", ";"), undefined, null, { settings: { ...SETTINGS, deletions: tombstones } });
  const work = stage.work();
  // The training's own rows have no key setting; before anybody is removed that does not matter.
  expect(await work.resultOf(admit)).toMatchObject({ kind: "admitted" });
  expect(await work.resultOf(contribution)).toMatchObject({ kind: "contributed", round: 1 });
  await desk.remove([ZOE]);
  expect(await work.resultOf({ ...contribution, round: 2 })).toMatchObject({ kind: "refused", code: "DATA_CHANGED" });
  expect(stage.logger.lines.join()).not.toContain("unmistakable");
});
