import { expect, test } from "@jest/globals";
import { canonicalText, type Json } from "@cohortium/crypto/canonical-json";
import { charterAsJson, charterDigest } from "../../src/charter/digest.js";
import { bent, SOUND, sound } from "./fixture.js";

test("the digest of the sample charter is this, for ever", () => {
  expect(charterDigest(sound())).toBe("2ed3b3fe7704b7d3ff92cc25103e3ae3cc1db3e1eddf40bec58193bb008eceb2");
});

test("the canonical form begins with the least key and spells numbers as RFC 8785 does", () => {
  const text = canonicalText(charterAsJson(sound()));
  expect(text.slice(0, 71)).toBe('{"aggregation":{"deadlineMs":60000,"dropouts":"end","scheme":"masked"},');
  expect(text).toContain('"gradientTolerance":1e-8,');
});

test("the order of keys does not change the digest", () => {
  expect(charterDigest(sound(backwards(SOUND)))).toBe(charterDigest(sound()));
});

test.each([
  ["/purpose", "Decide whom to call in spring!"],
  ["/parties/1/organisation", "Lantern Post"],
  ["/questions/0/features/0/max", 101],
  ["/questions/0/features/1/categories", ["student", "clerk", "retired"]],
  ["/questions/0/model/ridge", 2.5000000000000004],
  ["/expires", "2027-06-30T12:00:01Z"],
])("another %s is another digest", (at, value) => {
  expect(charterDigest(sound(bent(at, value)))).not.toBe(charterDigest(sound()));
});

/** The same value with every object's keys in reverse. */
function backwards(json: Json): Json {
  if (json === null || typeof json !== "object") return json;
  if (Array.isArray(json)) return json.map(backwards);
  return Object.fromEntries(Object.entries(json).reverse().map(([member, value]) => [member, backwards(value)]));
}
