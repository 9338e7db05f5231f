import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { canonicalBytes } from "@cohortium/crypto/canonical-json";
import { SHARED_CLASS_ROWS_MIN, SHARED_ROWS_MIN } from "../../src/charter/limits.js";
import { parsePartnerNumbers, partnerNumbers, partnerNumbersJson, sharesGains, type OwnGain } from "../../src/training/partner-numbers.js";
import { bent, sound } from "../charter/fixture.js";

const OWN: OwnGain = {
  alone: { rows: 1_234, positives: 321, auc: 0.712345678, aucInterval: { low: 0.6999999, high: 0.7251 }, ks: 0.31415926, ksInterval: { low: 0.25, high: 0.36 } },
  joint: { auc: 0.75, aucInterval: { low: 0.73, high: 0.77 }, ks: 0.4, ksInterval: { low: 0.35, high: 0.45 } },
  gain: 0.037654322, gainInterval: { low: -0.00001, high: 0.0765 },
};
const withRows = (rows: number, positives: number): OwnGain => ({ ...OWN, alone: { ...OWN.alone, rows, positives } });

describe("what a company publishes of its gain", () => {
  test("has four digits after the point and a count to three", () => {
    expect(partnerNumbersJson(partnerNumbers(OWN))).toEqual({
      kind: "compared", rows: 1_230, gain: 0.0377, gainInterval: { low: 0, high: 0.0765 },
      alone: { auc: 0.7123, aucInterval: { low: 0.7, high: 0.7251 }, ks: 0.3142, ksInterval: { low: 0.25, high: 0.36 } },
      joint: { auc: 0.75, aucInterval: { low: 0.73, high: 0.77 }, ks: 0.4, ksInterval: { low: 0.35, high: 0.45 } },
    });
  });

  test.each([
    ["rows", SHARED_ROWS_MIN, 50, "compared"], ["rows, one fewer", SHARED_ROWS_MIN - 1, 50, "withheld"],
    ["positives", 500, SHARED_CLASS_ROWS_MIN, "compared"], ["positives, one fewer", 500, SHARED_CLASS_ROWS_MIN - 1, "withheld"],
    ["negatives", 500, 500 - SHARED_CLASS_ROWS_MIN, "compared"], ["negatives, one fewer", 500, 501 - SHARED_CLASS_ROWS_MIN, "withheld"],
  ])("is there from the least %s on", (_, rows, positives, kind) => {
    expect(partnerNumbers(withRows(rows, positives))).toMatchObject({ kind });
  });

  test("says nothing else where it withholds", () => {
    expect(partnerNumbersJson(partnerNumbers(withRows(40, 20)))).toEqual({ kind: "withheld", because: "too-few" });
    expect(partnerNumbersJson(partnerNumbers(null))).toEqual({ kind: "withheld", because: "not-comparable" });
  });

  test("is withheld where a count is not a number", () => {
    expect(partnerNumbers(withRows(1_000, Number.NaN))).toMatchObject({ kind: "withheld" });
  });

  test("is read by others as it was written, whatever the numbers are", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const within = (number: typeof share) => fc.tuple(number, number, number).map((three) => {
      const [low = 0, value = 0, high = 0] = three.toSorted((a, b) => a - b);
      return [value, { low, high }] as const;
    });
    const ranking = fc.tuple(within(share), within(share)).map(([[auc, aucInterval], [ks, ksInterval]]) => ({ auc, aucInterval, ks, ksInterval }));
    const gain = within(fc.double({ min: -1, max: 1, noNaN: true }));
    fc.assert(fc.property(ranking, ranking, gain, fc.integer({ min: 200, max: 1e9 }), (alone, joint, [gain, gainInterval], rows) => {
      const said = partnerNumbers({ alone: { ...alone, rows, positives: 100 }, joint, gain, gainInterval });
      const read: unknown = JSON.parse(new TextDecoder().decode(canonicalBytes(partnerNumbersJson(said))));
      expect(parsePartnerNumbers(read)).toEqual(said);
    }));
  });
});

describe("what is read from another company is set aside if it", () => {
  const said = partnerNumbersJson(partnerNumbers(OWN)) as Record<string, unknown>;

  test.each([
    ["is finer than agreed", { gain: 0.03765 }], ["counts rows to the last one", { rows: 1_234 }], ["rests on fewer rows than agreed", { rows: 90 }],
    ["has another member", { positives: 321 }], ["has an area above 1", { alone: { ...OWN.joint, auc: 1.5 } }],
    ["has an area beside its interval", { alone: { ...OWN.joint, auc: 0.773, aucInterval: { low: 0.7008, high: 0.7599 } } }],
    ["has a distance beside its interval", { joint: { ...OWN.joint, ks: 0.2 } }], ["has a gain beside its interval", { gain: 0.08 }],
    ["has an interval the wrong way round", { gainInterval: { low: 0.5, high: 0.1 } }], ["has a text for a number", { gain: "0.1" }],
    ["withholds for a reason of its own", { kind: "withheld", because: "secret" }],
  ])("%s", (_, change) => {
    expect(parsePartnerNumbers({ ...said, ...change })).toBeNull();
    expect(parsePartnerNumbers(said)).not.toBeNull();
  });
});

test("companies publish their gains only where the charter says so", () => {
  const saying = (word: string) => sound(bent("/questions/0/evaluation/perPartner", word));
  expect([sound(), saying("own"), saying("shared")].map(sharesGains)).toEqual([false, false, true]);
});
