import { toBase64 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { ED25519_TYPE, formatVerifierKey, verifierKey } from "../../src/log/note.js";
import { checkCharter } from "../../src/charter/check.js";
import type { Charter } from "../../src/charter/charter.js";

/** 32 equal bytes in base64: a stand-in for a public key. */
export const key = (byte: number) => toBase64(new Uint8Array(32).fill(byte));

/** The verifier key of a log of that name. */
export const logKey = (name: string) => formatVerifierKey(verifierKey(name, ED25519_TYPE, new Uint8Array(32).fill(7)));

/** A sound charter with something of every kind in it, as plain JSON that a test may bend. */
export const SOUND = {
  version: 1,
  name: "spring-campaign",
  purpose: "Decide whom to call in spring",
  consortium: "callers-circle",
  operator: { name: "switchboard", signingKey: key(9), logKey: logKey("log.example/callers") },
  parties: [
    { name: "harbour", organisation: "Harbour Bank", signingKey: key(11), agreementKey: key(12) },
    { name: "lantern", organisation: "Lantern Mail", signingKey: key(21), agreementKey: key(22) },
    { name: "meadow", organisation: "Meadow Foods", signingKey: key(31), agreementKey: key(32) },
    { name: "tower", organisation: "Tower Telecom", signingKey: key(41), agreementKey: key(42) },
  ],
  minimumParties: 3,
  quorum: 3,
  questions: [{
    id: "propensity.train",
    features: [
      { kind: "numeric", name: "age", unit: "years", min: 17, max: 100 },
      { kind: "categorical", name: "job", categories: ["clerk", "student", "retired"] },
    ],
    label: { name: "answer", positive: "yes", negative: "no" },
    model: { kind: "logistic", ridge: 2.5, gradientTolerance: 1e-8, iterationsMax: 20 },
    evaluation: { scoreBins: 4096, holdout: "own", holdoutShare: 0.2 },
  }],
  rows: { perPartyMax: 50_000, perPartyMin: 200, jointMin: 2_000 },
  thresholds: { categoryRows: 50 },
  privacy: { mechanism: "none", note: "Sums are exact.", budget: { releasesMax: 240 } },
  aggregation: { scheme: "masked", deadlineMs: 60_000, dropouts: "end" },
  notBefore: "2026-12-01T00:00:00Z",
  expires: "2027-06-30T12:00:00Z",
};

/** The same charter, asking for boosted trees. */
export const TREES = {
  ...SOUND,
  questions: SOUND.questions.map((question) => ({
    ...question,
    model: {
      kind: "trees", trees: 150, depth: 4, learningRate: 0.1, lambda: 1, gamma: 0, childWeightMin: 2.5, bins: 64, rowSample: 0.8, columnSample: 0.9, seed: 7,
      earlyStopping: { patience: 10, share: 0.1 },
    },
  })),
  privacy: { ...SOUND.privacy, budget: { releasesMax: 1_000 } },
};

/** The same charter under noise: what the training may tell is part of its model. */
export const NOISY = {
  ...SOUND,
  questions: SOUND.questions.map((question) => ({
    ...question,
    model: { ...question.model, privacy: { nanoRho: 17_000_000, rowNormMax: 4, iterations: 5 } },
    evaluation: { ...question.evaluation, scoreBins: 64 },
  })),
  privacy: { mechanism: "discrete-gaussian", note: "Every sum carries noise.", budget: { releasesMax: 240, epsilon: 3, delta: 1e-6, reserveShare: 0.2 }, colluders: 1 },
};

/** Trees under noise. */
export const NOISY_TREES = {
  ...NOISY,
  questions: NOISY.questions.map((question) => ({
    ...question,
    model: {
      kind: "trees", trees: 20, depth: 3, learningRate: 0.3, lambda: 1, gamma: 0, childWeightMin: 2.5, bins: 16, rowSample: 1, columnSample: 0.5, seed: 7,
      privacy: { nanoRho: 17_000_000 },
    },
  })),
};

/** A network under noise. */
export const NOISY_NETWORK = {
  ...NOISY,
  questions: SOUND.questions.map((question) => ({
    ...question,
    model: {
      kind: "network", hidden: [16, 8], activation: "relu", optimiser: { kind: "fedadam", serverRate: 0.02, beta1: 0.9, beta2: 0.99, tau: 0.001 }, rounds: 100,
      localEpochs: 2, batchSize: 64, localRate: 0.05, weightDecay: 0.0001, clip: 2.5, rowsCap: 20_000, seed: 7, stopping: { kind: "rounds" }, strips: "hidden",
      privacy: { momentsNanoRho: 3_000_000, sampleRate: 0.02, gradientNorm: 1, noiseMultiplier: 1.2 },
    },
    evaluation: { ...question.evaluation, scoreBins: 64 },
  })),
};

/** Statistics alone, with noise, and something of every kind of column. */
export const STATISTICS = {
  ...SOUND,
  questions: [],
  statistics: {
    kinds: ["profile", "histogram", "quantiles", "categories", "rfm", "experiment", "drift"],
    features: [
      { kind: "categorical", name: "country", categories: ["France", "Germany", "Spain"], otherwise: "Spain" },
      { kind: "buckets", name: "age", unit: "years", edges: [18, 30, 50, 100] },
      { kind: "categorical", name: "letter", categories: ["none", "blue", "red"] },
      { kind: "numeric", name: "spend", unit: "EUR", min: 0, max: 500, outside: "clip" },
      { kind: "numeric", name: "visits", unit: "visits", min: 0, max: 40 },
      { kind: "numeric", name: "since", unit: "days", min: 0, max: 400, missing: "indicate" },
      { kind: "log", name: "income", unit: "EUR", base: 10, min: 0, max: 200_000 },
    ],
    cellRows: 20,
    consent: { column: "agreed", granted: ["yes", "by letter"] },
  },
  privacy: { mechanism: "discrete-gaussian", note: "Answers are noisy.", budget: { releasesMax: 240, epsilon: 3, delta: 1e-6, reserveShare: 0.1 }, colluders: 1 },
};

/** The same with towns that nobody has listed. */
export const OPEN_STATISTICS = {
  ...STATISTICS,
  statistics: {
    ...STATISTICS.statistics, kinds: [...STATISTICS.statistics.kinds, "words"],
    open: [{ name: "town", characters: "abcdefghijklmnopqrstuvwxyz -", letters: "lower", lengthMax: 8 }],
  },
};

/** The same with exact sums, of cohorts too. */
export const EXACT_STATISTICS = { ...STATISTICS, statistics: { ...STATISTICS.statistics, exactCohorts: "allowed" }, privacy: SOUND.privacy };

/** `SOUND` with the value at a JSON pointer replaced; `undefined` removes it. */
export function bent(pointer: string, value: unknown, from: object = SOUND): Json {
  const json = structuredClone(from);
  const path = pointer.split("/").slice(1);
  const last = path.pop() ?? "";
  let here: Record<string, unknown> = json as Record<string, unknown>;
  for (const part of path) here = here[part] as Record<string, unknown>;
  if (value === undefined) delete here[last];
  else here[last] = value;
  return json as unknown as Json;
}

/** A charter that must be sound. */
export function sound(json: Json = SOUND): Charter {
  const check = checkCharter(json);
  if (check.kind === "refused") throw new Error(JSON.stringify(check.problems, null, 2));
  return check.charter;
}
