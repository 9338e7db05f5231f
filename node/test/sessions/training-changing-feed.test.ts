import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { SESSION } from "../stage.js";
import { CHARTER_WORDS } from "../../src/data/recipe/own-words.js";
import { type Feed } from "../../src/rows/session-rows.js";

import { admit, contribution, place, ROWS } from "./training-stage.js";

/** A feed that was added, over the folder's own `feed.csv`. */
const added = (write: { path: string }): Partial<Feed> => ({
  named: { open: () => ({ rows: { name: "orders", source: { kind: "files", path: write.path, reading: { format: "csv", delimiter: ";", quote: "\"", encoding: "utf-8", nulls: [] } }, types: {} }, transactions: null }) },
});

describe("a feed that changes", () => {
  test.each(["a plain file", "a feed that was added"])("between recipe and gate is judged as it was read, as %s", async (what) => {
    const file = { path: join(scratchFolder(), "feed.csv") };
    const first = () => writeFileSync(file.path, ROWS);
    first();
    // The gate asks for its contract after the rows were read: here the file changes under it, to rows that no charter would take.
    const gate = { contract: () => { writeFileSync(file.path, "age;job;answer\n1;sailor;perhaps\n"); return null; }, folder: null };
    const rows = { path: file.path, delimiter: ";", quote: '"', keyColumn: null };
    const { work, egress } = place(ROWS, CHARTER_WORDS, null, { rows, gate, ...(what === "a plain file" ? {} : added(file)) });
    expect(await work().resultOf(admit)).toMatchObject({ kind: "admitted", data: { quality: { rows: 40 } } });
    expect(await work().resultOf(contribution)).toMatchObject({ kind: "refused", code: "DATA_CHANGED" });
    first();
    expect(await work().resultOf(contribution)).toMatchObject({ kind: "contributed" });
    expect(egress.ledger.rowsOf(SESSION)).toMatch(/^[0-9a-f]{64}$/);
  });

  test("between two rounds is not seen by the process that read it, and refused by the one that comes after a crash", async () => {
    const file = { path: join(scratchFolder(), "feed.csv") };
    writeFileSync(file.path, ROWS);
    const { work } = place(ROWS, CHARTER_WORDS, null, added(file));
    const first = work();
    await first.resultOf(admit);
    writeFileSync(file.path, ROWS.replace("20;student;yes", "21;student;yes"));
    const answered = await first.resultOf(contribution);
    expect(answered).toMatchObject({ kind: "contributed" });
    expect(await work().resultOf({ ...contribution, round: 2 })).toMatchObject({ kind: "refused", code: "DATA_CHANGED" });
    // The same rows in another order are the same table; a feed has no order of its own.
    const [header = "", ...lines] = ROWS.split("\n");
    writeFileSync(file.path, [header, ...lines.reverse()].join("\n"));
    expect(await work().resultOf(contribution)).toEqual(answered);
  });

  test("and cannot be read by the process that comes after a crash is refused as one that changed; this node's own log says why", async () => {
    const { work, write, logger } = place();
    await work().resultOf(admit);
    write("no rows at all");
    const quiet = logger.lines.length;
    expect(await work().resultOf(contribution)).toMatchObject({ kind: "refused", code: "DATA_CHANGED" });
    expect(logger.lines.slice(quiet).join("\n")).toContain("DATA_COLUMN_MISSING");
    // Control: of rows that can be read and are others, nothing else is said.
    write(ROWS.replace("20;student;yes", "21;student;yes"));
    const told = logger.lines.length;
    expect(await work().resultOf(contribution)).toMatchObject({ kind: "refused", code: "DATA_CHANGED" });
    expect(logger.lines.slice(told)).toEqual([]);
  });

  test("after its rows were pinned and before they were stated is refused, so that what is stated is what is trained on", async () => {
    const { work, write } = place();
    await work().resultOf(admit);
    write(ROWS.replace("20;student;yes", "21;student;yes"));
    expect(await work().resultOf(admit)).toMatchObject({ kind: "refused", code: "DATA_CHANGED" });
  });
});
