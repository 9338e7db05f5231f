import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { parseDigest } from "@cohortium/protocol/session/ids";
import { importCommon, shareOfCommon, splitOwn } from "../../src/data/holdout.js";
import { NO_NODE } from "../../src/data/import-rows.js";
import { localRows, takeRows, type LocalRows } from "../../src/data/local-rows.js";

const FOLDER = mkdtempSync(join(tmpdir(), "cohortium-holdout-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

function numbered(rows: number): LocalRows {
  return localRows(Float64Array.from({ length: rows }, (_, row) => row + 20), [Int32Array.from({ length: rows }, (_, row) => row % 3)], Uint8Array.from({ length: rows }, (_, row) => row % 2));
}

test("every row is trained on or held out, never both", () => {
  const { train, held } = splitOwn(numbered(500), 0.2);
  expect([...train.x, ...held.x].sort((a, b) => a - b)).toEqual([...numbered(500).x]);
});

test("about the charter's share is held out, the same rows each time", () => {
  const once = splitOwn(numbered(5_000), 0.2);
  expect(once.held.rows).toBeGreaterThan(900);
  expect(once.held.rows).toBeLessThan(1_100);
  expect(splitOwn(numbered(5_000), 0.2).held.digest).toBe(once.held.digest);
});

test("a larger share holds out the same rows and more", () => {
  const [fifth, third] = [0.2, 0.33].map((share) => new Set(splitOwn(numbered(500), share).held.x));
  if (fifth === undefined || third === undefined) throw new Error("two splits");
  expect([...fifth].every((row) => third.has(row))).toBe(true);
  expect(third.size).toBeGreaterThan(fifth.size);
});

test("together the parties answer for every common row once", () => {
  const shares = [0, 1, 2].map((index) => shareOfCommon(numbered(11), 3, index));
  expect(shares.map(({ rows }) => rows)).toEqual([4, 4, 3]);
  expect([...(shares[1]?.x ?? [])]).toEqual([21, 24, 27, 30]);
  expect(shares.flatMap(({ x }) => [...x]).sort((a, b) => a - b)).toEqual([...numbered(11).x]);
});

test("taken rows keep all their columns together", () => {
  const taken = takeRows(numbered(9), [7, 2]);
  expect(taken).toMatchObject({ rows: 2, x: Float64Array.of(27, 22), categories: [Int32Array.of(1, 2)], y: Uint8Array.of(1, 0) });
  expect(taken.digest).toBe(localRows(Float64Array.of(27, 22), [Int32Array.of(1, 2)], Uint8Array.of(1, 0)).digest);
});

test("the same rows in another order are the same set, and another list", () => {
  const [rows, turned] = [numbered(9), takeRows(numbered(9), [4, 8, 0, 2, 6, 1, 3, 5, 7])];
  expect([turned.setDigest === rows.setDigest, turned.digest === rows.digest]).toEqual([true, false]);
});

test("a set of rows knows how often each stands in it, and what belongs to whom", () => {
  const set = (indices: readonly number[]) => takeRows(numbered(9), indices).setDigest;
  expect(new Set([set([1, 2]), set([1]), set([1, 1, 2]), set([1, 2, 2]), set([1, 3]), set([])])).toHaveProperty("size", 6);
  const swapped = localRows(Float64Array.of(27, 22), [Int32Array.of(2, 1)], Uint8Array.of(1, 0));
  expect(swapped.setDigest).not.toBe(set([7, 2]));
});

test("columns of different lengths are our own mistake", () => {
  expect(() => localRows(Float64Array.of(3, 4, 5), [], Uint8Array.of(1, 0))).toThrow(RangeError);
  expect(() => localRows(Float64Array.of(3, 4), [Int32Array.of(2)], Uint8Array.of(1, 0))).toThrow(RangeError);
});

test("the common file must be the charter's, byte for byte", async () => {
  const content = "age;y\n30;no\n41;yes\n";
  const path = join(FOLDER, "holdout.csv");
  const source = { path, delimiter: ";", quote: '"', keyColumn: null };
  const terms = { recipe: { features: [{ kind: "numeric", name: "age", unit: "years", min: 17, max: 99 }], label: { name: "y", positive: "yes", negative: "no" } }, rowsMin: 2, rowsMax: 5 } as const;
  const digest = parseDigest(createHash("sha256").update(content).digest("hex"));

  expect(await importCommon(source, { ...terms, digest }, NO_NODE)).toMatchObject({ kind: "refused", problems: [{ code: "DATA_FILE_MISSING" }] });
  writeFileSync(path, content);
  expect(await importCommon(source, { ...terms, digest }, NO_NODE)).toMatchObject({ kind: "rows", rows: { rows: 2 } });
  writeFileSync(path, content.replace("41", "42"));
  expect(await importCommon(source, { ...terms, digest }, NO_NODE)).toMatchObject({ kind: "refused", problems: [{ code: "DATA_HOLDOUT_OTHER" }] });
});
