import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { entrySignedBy, parseEntry, signEntry, type Entry } from "@cohortium/protocol/log/entry";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { charterDigest } from "@cohortium/protocol/charter/digest";
import { jsonDigest } from "@cohortium/protocol/session/json-digest";
import type { Compared } from "@cohortium/protocol/session/membership";
import type { Evaluation } from "@cohortium/protocol/training/evaluation";
import { Comparisons } from "../../src/membership/comparisons.js";
import type { Comparison } from "../../src/learning/alone.js";
import { NodeStore } from "../../src/store/node-store.js";
import { openNodeDatabase } from "../../src/database.js";
import { CENTRE, CHARTER_JSON, charterOf, MILL, NOW_MS, SELF, SESSION, signerOf } from "../stage.js";

const saying = (perPartner?: string) => charterOf({
  ...CHARTER_JSON, questions: CHARTER_JSON.questions.map((question) => ({ ...question, evaluation: { ...question.evaluation, ...(perPartner === undefined ? {} : { perPartner }) } })),
});
const [SILENT, OWN, SHARED] = [saying(), saying("own"), saying("shared")];
const MODEL = { kind: "logistic", coefficients: [0.5] };
const RANKED = { auc: 0.7312345, aucInterval: { low: 0.7, high: 0.76 }, ks: 0.3, ksInterval: { low: 0.2, high: 0.4 }, rows: 412, positives: 77 } as Evaluation;
const GAINED: Comparison = { kind: "compared", trainRows: 1_600, heldRows: 412, alone: RANKED, joint: { ...RANKED, auc: 0.7512345 }, gain: 0.02, gainInterval: { low: 0.001, high: 0.039 } };

let posted: { readonly key: string; readonly message: Compared }[];
let store: NodeStore;
const under = (charter: Charter | null) => new Comparisons({
  self: SELF, signer: signerOf(SELF), store, nowMs: () => NOW_MS, charterInForce: (digest) => (charter !== null && charterDigest(charter) === digest ? charter : null),
  post: (key, message) => void posted.push({ key, message }),
});
const released = (charter: Charter) => ({ session: SESSION, charter: charterDigest(charter), model: jsonDigest(MODEL) });
beforeEach(() => {
  posted = [];
  store = new NodeStore(openNodeDatabase(":memory:"));
});

describe("what this company gained", () => {
  test.each([["says nothing about it", SILENT], ["keeps it here", OWN]])("does not leave under a charter that %s", (_, charter) => {
    under(charter).publish(released(charter), GAINED);
    expect(posted).toEqual([]);
  });

  test("does not leave under a charter that is not in force here", () => {
    under(null).publish(released(SHARED), GAINED);
    expect(posted).toEqual([]);
  });

  test("is published, coarsened and signed, under a charter that shares it", () => {
    under(SHARED).publish(released(SHARED), GAINED);
    const [{ key, message } = { key: "", message: undefined }] = posted;
    expect([posted.length, key]).toEqual([1, `comparison/${SESSION}`]);
    const { statement } = message?.comparison as Entry;
    expect(statement).toMatchObject({ type: "comparison", actor: SELF, session: SESSION, charter: charterDigest(SHARED), round: 0, body: { model: jsonDigest(MODEL), numbers: { kind: "compared", rows: 410, gain: 0.02 } } });
    expect(JSON.stringify(statement.body)).not.toMatch(/412|77|1600|0\.7312345/);
    expect(entrySignedBy(message?.comparison as Entry, signerOf(SELF).publicKey)).toBe(true);
  });

  test.each<[string, Comparison]>([
    ["too few rows", { ...GAINED, alone: { ...RANKED, rows: 60 } }], ["nothing to compare", { kind: "not-comparable", because: "own-training-diverged" }],
  ])("is withheld, and no number of it leaves, with %s", (_, own) => {
    under(SHARED).publish(released(SHARED), own);
    expect(Object.keys((posted[0]?.message.comparison.statement.body as { numbers: object }).numbers)).toEqual(["kind", "because"]);
  });
});

describe("what another company published", () => {
  const numbers = { kind: "withheld", because: "too-few" };
  const entry = (change: { readonly actor?: string; readonly by?: string; readonly type?: "comparison" | "bundle"; readonly charter?: Charter; readonly body?: Json } = {}) => signEntry({
    v: 1, type: change.type ?? "comparison", actor: change.actor ?? MILL, at: "2026-12-15T09:00:00.000Z", charter: charterDigest(change.charter ?? SHARED), session: SESSION, round: 0,
    body: change.body ?? { model: jsonDigest(MODEL), numbers },
  }, signerOf(change.by ?? change.actor ?? MILL));
  const hear = (at: Comparisons, comparison: Entry) => at.heard({ kind: "comparison-published", to: SELF, comparison }, (work) => (work(), true));

  test("is kept, and shown with the model it is about", () => {
    const at = under(SHARED);
    expect(hear(at, entry())).toBeNull();
    expect(at.of(SESSION, MODEL)).toEqual([{ party: MILL, numbers }]);
    expect([at.of(SESSION, { kind: "other" }), at.of("77".repeat(16), MODEL)]).toEqual([[], []]);
  });

  test("stays as it was published first", () => {
    const at = under(SHARED);
    for (const because of ["too-few", "not-comparable"]) hear(at, parseEntry(entry({ body: { model: jsonDigest(MODEL), numbers: { kind: "withheld", because } } }).bytes));
    expect(at.of(SESSION, MODEL)).toEqual([{ party: MILL, numbers }]);
  });

  test.each([
    ["by who is no party", entry({ actor: CENTRE })], ["signed by another", entry({ by: CENTRE })], ["of another type", entry({ type: "bundle" })],
    ["that cannot be read", entry({ body: { model: jsonDigest(MODEL), numbers: { kind: "compared" } } })],
  ])("is set aside if it is %s", (_, comparison) => {
    const at = under(SHARED);
    expect(hear(at, comparison)).not.toBeNull();
    expect(at.of(SESSION, MODEL)).toEqual([]);
  });

  test("is set aside under a charter that keeps it at each company", () => {
    const at = under(OWN);
    expect(hear(at, entry({ charter: OWN }))).toBe("its charter keeps such numbers at each company");
    expect(at.of(SESSION, MODEL)).toEqual([]);
  });
});
