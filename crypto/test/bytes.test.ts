import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  concat, equalBytes, fromBase64, fromBase64Url, fromHex, fromUtf8, toBase64, toBase64Url, toHex, u32be, u64be, utf8,
} from "../src/bytes.js";

const bytesArbitrary = fc.uint8Array({ maxLength: 70 });

describe("base64", () => {
  // RFC 4648 §10
  test.each([
    ["", ""], ["f", "Zg=="], ["fo", "Zm8="], ["foo", "Zm9v"], ["foob", "Zm9vYg=="], ["fooba", "Zm9vYmE="], ["foobar", "Zm9vYmFy"],
  ])("spells %j as RFC 4648 does", (text, spelled) => {
    expect(toBase64(utf8(text))).toBe(spelled);
    expect(fromUtf8(fromBase64(spelled))).toBe(text);
  });

  test("reads back whatever it wrote, in both alphabets, and agrees with Node", () => {
    fc.assert(fc.property(bytesArbitrary, (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
    }));
  });

  test.each(["Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v=", "Zm9v====", "=", "====", "Z", "Zm 9v", "Zm9v\n", "Zm9_", "Zm=v", "Zm9vY", "é"])(
    "refuses %j, which is not the one spelling of any bytes",
    (text) => expect(() => fromBase64(text)).toThrow(RangeError),
  );

  test.each(["Zg==", "Zh", "Zm9", "Z", "Zm9+"])("refuses %j as base64url", (text) => expect(() => fromBase64Url(text)).toThrow(RangeError));
});

describe("hex", () => {
  test("reads back whatever it wrote, in either case", () => {
    fc.assert(fc.property(bytesArbitrary, (bytes) => {
      expect(toHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
      expect(fromHex(toHex(bytes))).toEqual(bytes);
      expect(fromHex(toHex(bytes).toUpperCase())).toEqual(bytes);
    }));
  });

  test.each(["a", "abc", "zz", "0x12", " ab", "ab\n"])("refuses %j", (text) => expect(() => fromHex(text)).toThrow(RangeError));
});

describe("UTF-8", () => {
  test("reads back whatever text it wrote, byte order marks included", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => expect(fromUtf8(utf8(text))).toBe(text)));
    expect(fromUtf8(utf8("\ufeffa"))).toBe("\ufeffa");
  });

  test.each(["\ud83d", "\udca9\ud83d", "a\ud800b"])("refuses the lone surrogate in %j instead of replacing it", (text) => {
    expect(() => utf8(text)).toThrow(RangeError);
  });

  test.each(["ff", "c080", "eda080", "f4908080", "e282"])("refuses the ill-formed sequence %s", (hex) => {
    expect(() => fromUtf8(fromHex(hex))).toThrow(RangeError);
  });
});

describe("integers", () => {
  test("are written most significant byte first", () => {
    expect(toHex(u32be(0x01020304))).toBe("01020304");
    expect(toHex(u32be(0xffff_ffff))).toBe("ffffffff");
    expect(toHex(u64be(0x0102_0304_0506))).toBe("0000010203040506");
    expect(toHex(u64be(0xffff_ffff_ffff_ffffn))).toBe("ffffffffffffffff");
  });

  test.each([-1, 2 ** 32, 1.5, Number.NaN, Infinity])("u32be refuses %d", (n) => expect(() => u32be(n)).toThrow(RangeError));
  test.each([-1, 2 ** 53, 1.5, Number.NaN, -1n, 2n ** 64n])("u64be refuses %s", (n) => expect(() => u64be(n)).toThrow(RangeError));
});

test("equal means the same bytes and the same length", () => {
  fc.assert(fc.property(bytesArbitrary, bytesArbitrary, (a, b) => {
    expect(equalBytes(a, a.slice())).toBe(true);
    expect(equalBytes(a, b)).toBe(toHex(a) === toHex(b));
  }));
  expect(equalBytes(Uint8Array.of(3, 4), Uint8Array.of(3, 4, 0))).toBe(false);
  expect(equalBytes(Uint8Array.of(3, 4), Uint8Array.of(3, 0x84))).toBe(false);
});

test("concatenation keeps order and copies", () => {
  const first = Uint8Array.of(3, 4);
  const whole = concat(first, new Uint8Array(), Uint8Array.of(5));
  first[0] = 9;
  expect(whole).toEqual(Uint8Array.of(3, 4, 5));
});
