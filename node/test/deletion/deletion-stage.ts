import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Secret } from "@cohortium/crypto/secret";
import { plainFeed } from "../../src/data/import-rows.js";
import { countKeys } from "../../src/deletion/count-keys.js";
import { DeletionDesk } from "../../src/deletion/deletion-desk.js";
import { Tombstones } from "../../src/deletion/tombstones.js";
import { openNodeDatabase } from "../../src/database.js";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { SETTINGS } from "../data/feeds/stage.js";
import { NOW_MS, SELF, signerOf } from "../stage.js";

/** People nobody else is called like, so that a search for them means something. */
export const PEOPLE = ["zoë-unmistakable-0041", "quentin-unmistakable-0042", "xenia-unmistakable-0043"] as const;

export const ROWS_TEXT = ["id,age,job,answer", ...PEOPLE.map((id, i) => `${id},${31 + i * 10},student,yes`), ...Array.from({ length: 40 }, (_, i) => `c${i},${20 + i},${i % 3 === 0 ? "student" : "clerk"},${i % 2 === 0 ? "yes" : "no"}`)].join("\n");

/** A node's folder with a database in a file, and the desk over it. */
export const deletionPlace = (more: { keyColumn?: string | null; text?: string; exact?: readonly string[] } = {}) => {
  const folder = scratchFolder();
  const path = join(folder, "rows.csv");
  writeFileSync(path, more.text ?? ROWS_TEXT);
  const file = join(folder, "node.db");
  const database = openNodeDatabase(file);
  const tombstones = new Tombstones(database, new Secret(new Uint8Array(32).fill(5)));
  const clock = { nowMs: NOW_MS };
  const keyColumn = more.keyColumn === undefined ? "id" : more.keyColumn;
  const desk = new DeletionDesk({
    self: SELF, signer: signerOf(SELF), database, tombstones, keyColumn, nowMs: () => clock.nowMs,
    count: async (keys) => ({ rows: await countKeys({ open: () => plainFeed("rows", { path, delimiter: ",", quote: "\"" }), keyColumn: keyColumn ?? "" }, keys, SETTINGS), purchases: null }),
    exactCharters: () => more.exact ?? [], log: () => ({ size: 17, checkpoint: "log.example\n17\n" }),
  });
  return { folder, path, database, tombstones, desk, clock };
};
