import type { Route } from "@cohortium/protocol/host/http-route";
import { nanoRhoFor } from "@cohortium/protocol/charter/privacy-budget";
import { NOISY as NOISY_TRAINING, SOUND } from "../../../protocol/test/charter/fixture.js";
import { get, NOW_MS } from "../stage.js";

export const NOISY = "a1".repeat(32);
export const EXACT = "e0".repeat(32);
export const TRAINING_ONLY = "b7".repeat(32);
/** Statistics and trainings under one budget. */
export const BOTH = "b0".repeat(32);
export const SESSION = "5e".repeat(16);
export const DIGEST = "d1".repeat(32);

export const STATISTICS = {
  kinds: ["categories", "profile"], cellRows: 25,
  features: [{ kind: "categorical", name: "channel", categories: ["Web", "Phone"] }, { kind: "numeric", name: "spend", unit: "USD", min: 0, max: 500 }],
};
export const NOISE = { mechanism: "discrete-gaussian", note: "Noise.", budget: { releasesMax: 100, epsilon: 1, delta: 1e-6, reserveShare: 0 }, colluders: 0 };
export const CHARTERS = new Map<string, object>([
  [NOISY, { ...SOUND, name: "noisy", questions: [], statistics: STATISTICS, privacy: NOISE }],
  [EXACT, { ...SOUND, name: "plain", questions: [], statistics: { ...STATISTICS, exactCohorts: "allowed" } }],
  [BOTH, { ...NOISY_TRAINING, name: "both", statistics: STATISTICS, privacy: { ...NOISY_TRAINING.privacy, budget: { ...NOISY_TRAINING.privacy.budget, epsilon: 1.5 } } }],
  [TRAINING_ONLY, { ...SOUND, name: "models" }],
]);

export const WHOLE = nanoRhoFor(NOISE.budget.epsilon, NOISE.budget.delta);
export const budgetRoute = (spent: number): Route => ({
  method: "GET", path: "/v1/charters/:digest/budget", handle: ({ params }) => ({ kind: "json", status: 200, body: params["digest"] === NOISY ? { limit: WHOLE, reserve: 0, spent } : { limit: null, reserve: 0, spent: 0 } }),
});
/** A coordinator that answers whoever asks under these charters; nothing was asked yet. */
export const deskOf = (...digests: readonly string[]): readonly Route[] => [...charterRoutes(...digests), budgetRoute(0), get("/v1/questions", { questions: [] })];

export function charterRoutes(...digests: readonly string[]): readonly Route[] {
  const about = (digest: string) => ({ digest, name: (CHARTERS.get(digest) as { name: string }).name, state: "in-force", expires: SOUND.expires });
  return [
    get("/v1/charters", { charters: digests.map(about) }),
    { method: "GET", path: "/v1/charters/:digest", handle: ({ params }) => ({ kind: "json", status: 200, body: { ...about(params["digest"] ?? ""), words: [], charter: CHARTERS.get(params["digest"] ?? "") } }) },
  ];
}

export const shown = (value: number) => ({ value, low: value - 2, high: value + 2 });
export const ANSWER = {
  kind: "categories", rows: shown(100), firms: 3, cellRows: 25, noise: true, dimension: "channel",
  top: [{ word: "Web", rows: shown(60), share: { value: 0.6, low: 0.5, high: 0.7 } }], others: { words: 1, rows: { withheld: "k = 25" }, share: { withheld: "k = 25" } },
};
export const VIEW = {
  session: SESSION, charter: NOISY, query: { kind: "categories", cohort: [], dimension: "channel", top: 2, nanoRho: 1_000 }, queryDigest: DIGEST, nanoRho: 1_000, charged: 1_000, schedule: null, state: "done",
  askedAtMs: NOW_MS, answeredAt: "2026-11-22T10:00:05.000Z", says: "answered", round: 1, fault: null, answer: ANSWER, answerDigest: DIGEST,
};
export const REPLY = { session: SESSION, charter: NOISY, queryDigest: DIGEST, costs: 1_000 };
export const TRAINING = {
  session: SESSION, charter: NOISY, state: "done", startedAtMs: NOW_MS, endedAtMs: NOW_MS, round: 1, kind: "statistic", phase: "ended", waitingFor: null, says: "answered after 1 sum",
  rounds: [{ round: 1, kind: "statistic", survivors: ["harbour", "lantern", "meadow"], rows: 0, measure: null }], model: null, evaluation: null, fault: null,
};
export const events = (view: unknown): Route => ({ method: "GET", path: "/v1/trainings/:session/events", handle: () => ({ kind: "events", events: (async function* () { yield { event: "progress", data: view }; })() }) });
export const KIND = ["categories", "--dimension", "channel", "--top", "2"];
