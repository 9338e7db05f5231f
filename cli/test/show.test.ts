import { describe, expect, test } from "@jest/globals";
import { bytes, count, duration, percent, signed } from "../src/text/amounts.js";
import { paintFor } from "../src/text/paint.js";
import { plainLine, plainText } from "../src/text/plain.js";
import { facts, table } from "../src/text/table.js";

const PLAIN = paintFor(false, false, {});
const PAINTED = paintFor(true, false, {});

describe("a table", () => {
  const columns = [{ head: "party" }, { head: "rows", right: true }];

  test("lines up, also under colours and wide characters", () => {
    const rows = [["海港银行", "1,234"], [PAINTED.good("mill"), "9"]];
    expect(table(columns, rows, { paint: PLAIN, empty: "" })).toBe(`party      rows\n海港银行  1,234\n${PAINTED.good("mill")}          9`);
  });

  test("without rows says what is missing instead of a head over nothing", () => {
    expect(table(columns, [], { paint: PLAIN, empty: "nobody yet" })).toBe("nobody yet");
  });

  test("of facts lines up the values", () => {
    expect(facts([["party", "harbour"], ["log key", "x"]])).toBe("party    harbour\nlog key  x");
  });
});

describe("amounts", () => {
  test.each([[0, "0 s"], [59.6, "1 min 0 s"], [185, "3 min 5 s"], [7_260, "2 h 1 min"], [273_600, "3 d 4 h"], [-5, "0 s"]])("%d seconds are %s", (seconds, says) => {
    expect(duration(seconds)).toBe(says);
  });

  test.each([[99_999, "99,999 bytes"], [100_000, "100 kB"], [9_999_000, "9,999 kB"], [10_000_000, "10 MB"]])("%d bytes are %s", (value, says) => {
    expect(bytes(value)).toBe(says);
  });

  test("carry their sign and their rounding", () => {
    expect([signed(-0.00004), signed(2), count(412.5), percent(0.4316)]).toEqual(["-0.0000", "+2.0000", "413", "43.2 %"]);
  });
});

test("text from elsewhere can neither move the cursor nor turn around, but keeps its script", () => {
  expect(plainLine("a\u001b[2Jb\rc\nd\u202ee\u0085f")).toBe("a·[2Jb·c·d·e·f");
  expect(plainText("one\ntwo\u0007")).toBe("one\ntwo·");
  expect(plainLine("Hafenbank für 海港 – ✓")).toBe("Hafenbank für 海港 – ✓");
});
