import { expect, test } from "@jest/globals";
import { toBase64 } from "@cohortium/crypto/bytes";
import { signEntry } from "@cohortium/protocol/log/entry";
import { Comparisons } from "../src/comparisons.js";
import { NOW_MS, office, signerOf } from "./stage.js";

const [SESSION, CHARTER, MODEL] = ["5e".repeat(16), "ab".repeat(32), "cd".repeat(32)];
const NAMES = ["mill", "mill-north", "quarry", "tower"];
const WITHHELD = { kind: "withheld", because: "too-few" };

/** A training that ended with a model, over these companies. */
const stage = (survivors: readonly string[] = NAMES) => {
  const charter = { parties: NAMES.map((name) => ({ name, signingKey: toBase64(signerOf(name).publicKey) })), questions: [{ evaluation: { perPartner: "shared" } }] };
  const training = { session: SESSION, charter: CHARTER, without: null, endedMs: 1, outcome: { kind: "done", model: MODEL, rounds: [{ survivors }] } };
  const desk = office();
  const comparisons = new Comparisons(desk, { training: () => training, trainings: () => [] } as never, { inForce: () => charter, isParty: () => true } as never);
  const say = (name: string) => {
    const statement = { v: 1, type: "comparison", actor: name, at: "2026-12-15T10:00:01.000Z", charter: CHARTER, session: SESSION, round: 0, body: { model: MODEL, numbers: WITHHELD } } as const;
    const message = { kind: "compared", from: name, atMs: NOW_MS, comparison: signEntry(statement, signerOf(name)) } as never;
    comparisons.heard(message, { session: SESSION as never, charter: CHARTER as never }, (work) => (work(), true));
  };
  return { say, published: () => comparisons.of(SESSION, MODEL).map(({ party }) => party) };
};

test("a company whose name another's begins with publishes like any other", () => {
  const { say, published } = stage();
  say("mill-north");
  say("mill");
  expect(published()).toEqual(["mill", "mill-north"]);
});

test("a company that is in no sum of a training publishes nothing of it: logged, that would fail the audit for good", () => {
  const { say, published } = stage(NAMES.filter((name) => name !== "tower"));
  say("tower");
  say("quarry");
  expect(published()).toEqual(["quarry"]);
});
