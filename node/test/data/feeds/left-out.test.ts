import { expect, test } from "@jest/globals";
import { join } from "node:path";
import { Secret } from "@cohortium/crypto/secret";
import { numbersOf, textsOf } from "../../../src/data/sql/feed-table.js";
import type { Subjects } from "../../../src/data/feeds/left-out.js";
import { withFeed } from "../../../src/data/feeds/with-feed.js";
import { openNodeDatabase } from "../../../src/database.js";
import { Tombstones } from "../../../src/deletion/tombstones.js";
import { feed, files, place, SETTINGS, written } from "./stage.js";

const PEOPLE: Subjects = { kind: "people", keyColumn: "id", consents: [] };
const CSV_TEXT = "id,spent,agreed\nann,1,yes\nbob,2,no\ncy,4,yes\nann,8,yes\n,16,\n";

function tombstones(...keys: readonly string[]): Tombstones {
  const made = new Tombstones(openNodeDatabase(":memory:"), new Secret(new Uint8Array(32).fill(7)));
  keys.forEach((key, i) => made.keep(made.tokenOf(key), { atMs: i, receipt: String(i) }));
  return made;
}

const opened = (path: string, subjects: Subjects | undefined, deletions: Tombstones | undefined, plain = false) => {
  const source = plain ? { kind: "plain", path, delimiter: ",", quote: "\"" } as const : files(path);
  return withFeed({ ...feed(files(path)), source, ...(subjects === undefined ? {} : { subjects }) }, { ...SETTINGS, ...(deletions === undefined ? {} : { deletions }) }, async (table) => ({
    rows: table.rows, leftOut: table.leftOut, digest: await table.digest(), places: table.places,
    sum: numbersOf(await table.query(`SELECT CAST(coalesce(sum(CAST(spent AS DOUBLE)), 0) AS DOUBLE) AS s, CAST(count(*) AS DOUBLE) AS n FROM ${table.relation}`), "s")[0],
    columns: table.columns.map(({ name }) => name), ids: textsOf(await table.query(`SELECT CAST(id AS VARCHAR) AS id FROM ${table.relation}`), "id"),
  }));
};

const csv = () => join(place({ "a.csv": CSV_TEXT }), "a.csv");

test.each([["a feed", false], ["a plain file", true]])("every row of a removed person is gone from %s, a sum differs by exactly hers, and the rest stay in order", async (_, plain) => {
  const [before, after] = [await opened(csv(), PEOPLE, tombstones(), plain), await opened(csv(), PEOPLE, tombstones("ann"), plain)];
  expect([before.sum, before.rows, before.leftOut]).toEqual([31, 5, []]);
  expect([after.sum, after.rows, after.leftOut]).toEqual([31 - 9, 3, [{ because: "deleted", column: "id", rows: 2 }]]);
  expect(after.ids).toEqual(["bob", "cy", plain ? null : null]);
  expect(after.columns).toEqual(before.columns);
  expect(after.places.leftOutPlaces).toEqual([1, 4]);
  expect(after.digest).not.toBe(before.digest);
});

test("the digest of what remains is that of a source without the rows", async () => {
  const without = join(place({ "a.csv": "id,spent,agreed\nbob,2,no\ncy,4,yes\n,16,\n" }), "a.csv");
  expect((await opened(csv(), PEOPLE, tombstones("ann"))).digest).toBe((await opened(without, PEOPLE, tombstones())).digest);
});

test("who was never in the feed takes nothing out, nor does a key under another secret; control", async () => {
  expect((await opened(csv(), PEOPLE, tombstones("dora"))).rows).toBe(5);
  const other = new Tombstones(openNodeDatabase(":memory:"), new Secret(new Uint8Array(32).fill(8)));
  const mine = tombstones("ann");
  other.keep(mine.tokenOf("ann"), { atMs: 1, receipt: "r" });
  expect((await opened(csv(), PEOPLE, other)).rows).toBe(5);
});

test("a key that is a number is known by its digits", async () => {
  const path = join(place({}), "n.parquet");
  await written(`COPY (SELECT CAST(i AS BIGINT) AS id, i AS spent, 'yes' AS agreed FROM range(40, 45) AS t(i)) TO '${path}' (FORMAT parquet)`);
  const source = { kind: "files", path, reading: { format: "parquet" } } as const;
  const rows = await withFeed({ ...feed(source), subjects: PEOPLE }, { ...SETTINGS, deletions: tombstones("42") }, (table) => Promise.resolve(table.rows));
  expect(rows).toBe(4);
});

test("who did not agree, or did not say, is left out, and counted apart from who was removed", async () => {
  const consents = [{ column: "agreed", granted: ["yes"] }];
  const { rows, leftOut, ids } = await opened(csv(), { ...PEOPLE, consents }, tombstones("cy"));
  expect([rows, ids]).toEqual([2, ["ann", "ann"]]);
  expect(leftOut).toEqual([{ because: "deleted", column: "id", rows: 1 }, { because: "no-consent", column: "agreed", rows: 2 }]);
});

test.each([
  ["whose key nobody named", { ...PEOPLE, keyColumn: null }, "no key column"],
  ["of which nobody said whose rows it holds", undefined, "no key column"],
  ["whose key column is not there", { ...PEOPLE, keyColumn: "customer" }, "no column customer"],
] as const)("once somebody was removed, a feed %s is not opened", async (_, subjects, says) => {
  await expect(opened(csv(), subjects, tombstones("ann"))).rejects.toMatchObject({ code: "DATA_DELETED", detail: expect.stringContaining(says) });
  if (subjects?.keyColumn !== "customer") expect((await opened(csv(), subjects, tombstones())).rows).toBe(5);
});

test("a column of consent that is not there refuses the feed, whether anybody was removed or not", async () => {
  await expect(opened(csv(), { ...PEOPLE, consents: [{ column: "optin", granted: ["yes"] }] }, undefined)).rejects.toMatchObject({ code: "DATA_CONSENT" });
});

test("a file that all companies share stays whole: its digest is in the charter", async () => {
  expect((await opened(csv(), { kind: "common" }, tombstones("ann"))).rows).toBe(5);
});
