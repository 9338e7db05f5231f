import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { fromHex, toHex } from "../src/bytes.js";
import { canonicalBytes, canonicalText, type Json } from "../src/canonical-json.js";

/** What only a cast can smuggle past the types. */
const foreign = (value: unknown) => value as Json;

function doubleFromBits(hex: string): number {
  return new DataView(fromHex(hex).buffer as ArrayBuffer).getFloat64(0);
}

test("the sample of RFC 8785 §3.2.2 becomes the bytes of §3.2.4", () => {
  const sample = JSON.parse(String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`) as Json;
  expect(canonicalText(sample)).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
  expect(toHex(canonicalBytes(sample))).toBe(
    "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333332e333333333333332c31652b33302c34"
    + "2e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d",
  );
});

test("members are sorted by UTF-16 code units, as in the sample of RFC 8785 §3.2.3", () => {
  const sample = {
    "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis",
  };
  expect([...canonicalText(sample).matchAll(/:"([^"]*)"/g)].map(([, value]) => value)).toEqual([
    "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign", "Emoji: Grinning Face",
    "Hebrew Letter Dalet With Dagesh",
  ]);
});

// RFC 8785 appendix B: the bits of an IEEE 754 double, and its only spelling.
test.each([
  ["0000000000000000", "0"], ["8000000000000000", "0"], ["0000000000000001", "5e-324"], ["8000000000000001", "-5e-324"],
  ["7fefffffffffffff", "1.7976931348623157e+308"], ["ffefffffffffffff", "-1.7976931348623157e+308"],
  ["4340000000000000", "9007199254740992"], ["c340000000000000", "-9007199254740992"], ["4430000000000000", "295147905179352830000"],
  ["44b52d02c7e14af5", "9.999999999999997e+22"], ["44b52d02c7e14af6", "1e+23"], ["44b52d02c7e14af7", "1.0000000000000001e+23"],
  ["444b1ae4d6e2ef4e", "999999999999999700000"], ["444b1ae4d6e2ef4f", "999999999999999900000"], ["444b1ae4d6e2ef50", "1e+21"],
  ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"], ["3eb0c6f7a0b5ed8d", "0.000001"],
  ["41b3de4355555553", "333333333.3333332"], ["41b3de4355555554", "333333333.33333325"], ["41b3de4355555555", "333333333.3333333"],
  ["41b3de4355555556", "333333333.3333334"], ["41b3de4355555557", "333333333.33333343"],
  ["becbf647612f3696", "-0.0000033333333333333333"], ["43143ff3c1cb0959", "1424953923781206.2"],
])("the double %s is spelled %s", (bits, spelled) => expect(canonicalText(doubleFromBits(bits))).toBe(spelled));

describe("what JSON cannot say is refused, never left out or replaced:", () => {
  const cycle: Record<string, unknown> = {};
  cycle["inner"] = cycle;
  test.each([
    ["NaN", doubleFromBits("7fffffffffffffff")], ["infinity", doubleFromBits("7ff0000000000000")], ["a nested -infinity", [[-Infinity]]],
    ["undefined", undefined], ["an undefined member", { a: undefined }], ["an undefined element", [undefined]], ["a hole", Array(3)],
    ["a bigint", 7n], ["a symbol", Symbol("s")], ["a function", { f: () => 7 }],
    ["a lone high surrogate", "\ud83d"], ["a lone low surrogate", ["\udca9"]], ["a lone surrogate in a name", { "\udead": 7 }],
    ["a date, which has a toJSON", new Date(7)], ["bytes", Uint8Array.of(7)], ["a map", new Map()],
    ["a cycle", cycle],
  ])("%s", (_, value) => expect(() => canonicalBytes(foreign(value))).toThrow(RangeError));
});

test("64 levels are fine, 65 are not", () => {
  const nested = (levels: number): Json => levels === 0 ? 7 : [nested(levels - 1)];
  expect(canonicalText(nested(64))).toBe(`${"[".repeat(64)}7${"]".repeat(64)}`);
  expect(() => canonicalText(nested(65))).toThrow(RangeError);
});

test("canonical text parses to the same value, and has one spelling whatever the order of members", () => {
  fc.assert(fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
    const json = value as Json;
    const text = canonicalText(json);
    expect(canonicalText(JSON.parse(text) as Json)).toBe(text);
    expect(canonicalText(reversed(json))).toBe(text);
  }));
});

function reversed(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return (value as Json[]).map(reversed);
  return Object.fromEntries(Object.entries(value).reverse().map(([name, inner]) => [name, reversed(inner)]));
}
