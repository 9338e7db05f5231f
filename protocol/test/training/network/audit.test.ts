import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { Optimiser } from "../../../src/charter/network-clause.js";
import { loggedTraining, type Told } from "../../conduct/logged-training.js";
import { networkWords, TINY_NETWORK } from "./tiny-network.js";

const FOUR = ["ada", "bob", "cleo", "dot"];

function logged(optimiser: Optimiser) {
  const memory = new Map<string, Float32Array>();
  const model = { ...TINY_NETWORK, rounds: 3, optimiser };
  return loggedTraining(FOUR, {}, "done", { clauses: [["/questions/0/model", model]], answer: (party, ask, plan) => networkWords(memory, party, ask, plan) });
}

const ADAM: Optimiser = { kind: "fedadam", serverRate: 0.2, beta1: 0.9, beta2: 0.99, tau: 0.01 };

describe.each<Optimiser>([ADAM, { kind: "scaffold", serverRate: 1 }])("an auditor of a network trained with $kind", (optimiser) => {
  const { told, check } = logged(optimiser);
  const indexOf = (type: string, round: number) => told.findIndex(({ statement }) => statement.type === type && statement.round === round);
  const changed = (index: number, change: Json) => told.map((one, i) => (i === index ? { ...one, statement: { ...one.statement, body: { ...(one.statement.body as object), ...(change as object) } } } : one));
  const codes = (list: readonly Told[]) => check(list).findings.map(({ code }) => code);

  test("follows every model from the sums to the release", () => {
    expect(check(told)).toMatchObject({ verified: true, findings: [], sumsRecomputed: 5 });
    expect(told.filter(({ statement }) => statement.type === "model")).toHaveLength(4);
  });

  test("names a model that does not follow, and a question asked at one", () => {
    expect(codes(changed(indexOf("model", 3), { hash: "ab".repeat(32) }))).toContain("MODEL_DIFFERS");
    expect(codes(changed(indexOf("round.offer", 3), { model: "ab".repeat(32) }))).toContain("MODEL_DIFFERS");
  });

  test("names a release that is not the last step", () => {
    const close = told.findIndex(({ statement }) => statement.type === "session.close");
    const earlier = (told[indexOf("model", 2)]?.statement.body as { readonly hash: string }).hash;
    expect(codes(changed(close, { model: earlier }))).toEqual(["CLOSE_DIFFERS"]);
  });
});
