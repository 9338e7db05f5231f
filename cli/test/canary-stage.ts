import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { x25519PublicKey } from "@cohortium/crypto/agreement";
import { toBase64, utf8 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { sha256 } from "@cohortium/crypto/hash";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { logVerifierKey } from "@cohortium/protocol/log/checkpoint";
import { checkCharter } from "@cohortium/protocol/charter/check";
import { emptyStage } from "./stage.js";

const keyOf = (name: string) => signerFromSeed(sha256(utf8(name))).publicKey;
export const BASE = {
  version: 1, name: "tiny", purpose: "to be rehearsed", consortium: "circle",
  operator: { name: "centre", signingKey: toBase64(keyOf("centre")), logKey: logVerifierKey("log.example/c", keyOf("log")) },
  parties: ["harbour", "mill", "quarry"].map((name) => ({ name, organisation: name, signingKey: toBase64(keyOf(name)), agreementKey: toBase64(x25519PublicKey(sha256(utf8(name)))) })),
  minimumParties: 3, quorum: 3, rows: { perPartyMax: 1_000, perPartyMin: 10, jointMin: 30 }, thresholds: { categoryRows: 10 },
  privacy: { mechanism: "none", note: "Sums are exact.", budget: { releasesMax: 40 } }, aggregation: { scheme: "masked", deadlineMs: 60_000, dropouts: "end" },
  notBefore: "2026-01-01T00:00:00Z", expires: "2026-12-31T00:00:00Z",
};
export const QUESTION = {
  id: "propensity.train",
  features: [{ kind: "numeric", name: "age", unit: "years", min: 17, max: 100 }, { kind: "categorical", name: "job", categories: ["clerk", "student"] }, { kind: "hash", name: "town", buckets: 4, salt: "s" }],
  label: { name: "answer", positive: "yes", negative: "no" }, model: { kind: "logistic", ridge: 1, gradientTolerance: 1e-8, iterationsMax: 10 },
  evaluation: { scoreBins: 1024, holdout: "own", holdoutShare: 0.2 },
};
export const PURCHASES = {
  ...QUESTION, features: [...QUESTION.features, { kind: "numeric", name: "spent90", unit: "GBP", min: -1e6, max: 1e6, source: "spent" }],
  transactions: { before: "2011-12-10", key: "id", time: "day", amount: "paid", unit: "GBP", order: "invoice", windows: [{ name: "spent", measure: "monetary", days: 90 }] },
};

/** A town is a t and a digit; which there are, the charter does not say. */
export const OPEN = { name: "town", characters: "t0123456789", letters: "lower", lengthMax: 12 };

/** Questions of statistics alone, under noise, of companies that must bring more rows together than three copies of one company's have. */
export const STATISTICS = {
  questions: [], rows: { ...BASE.rows, jointMin: 2_000 },
  statistics: { kinds: ["profile", "histogram", "quantiles", "categories", "drift", "words"], features: QUESTION.features.slice(0, 2), cellRows: 10, open: [OPEN] },
  privacy: { mechanism: "discrete-gaussian", note: "Noise.", budget: { releasesMax: 40, epsilon: 8, delta: 1e-6, reserveShare: 0.1 }, colluders: 0 },
};

/** @param change - A training's question, or what else a charter has. */
export function charterWith(change: object) {
  const check = checkCharter({ ...BASE, ...("questions" in change ? change : { questions: [change] }) } as Json);
  if (check.kind === "refused") throw new Error(JSON.stringify(check.problems));
  return check.charter;
}

export const ROWS = ["id,age,job,town,note,answer", ...Array.from({ length: 120 }, (_, i) => `c${i},${20 + (i * 7) % 60},${i % 3 === 0 ? "student" : "clerk"},t${i % 9},n${i},${(i * 7) % 60 + (i % 3) * 20 > 45 ? "yes" : "no"}`)].join("\n");
const BOUGHT = ["id,day,paid,invoice", ...Array.from({ length: 120 }, (_, i) => `c${i},2011-11-${String(1 + (i % 28)).padStart(2, "0")},${i + 0.5},i${i}`)].join("\n");

export function nodeFolder(): string {
  const folder = emptyStage("node", [
    "party: harbour", "coordinator: { exchange: \"localhost:1\", enrolment: \"https://localhost:2\" }", "rows: { path: rows.csv, key: id }", "transactions: { path: bought.csv }", "",
  ].join("\n"));
  writeFileSync(join(folder, "rows.csv"), ROWS);
  writeFileSync(join(folder, "bought.csv"), BOUGHT);
  return folder;
}

