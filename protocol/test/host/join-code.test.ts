import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { equalBytes } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { CROCKFORD_DIGITS, readCrockford, writeCrockford } from "../../src/host/crockford.js";
import { FINGERPRINT_WORDS, fingerprintWords } from "../../src/host/fingerprint-words.js";
import { formatJoinCode, joinCodeSigner, newJoinCode, parseJoinCode } from "../../src/host/join-code.js";

const ENTROPY = Uint8Array.from({ length: 32 }, (_, i) => 3 * i + 5);
const CODE = newJoinCode(ENTROPY, sha256(Uint8Array.of(9, 8, 7)));
const TEXT = formatJoinCode(CODE);

describe("a join code", () => {
  test("has one spelling, fixed here", () => {
    expect(TEXT).toBe("COH1-0M40-P3GH-2GBH-M790-4CK2-JB1F-0VFM-YZGK-JKRW-AZ66-B0ZV-MKC0-C290");
  });

  test("carries what it was made from", () => {
    expect(parseJoinCode(TEXT)).toEqual(CODE);
    expect(CODE).toMatchObject({ id: "05080b0e11", secret: ENTROPY.slice(5, 15) });
    expect(equalBytes(CODE.authorityFingerprint, sha256(Uint8Array.of(9, 8, 7)).slice(0, 16))).toBe(true);
  });

  test("is read as people type it", () => {
    for (const typed of [TEXT.toLowerCase(), TEXT.replaceAll("-", " "), ` ${TEXT.replaceAll("-", "")}\n`, TEXT.replaceAll("0", "O"), TEXT.replaceAll("1", "l"), TEXT.replaceAll("1", "I")]) {
      expect(parseJoinCode(typed)).toEqual(CODE);
    }
  });

  test.each([
    ["another beginning", TEXT.replace("COH1", "ABC1"), "JOIN_CODE_PREFIX", "COH1-"],
    ["a later version", TEXT.replace("COH1", "COH2"), "JOIN_CODE_VERSION", "version 2"],
    ["a character too few", TEXT.slice(0, -1), "JOIN_CODE_LENGTH", "51 characters"],
    ["a character too many", `${TEXT}7`, "JOIN_CODE_LENGTH", "53 characters"],
    ["a character that codes do not use", `${TEXT.slice(0, 10)}U${TEXT.slice(11)}`, "JOIN_CODE_CHARACTER", "group 2 has the character U"],
  ])("with %s is refused, and the reason is said", (_what, text, code, detail) => {
    expect(() => parseJoinCode(text)).toThrow(expect.objectContaining({ code, detail: expect.stringContaining(detail) }));
  });

  test("with any one character mistyped is refused, but for one slip in 4096", () => {
    const digits = [...TEXT.slice(5)].flatMap((digit, i) => (digit === "-" ? [] : [i + 5]));
    const misread = digits.flatMap((at) => [...CROCKFORD_DIGITS].filter((digit) => digit !== TEXT[at]).map((digit) => TEXT.slice(0, at) + digit + TEXT.slice(at + 1)))
      .filter((text) => {
        try {
          parseJoinCode(text);
          return true;
        } catch {
          return false;
        }
      });
    expect(misread.length).toBeLessThanOrEqual(3);
  });

  test("gives its holder a key the coordinator can check and not make", () => {
    const signer = joinCodeSigner(CODE.secret);
    expect(signer.publicKey).toEqual(joinCodeSigner(CODE.secret.slice()).publicKey);
    expect(signer.publicKey).not.toEqual(joinCodeSigner(ENTROPY.slice(6, 16)).publicKey);
    expect(() => joinCodeSigner(ENTROPY)).toThrow(RangeError);
  });
});

test("base 32 comes back as it went", () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 50n - 1n }), (value) => {
    expect(readCrockford(writeCrockford(value, 10))).toEqual({ kind: "number", value });
  }));
  expect(writeCrockford(1_234n, 3)).toBe("16J");
  expect(() => writeCrockford(32n ** 3n, 3)).toThrow(RangeError);
});

test("the word list tells 256 bytes apart by four letters", () => {
  expect(FINGERPRINT_WORDS).toHaveLength(256);
  expect(new Set(FINGERPRINT_WORDS.map((word) => word.slice(0, 4))).size).toBe(256);
  expect(FINGERPRINT_WORDS.every((word) => /^[a-z]{3,8}$/.test(word))).toBe(true);
  expect(fingerprintWords(Uint8Array.of(0, 1, 2, 253, 254, 255, 7, 7, 99))).toBe("abacus acorn actor yogurt zebra zipper ankle ankle");
  expect(() => fingerprintWords(new Uint8Array(7))).toThrow(RangeError);
});
