import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { packed, unpack } from "../../../src/data/recipe/packed-words.js";
import { Duck } from "./duck-table.js";

const list = fc.integer({ min: 1, max: 1_001 });

test("digits come apart as they were put together, also the largest and the refused, in as few numbers as hold them", async () => {
  const duck = await Duck.open();
  await fc.assert(fc.asyncProperty(fc.array(list, { minLength: 1, maxLength: 24 }), fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })), async (sizes, dice) => {
    const draw = () => dice.next().value as number;
    const rows = Array.from({ length: 5 }, (_, row) => sizes.map((places) => (row === 0 ? places - 1 : row === 1 ? -1 : Math.floor(draw() * (places + 1)) - 1)));
    const table = await duck.table(Object.fromEntries(sizes.map((_, i) => [`c${i}`, { type: "double", values: rows.map((places) => places[i] ?? -1) }])));
    const packs = packed(sizes.map((places, i) => ({ sql: `c${i}`, places })));
    const to = sizes.map(() => new Int32Array(7));
    let faults = 0;
    const answer = await table.query(`SELECT ${packs.map(({ sql }, k) => `${sql} AS p${k}`).join(", ")} FROM ${table.relation}`);
    packs.forEach((pack, k) => {
      const column = answer.columns[k];
      if (column?.kind !== "numbers") throw new Error("packs are numbers");
      faults += unpack(column.values, pack, to, 1);
    });
    expect(to.map((column) => [...column.subarray(1, 6)])).toEqual(sizes.map((_, i) => rows.map((places) => places[i])));
    expect(faults).toBe(rows.flat().filter((place) => place < 0).length);
    expect(packs.flatMap(({ columns }) => columns)).toEqual(sizes.map((_, i) => i));
    expect(packs.length).toBeLessThanOrEqual(Math.ceil(sizes.length / 5));
  }), { numRuns: 60 });
});

test("ten lists of eight words and a label are one number", () => {
  expect(packed([...Array.from({ length: 10 }, (_, i) => ({ sql: `w${i}`, places: 8 })), { sql: "y", places: 2 }])).toHaveLength(1);
});
