import { describe, expect, test } from "@jest/globals";
import { parseDigest, parsePartyId, parseSessionId } from "../../src/session/ids.js";

describe("a party's name", () => {
  test.each(["ab", "harbour", "a-1", "x".repeat(32)])("may be %s", (text) => expect(parsePartyId(text)).toBe(text));
  test.each(["", "a", "1a", "-a", "Ab", "a b", "a_b", "é1", "ab\n", "x".repeat(33), "-"])("may not be %j", (text) => expect(() => parsePartyId(text)).toThrow(RangeError));

  test("may not be the name of anything that every object has", () => {
    const spelledLikeNames = Object.getOwnPropertyNames(Object.prototype).filter((name) => /^[a-z][a-z0-9-]{1,31}$/.test(name));
    expect(spelledLikeNames).toEqual(["constructor"]);
    expect(() => parsePartyId("constructor")).toThrow(RangeError);
    expect(parsePartyId("constructors")).toBe("constructors");
  });
});

test("a session is 32 lower-case hex digits, a digest 64", () => {
  expect(parseSessionId("0f".repeat(16))).toBe("0f".repeat(16));
  expect(parseDigest("0f".repeat(32))).toBe("0f".repeat(32));
  for (const text of ["", "-", "0F".repeat(16), "0f".repeat(32), "0g".repeat(16), `${"0f".repeat(16)}\n`]) expect(() => parseSessionId(text)).toThrow(RangeError);
  for (const text of ["", "-", "0F".repeat(32), "0f".repeat(16), "0g".repeat(32), `${"0f".repeat(32)}\n`]) expect(() => parseDigest(text)).toThrow(RangeError);
});

test("a refused name is not repeated in the error: it is foreign text", () => {
  expect(() => parsePartyId("<script>")).toThrow(/^(?!.*script)/);
});
