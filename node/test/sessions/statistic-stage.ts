import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AnswerAsked } from "@cohortium/protocol/conduct/participant";
import { charterDigest } from "@cohortium/protocol/charter/digest";
import type { SessionId } from "@cohortium/protocol/session/ids";
import { statisticLayout } from "@cohortium/protocol/statistics/layout";
import { statisticPlanDigest, statisticPlanOf, type StatisticQuestion } from "@cohortium/protocol/statistics/plan";
import type { Query, RfmEdges } from "@cohortium/protocol/statistics/query";
import { questionContext } from "@cohortium/protocol/statistics/script";
import { jsonDigest } from "@cohortium/protocol/session/json-digest";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { NO_NODE } from "../../src/data/import-rows.js";
import { CHARTER_WORDS } from "../../src/data/recipe/own-words.js";
import { Egress } from "../../src/egress/egress.js";
import { DEFAULT_GATE, type Feed } from "../../src/rows/session-rows.js";
import { NO_SETTINGS, type PrivacySettings } from "../../src/budget/limits.js";
import { StatisticWork } from "../../src/sessions/statistic-work.js";
import { openNodeDatabase } from "../../src/database.js";
import { CHARTER_JSON, charterOf, MASKS, MILL, NOW_MS, QUARRY, recordingLogger, SELF, SESSION } from "../stage.js";

export const STATISTICS = {
  kinds: ["profile", "histogram", "quantiles", "categories", "rfm", "experiment", "drift"],
  features: [
    { kind: "categorical", name: "region", categories: ["north", "south", "west"] },
    { kind: "numeric", name: "visits", unit: "visits", min: 0, max: 60 },
    { kind: "numeric", name: "days", unit: "days", min: 0, max: 90 },
    { kind: "numeric", name: "spend", unit: "EUR", min: 0, max: 200 },
  ],
  cellRows: 10,
};
export const NOISY_JSON = {
  ...CHARTER_JSON, name: "noisy", questions: [], statistics: STATISTICS,
  privacy: { mechanism: "discrete-gaussian", note: "Answers carry noise.", budget: { releasesMax: 40, epsilon: 1, delta: 1e-6, reserveShare: 0.2 }, colluders: 1 },
};
export const NOISY = charterOf(NOISY_JSON);
export const EXACT = charterOf({ ...CHARTER_JSON, name: "exact", statistics: STATISTICS });

export const COUNT: Query = { kind: "categories", cohort: [], dimension: "region", top: 3, nanoRho: 4_000_000 };
export const RFM: Query = { kind: "rfm", recency: "days", frequency: "visits", monetary: "spend", edges: null, nanoRho: 4_000_001 };
export const EDGES: RfmEdges = { recency: [10, 20, 40, 60], frequency: [5, 10, 20, 40], monetary: [20, 40, 80, 160] };

export const PEOPLE = ["region;visits;days;spend", ...Array.from({ length: 60 }, (_, i) => `${["north", "south", "west"][i % 3]};${i};${i};${3 * i}`)].join("\n");

interface Of {
  readonly session?: string;
  readonly charter?: typeof NOISY;
  readonly query?: Query;
  readonly settings?: Partial<PrivacySettings>;
  readonly self?: typeof SELF;
  readonly entropy?: Uint8Array;
  readonly nowMs?: number;
}

/** A node's folder, and the work of any process that runs on it. */
export function place(people = PEOPLE, more: Partial<Feed> = {}) {
  const [folder, database] = [scratchFolder(), openNodeDatabase(":memory:")];
  const path = join(folder, "people.csv");
  const write = (text: string) => writeFileSync(path, text);
  write(people);
  const egress = new Egress(database, folder);
  const logger = recordingLogger();
  const work = ({ session = SESSION, charter = NOISY, query = COUNT, settings = {}, self = SELF, entropy = new Uint8Array(32).fill(8), nowMs = NOW_MS }: Of = {}, through = egress) => new StatisticWork({
    session: session as SessionId, digest: charterDigest(charter), charter, plan: statisticPlanOf(charter, query), self, entropy, egress: through,
    feed: { rows: { path, delimiter: ";", quote: "\"", keyColumn: null }, transactions: null, holdout: null, words: CHARTER_WORDS, gate: DEFAULT_GATE, named: null, settings: NO_NODE, ...more },
    settings: { ...NO_SETTINGS, ...settings }, logger, nowMs: () => nowMs, doing: () => undefined,
  });
  return { folder, database, write, egress, logger, work };
}

/** The ask for one sum, as a round brings it. */
export function contribution(charter = NOISY, query: Query = COUNT, question: StatisticQuestion = { kind: "statistic", step: 0, edges: null }, round = 1): AnswerAsked {
  const plan = statisticPlanOf(charter, query);
  const context = questionContext(question);
  const digest = jsonDigest(context);
  return {
    kind: "contribute", round, offer: "0f".repeat(32), context, hide: { scheme: "masked", masks: MASKS }, scene: { kind: "statistic", question, digest, model: null },
    parties: [SELF, MILL, QUARRY],
    question: { kind: "statistic", model: digest, plan: statisticPlanDigest(plan), ring: 64, words: statisticLayout(question, plan).words },
  };
}
