import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crash, foundTiny, NO_STEPS, processLog, reconfigure, untilTrue, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";
import { csvOf, TINY_COLUMNS, tinyRows } from "./tiny-data.js";
import { filesHolding, filesUnder, needlesOf } from "./traces-of-values.js";

const NAMES = ["alder", "birch", "cedar"];
const COLUMNS = ["id", ...TINY_COLUMNS] as const;
type Column = (typeof COLUMNS)[number];

/** A value that stands in a bad cell and must stand nowhere else. */
const CANARY = "canary-4471-of-cedar";
const NEEDLES = [...needlesOf(CANARY), ...needlesOf("44710.815")];

let tiny: TinyConsortium;
let charter: string;

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  reconfigure(tiny.consortium.node("cedar"), (yaml) => yaml.replace("delimiter: \";\"", "delimiter: \";\", key: id"));
  bring(goodRows());
  await tiny.consortium.enrol(NO_STEPS);
  charter = await tiny.consortium.agree(tinyDraft(NAMES));
});
afterEach(() => bring(goodRows()));
afterAll(async () => tiny.end());

describe("rows that do not fit the charter", () => {
  test.each<{ readonly what: string; readonly clause: string; readonly bad: () => void }>([
    { what: "no number", clause: "DATA_NOT_A_NUMBER age", bad: () => bring(goodRows({ age: CANARY })) },
    { what: "NaN", clause: "DATA_NOT_A_NUMBER visits", bad: () => bring(goodRows({ visits: "NaN" })) },
    { what: "an empty number", clause: "DATA_NOT_A_NUMBER visits", bad: () => bring(goodRows({ visits: "" })) },
    { what: "a number out of bounds", clause: "DATA_OUT_OF_BOUNDS age", bad: () => bring(goodRows({ age: "44710.815" })) },
    { what: "an unknown category", clause: "DATA_UNKNOWN_CATEGORY region", bad: () => bring(goodRows({ region: CANARY })) },
    { what: "a wrong label", clause: "DATA_WRONG_LABEL bought", bad: () => bring(goodRows({ bought: CANARY })) },
    { what: "a key twice", clause: "DATA_DUPLICATE_KEY id", bad: () => bring([...goodRows({ id: CANARY }), ...goodRows({ id: CANARY }).slice(7, 8)]) },
    { what: "a missing column", clause: "DATA_COLUMN_MISSING age", bad: () => bring(goodRows(), ["id", CANARY, "visits", "region", "bought"]) },
    { what: "a line with a field too many", clause: "DATA_MALFORMED", bad: () => bring([...goodRows(), ["x9", "41", "7", "north", "yes", CANARY]]) },
    { what: "a quote that never ends", clause: "DATA_", bad: () => bring([...goodRows(), ["x9", `"${CANARY}`, "7", "north", "yes"]]) },
    { what: "bytes that are no UTF-8", clause: "DATA_", bad: () => writeFileSync(file(), Buffer.concat([Buffer.from(csvOf(goodRows(), COLUMNS)), Buffer.from(`x9;41;7;${CANARY}\xe9;yes\n`, "latin1")])) },
    { what: "too few rows", clause: "DATA_TOO_FEW_ROWS", bad: () => bring(goodRows().slice(0, 49)) },
    { what: "a header alone", clause: "DATA_EMPTY", bad: () => bring([]) },
    { what: "an empty file", clause: "DATA_EMPTY", bad: () => writeFileSync(file(), "") },
    { what: "no file", clause: "DATA_FILE_MISSING", bad: () => rmSync(file()) },
  ])("$what: the training ends with the party and $clause, and the value stays where it was", async ({ clause, bad }) => {
    bad();
    const linesBefore = processLog(tiny.consortium.node("cedar")).length;
    const view = await tiny.consortium.follow(await tiny.consortium.launch(charter), () => undefined);
    const [code = "", column = ""] = clause.split(" ");

    expect(view).toMatchObject({ state: "aborted", model: null, fault: { code: "NODE_REFUSED", says: expect.stringContaining(`cedar refused with DATA_REFUSED (${clause}`) } });
    const ownWords = processLog(tiny.consortium.node("cedar")).slice(linesBefore);
    expect(ownWords).toContain(code);
    expect(ownWords).toContain(column);
    expect(filesHolding(placesWithoutRows(), NEEDLES)).toEqual([]);
  });

  test("rows that break the company's own contract end it with the rule alone; the company's log says what would pass", async () => {
    const node = tiny.consortium.node("cedar");
    const contract = join(node.folder, "contracts", "rows.odcs.yaml");
    mkdirSync(join(node.folder, "contracts"));
    writeFileSync(contract, "apiVersion: v3.1.0\nkind: DataContract\nid: cedar\nversion: \"1\"\nstatus: active\nschema:\n  - name: rows\n    properties:\n      - { name: id, logicalType: string, quality: [{ metric: invalidValues, arguments: { pattern: \"^never$\" }, mustBe: 0 }] }\n");
    const linesBefore = processLog(node).length;
    try {
      const view = await tiny.consortium.follow(await tiny.consortium.launch(charter), () => undefined);
      expect(view).toMatchObject({ state: "aborted", fault: { code: "NODE_REFUSED", says: expect.stringContaining("cedar refused with DATA_REFUSED (QUALITY_INVALID)") } });
      expect(processLog(node).slice(linesBefore)).toMatch(/id: \d+ of \d+ rows .* are not valid; asked: exactly 0 rows \(contract [^)]*\); would pass/);
    } finally {
      rmSync(contract);
    }
  });

  test("the search for values finds them where they are; control", () => {
    bring(goodRows({ region: CANARY, age: "44710.815" }));
    expect(filesHolding([tiny.folder], NEEDLES)).toEqual([`${file()}: ${CANARY}`, `${file()}: 44710.815`]);
    expect(placesWithoutRows().flatMap(filesUnder).length).toBeGreaterThan(20);
  });

  test("once the file is mended, the next training gives a model", async () => {
    expect(await tiny.consortium.follow(await tiny.consortium.launch(charter), () => undefined)).toMatchObject({ state: "done" });
  });

  test("rows that change while a node is down in the middle of a training end it, because half of it was answered from others", async () => {
    const { consortium } = tiny;
    const session = await consortium.launch(charter);
    await untilTrue("a few rounds are over", async () => (await consortium.view(session)).round >= 2);
    bring(goodRows({ age: "55" }));
    await crash(consortium.node("cedar"));
    expect(await consortium.follow(session, () => undefined)).toMatchObject({ state: "aborted", fault: { code: "NODE_REFUSED", says: expect.stringContaining("cedar refused with DATA_CHANGED") } });
  });
});

const file = () => tiny.rowsFile("cedar");

/** Everything but the companies' own data. */
function placesWithoutRows(): readonly string[] {
  return ["coordinator", ...NAMES].map((name) => join(tiny.folder, name));
}

function bring(rows: readonly (readonly string[])[], columns: readonly string[] = COLUMNS): void {
  writeFileSync(file(), csvOf(rows, columns));
}

/** Fine but for the cells of `change`, which stand in the eighth row. */
function goodRows(change: Partial<Record<Column, string>> = {}): readonly (readonly string[])[] {
  return tinyRows(3).map((row, i) => {
    const cells = [`c${i}`, ...row];
    return i === 7 ? cells.map((cell, at) => change[COLUMNS[at] ?? "id"] ?? cell) : cells;
  });
}
