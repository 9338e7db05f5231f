import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { needlesOf, TRACES, type Mark, type Trace } from "../../src/canary/needles.js";
import { Search } from "../../src/canary/search.js";

const TOKEN: Mark = { feed: "rows", column: "id", text: "canary-ßqjvzkwxhf" };
const NUMBER: Mark = { feed: "rows", column: "age", text: "47.319582640173" };
const search = new Search([TOKEN, NUMBER].flatMap(needlesOf));
const around = fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }));
const tracesIn = (bytes: Uint8Array): readonly string[] => [...new Set(search.in(bytes).map(({ mark, trace }) => `${mark.column} ${trace}`))];
const eight = (write: (view: DataView) => void) => {
  const view = new DataView(new ArrayBuffer(8));
  write(view);
  return Buffer.from(view.buffer);
};

/** As a program would write the value by accident, in this program's own words. */
const DISGUISES: Readonly<Record<Trace, readonly (readonly [of: string, write: (before: Buffer, after: Buffer) => Buffer])[]>> = {
  "text": [["id", (a, b) => Buffer.concat([a, Buffer.from(TOKEN.text), b])], ["age", (a, b) => Buffer.concat([a, Buffer.from(`{"age":${NUMBER.text}}`), b])]],
  "text in UTF-16": [["id", (a, b) => Buffer.concat([a, Buffer.from(TOKEN.text, "utf16le"), b])]],
  "hex": [["id", (a, b) => Buffer.from(Buffer.concat([a, Buffer.from(TOKEN.text), b]).toString("hex"))], ["age", (a, b) => Buffer.from(Buffer.concat([a, Buffer.from(NUMBER.text), b]).toString("hex").toUpperCase())]],
  "base64": [["id", (a, b) => Buffer.from(Buffer.concat([a, Buffer.from(TOKEN.text), b]).toString("base64"))], ["age", (a, b) => Buffer.from(Buffer.concat([a, Buffer.from(NUMBER.text), b]).toString("base64url"))]],
  "digest": [["id", (a, b) => Buffer.concat([a, createHash("sha256").update(TOKEN.text).digest(), b])], ["age", (a, b) => Buffer.concat([a, createHash("md5").update(NUMBER.text).digest(), b])]],
  "digest in hex or base64": [["id", (a, b) => Buffer.concat([a, Buffer.from(createHash("sha1").update(TOKEN.text).digest("hex")), b])], ["id", (a, b) => Buffer.concat([a, Buffer.from(createHash("sha512").update(TOKEN.text).digest("base64")), b])]],
  "double": [["age", (a, b) => Buffer.concat([a, eight((view) => view.setFloat64(0, Number(NUMBER.text), true)), b])], ["age", (a, b) => Buffer.concat([a, eight((view) => view.setFloat64(0, Math.log1p(Number(NUMBER.text)), false)), b])]],
  "whole number of 64 bits": [],
  "fixed point of 64 bits": [["age", (a, b) => Buffer.concat([a, eight((view) => view.setBigInt64(0, BigInt(Math.round(Number(NUMBER.text) * 2 ** 32)), true)), b])]],
};

describe("a marked value", () => {
  test.each(TRACES.flatMap((trace) => DISGUISES[trace].map(([of, write], i) => [`${of} as ${trace} (${i})`, `${of} ${trace}`, write] as const)))("%s is found wherever it stands", (_, trace, write) => {
    fc.assert(fc.property(around, ([before, after]) => {
      expect(tracesIn(write(Buffer.from(before), Buffer.from(after)))).toContain(trace);
    }));
  });

  test("that is a large whole number is found as one", () => {
    const mark: Mark = { feed: "rows", column: "n", text: "4503599627370497" };
    const own = new Search(needlesOf(mark));
    expect(own.in(eight((view) => view.setBigInt64(0, 4_503_599_627_370_497n, true))).map(({ trace }) => trace)).toContain("whole number of 64 bits");
  });

  test("is not found in bytes that do not hold it", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 100, maxLength: 5_000 }), (bytes) => expect(tracesIn(bytes)).toEqual([])));
    expect(tracesIn(Buffer.from("canary-ßqjvzkwxh"))).toEqual([]);
  });
});

test("many needles are found in one pass, also where they overlap, and also at the very end", () => {
  const marks = Array.from({ length: 300 }, (_, i): Mark => ({ feed: "rows", column: String(i), text: `canary-${String(i).padStart(4, "0")}-x` }));
  const own = new Search(marks.flatMap(needlesOf));
  const text = marks.map(({ text: value }) => value).join("");
  expect(new Set(own.in(Buffer.from(text)).map(({ mark }) => mark)).size).toBe(300);
});

test("a needle that would stand anywhere is not one", () => {
  expect(() => new Search([{ mark: TOKEN, trace: "text", bytes: new Uint8Array(3) }])).toThrow(RangeError);
  expect(needlesOf({ feed: "rows", column: "age", text: "42" }).filter(({ trace }) => trace === "text")).toEqual([]);
});
