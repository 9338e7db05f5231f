import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { partnerNumbers, partnerNumbersJson } from "../../src/training/partner-numbers.js";
import { loggedTraining, tell, type Told } from "./logged-training.js";
import { TINY_PLAN } from "../training/tiny-rows.js";

const NAMES = ["ada", "bob", "cleo", "dot"];
const saying = (perPartner: "own" | "shared") => loggedTraining(NAMES, {}, "done", { clauses: [["/questions/0/evaluation", { ...TINY_PLAN.evaluation, perPartner }]] });
const { told: HONEST, check } = saying("shared");
const released = (HONEST.at(-1)?.statement.body as { model: string }).model;

const ranking = { auc: 0.7, aucInterval: { low: 0.6, high: 0.8 }, ks: 0.3, ksInterval: { low: 0.2, high: 0.4 } };
const NUMBERS = partnerNumbersJson(partnerNumbers({ alone: { ...ranking, rows: 200, positives: 90 }, joint: ranking, gain: 0.1, gainInterval: { low: 0.05, high: 0.15 } }));
const WITHHELD: Json = { kind: "withheld", because: "too-few" };
const says = (party: string, body: Json = { model: released, numbers: NUMBERS }) => tell("comparison", party, body);
const findings = (told: readonly Told[]) => check(told).findings.map(({ entry, code }) => [entry, code]);
const END = HONEST.length;

describe("what companies publish of their gains", () => {
  test("is counted and accepted where the charter says so, from all or from some of them", () => {
    const report = check([...HONEST, says("dot"), says("ada", { model: released, numbers: WITHHELD })]);
    expect(report).toMatchObject({ verified: true, findings: [] });
    expect(report.checks.at(-1)).toEqual({ name: "comparisons", count: 2, ok: true });
  });

  test("may come again, as after a crash", () => {
    expect(findings([...HONEST, says("dot"), says("dot")])).toEqual([]);
  });

  test("is an offence under a charter that keeps it at the nodes", () => {
    const own = saying("own");
    const model = (own.told.at(-1)?.statement.body as { model: string }).model;
    const report = own.check([...own.told, says("dot", { model, numbers: NUMBERS })]);
    expect(report).toMatchObject({ verified: false, findings: [{ entry: own.told.length, code: "COMPARISON_CHARTER" }] });
    expect(own.check(own.told)).toMatchObject({ verified: true });
  });

  test("is said once", () => {
    expect(findings([...HONEST, says("dot"), says("dot", { model: released, numbers: WITHHELD })])).toEqual([[END + 1, "COMPARISON_SECOND"]]);
  });

  test("is about the model that was released, after its release", () => {
    expect(findings([...HONEST, says("dot", { model: "ab".repeat(32), numbers: NUMBERS })])).toEqual([[END, "COMPARISON_MODEL"]]);
    expect(findings(HONEST.toSpliced(-1, 0, says("dot")))).toEqual([[END - 1, "COMPARISON_MODEL"]]);
  });

  test.each([
    ["finer numbers than agreed", { ...(NUMBERS as object), gain: 0.12345 }], ["fewer rows than agreed", { ...(NUMBERS as object), rows: 50 }], ["something else", { kind: "much" }],
  ])("does not hold %s", (_, numbers) => {
    expect(findings([...HONEST, says("dot", { model: released, numbers: numbers as Json })])).toEqual([[END, "COMPARISON_FORM"]]);
  });

  test("is a party's own to say", () => {
    expect(findings([...HONEST, says("coordinator")])).toEqual([[END, "ENTRY_AUTHOR"], [END, "COMPARISON_PARTY"]]);
    expect(findings([...HONEST, { ...says("dot"), statement: { ...says("dot").statement, session: "77".repeat(16) } }])).toEqual([[END, "ROUND_ORDER"]]);
  });
});

test("a company that took no part in a training has no gain from it", () => {
  const lossy = loggedTraining([...NAMES, "eve"], { silentWhen: (party, message) => party === "eve" && message.kind === "offer" }, "done", { clauses: [["/questions/0/evaluation", { ...TINY_PLAN.evaluation, perPartner: "shared" }]] });
  const { model } = lossy.told.at(-1)?.statement.body as { model: string };
  const report = lossy.check([...lossy.told, says("eve", { model, numbers: NUMBERS }), says("ada", { model, numbers: NUMBERS })]);
  expect(report.findings.map(({ entry, code }) => [entry, code])).toEqual([[lossy.told.length, "COMPARISON_PARTY"]]);
});
