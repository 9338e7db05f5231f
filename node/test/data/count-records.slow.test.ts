import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { countRecords } from "../../src/data/count-records.js";
import { feed, files, place, SETTINGS } from "./feeds/stage.js";
import { withFeed } from "../../src/data/feeds/with-feed.js";

const counted = (text: string, fields = 2, delimiter = ",") => countRecords({ path: join(place({ "a.csv": text }), "a.csv"), delimiter, quote: '"' }, fields);

describe("records of a CSV file", () => {
  test.each([
    ["end in line feeds, the last in none", "x,y\n1,2\n3,4", 3, 1], ["end in both, behind a byte order mark", "\uFEFF\"x\",y\r\n1,2\r\n", 2, 1], ["end in carriage returns", "x,y\r1,2\r3,4\r", 3, 1],
    ["end in two ways", "x,y\n1,2\r\n3,4\n", 3, 2], ["end in three ways", "x,y\n1,2\r\n3,4\r", 3, 3], ["hold breaks and quotes in quotes", "x,y\n\"1\n\"\"\n\"\"\",\"2\r\n\"\n3,4\n", 3, 1],
    ["have empty lines between", "x,y\n\n1,2\n\n\n3,4\n\n", 3, 1], ["have quotes within a field, which are none", "x,y\n1,2\"\n3,a\"b\"\n", 3, 1], ["have spaces around quotes", "x,y\n1, \"2\n3\" \n4,5\n", 3, 1],
    ["are none", "", 0, 0],
  ])("%s", async (_, text, records, endings) => expect(await counted(text)).toEqual({ records, endings }));

  test("of one field are empty where a line is", async () => expect(await counted("x\n1\n\n2\n", 1)).toEqual({ records: 4, endings: 1 }));
  test("are divided by any character", async () => expect(await counted("x¦y\n1¦\"2\n3\"\n", 2, "¦")).toEqual({ records: 2, endings: 1 }));

  test("are as many as the engine reads, or else the file is refused", () => fc.assert(fc.asyncProperty(
    fc.array(fc.tuple(cell(), cell()), { minLength: 1, maxLength: 12 }), fc.constantFrom("\n", "\r\n"),
    async (rows, end) => {
      const text = [["x", "y"], ...rows].map((row) => row.join(",")).join(end);
      const read = await withFeed(feed(files(join(place({ "a.csv": text }), "a.csv")), { x: "text", y: "text" }), SETTINGS, (table) => Promise.resolve(table.rows)).catch((error: { code: string }) => error.code);
      expect(read === "DATA_MALFORMED" || read === "DATA_LINE_ENDS" || read === rows.length).toBe(true);
    }), { numRuns: 60 }));
});

/** Fields as careful and careless programs write them. */
function cell(): fc.Arbitrary<string> {
  return fc.oneof(fc.constantFrom("1", "ab", "", " ", "a\"b", "\"\"", "\" \"", "\"a\"b", "\"a\" ", " \"a\"", "a b"), fc.string({ unit: fc.constantFrom("a", " ", "\"\"", "\n", "\r\n", ","), maxLength: 5 }).map((text) => `"${text}"`));
}
