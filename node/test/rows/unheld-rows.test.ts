import { describe, expect, test } from "@jest/globals";
import type { Columns } from "@cohortium/protocol/charter/recipe";
import { unheldRows } from "../../src/rows/unheld-rows.js";
import { CHARTER } from "../stage.js";
import { NOISY } from "../sessions/statistic-stage.js";

const feed = (keyColumn: string | null) => ({ rows: { path: "rows.csv", delimiter: ";", quote: "\"", keyColumn } });
const ALONE: Columns = { features: [] };
const JOINED: Columns = { features: [], transactions: { key: "customer", day: "day", amount: "amount", windows: [] } as unknown as NonNullable<Columns["transactions"]> };

describe("rows that nothing holds to one per person", () => {
  test("are told of under noise: why, what it means, whose side, what to do", () => {
    expect(unheldRows(feed(null), NOISY, [ALONE])).toEqual({
      code: "DATA_KEY_UNSET",
      because: "this node's rows are not held to one per person: rows.key is not set in node.yaml",
      means: "noise covers one row: a person in k rows is protected k² times less, in ten rows 100 times",
      side: "yours: the settings of this node",
      fix: "name the column that says who a row is about, as rows: { key: COLUMN } in node.yaml (export one if there is none); start the node again",
    });
  });

  test("are nobody's business where the settings name a key, and under exact sums, which promise no row anything; controls", () => {
    expect([unheldRows(feed("id"), NOISY, [ALONE]), unheldRows(feed(null), CHARTER, [ALONE])]).toEqual([null, null]);
  });

  test("are held by the key that joins purchases to them, if every recipe joins them", () => {
    expect(unheldRows(feed(null), NOISY, [JOINED])).toBeNull();
    expect(unheldRows(feed(null), NOISY, [JOINED, ALONE])).not.toBeNull();
  });
});
