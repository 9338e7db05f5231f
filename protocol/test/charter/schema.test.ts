import { expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { charterJsonSchema } from "../../src/charter/schema.js";
import { bent, SOUND } from "./fixture.js";

const published: object = JSON.parse(readFileSync(join(import.meta.dirname, "../../spec/charter.schema.json"), "utf8"));
// The schema carries a pattern beside each format, so formats need no checker of their own.
const accepts = new Ajv2020({ strict: true, formats: { "date-time": true, date: true } }).compile(published);

test("the published schema is the one the code validates by; npm run generate writes it", () => {
  expect(published).toEqual(JSON.parse(JSON.stringify(charterJsonSchema())));
});

test("a foreign validator accepts what we accept", () => {
  accepts(SOUND);
  expect(accepts.errors).toBeNull();
});

test.each([
  ["/purpos", "spring"],
  ["/purpose", undefined],
  ["/purpose", "two\nlines"],
  ["/parties/1/name", "constructor"],
  ["/parties/1/signingKey", "short"],
  ["/questions/0/features/0/unit", undefined],
  ["/questions/0/features/1/kind", "list"],
  ["/questions/0/model/iterationsMax", 20.5],
  ["/privacy/mechanism", "laplace"],
  ["/rows/perPartyMin", 9],
  ["/expires", "2027-02-30T00:00:00Z"],
])("a foreign validator refuses %s = %j too", (at, value) => {
  expect(accepts(bent(at, value))).toBe(false);
});

test("every key tells an editor what to write", () => {
  const bare: string[] = [];
  walk(charterJsonSchema(), "", (place, path) => { if (typeof place["description"] !== "string") bare.push(path); });
  expect(bare.filter((path) => !/\/(?:items|\d+|kind)$/.test(path) && path !== "" && !/\/label$/.test(path))).toEqual([]);
});

function walk(place: Record<string, unknown>, path: string, see: (place: Record<string, unknown>, path: string) => void): void {
  see(place, path);
  for (const [member, inner] of Object.entries((place["properties"] ?? {}) as Record<string, Record<string, unknown>>)) walk(inner, `${path}/${member}`, see);
  for (const [i, inner] of ((place["oneOf"] ?? []) as Record<string, unknown>[]).entries()) walk(inner, `${path}/${i}`, see);
  if (place["items"] !== undefined) walk(place["items"] as Record<string, unknown>, `${path}/items`, see);
}
