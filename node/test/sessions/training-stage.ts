import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AnswerAsked } from "@cohortium/protocol/conduct/participant";
import type { Scene } from "@cohortium/protocol/training/script";
import { layoutOf } from "@cohortium/protocol/training/layout";
import { contextDigest, layoutTerms, planDigest, planOf } from "@cohortium/protocol/training/plan";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { Egress } from "../../src/egress/egress.js";
import { NO_SETTINGS, type PrivacySettings } from "../../src/budget/limits.js";
import { openNodeDatabase } from "../../src/database.js";
import { TrainingWork } from "../../src/sessions/training-work.js";
import { asked, CHARTER, DIGEST, NOW_MS, recordingLogger, SELF, SESSION } from "../stage.js";
import { CHARTER_WORDS, type OwnWords } from "../../src/data/recipe/own-words.js";
import { NO_NODE } from "../../src/data/import-rows.js";
import { DEFAULT_GATE, type Feed } from "../../src/rows/session-rows.js";

export const PLAN = planOf(CHARTER);
export const ROWS = ["age;job;answer", ...Array.from({ length: 40 }, (_, i) => `${20 + i};${i % 3 === 0 ? "student" : "clerk"};${i % 2 === 0 ? "yes" : "no"}`)].join("\n");
export const MOMENTS = { kind: "moments", model: contextDigest(null), plan: planDigest(PLAN), ring: 64, words: layoutOf({ kind: "moments" }, layoutTerms(PLAN)).words } as const;
const SCENE: Scene = { kind: "logistic", question: { kind: "moments" }, model: null, digest: contextDigest(null), steps: null };
export const contribution: AnswerAsked = { ...asked({ question: MOMENTS }), scene: SCENE, parties: CHARTER.parties.map(({ name }) => name) };

/** A node's folder, and the work of any process that runs on it. */
export const place = (rows = ROWS, words: OwnWords = CHARTER_WORDS, contract: string | null = null, more: Partial<Feed> = {}) => {
  const [folder, database] = [scratchFolder(), openNodeDatabase(":memory:")];
  const contractFile = join(folder, "rows.odcs.yaml");
  const promise = (text: string) => writeFileSync(contractFile, text);
  if (contract !== null) promise(contract);
  const gate = contract === null ? DEFAULT_GATE : { contract: () => contractFile, folder };
  const path = join(folder, "rows.csv");
  const write = (text: string) => writeFileSync(path, text);
  write(rows);
  const egress = new Egress(database, folder);
  const logger = recordingLogger();
  const doing: string[] = [];
  const work = (of: { session?: string; charter?: typeof CHARTER; plan?: typeof PLAN; nowMs?: number; settings?: Partial<PrivacySettings>; entropy?: number } = {}) => new TrainingWork({
    session: (of.session ?? SESSION) as typeof SESSION, digest: DIGEST, charter: of.charter ?? CHARTER, plan: of.plan ?? planOf(of.charter ?? CHARTER), self: SELF,
    entropy: new Uint8Array(32).fill(of.entropy ?? 8), settings: { ...NO_SETTINGS, ...of.settings }, egress, database,
    feed: { rows: { path, delimiter: ";", quote: '"', keyColumn: null }, transactions: null, holdout: null, words, gate, named: null, settings: NO_NODE, ...more },
    logger, nowMs: () => of.nowMs ?? NOW_MS, doing: (what) => void doing.push(what),
  });
  return { folder, path, write, promise, egress, logger, doing, work };
};
export const contractOf = (age: string, more = "") => `apiVersion: v3.1.0\nkind: DataContract\nid: t\nversion: "1"\nstatus: active\nschema:\n  - name: rows\n    properties:\n      - { name: age, ${age} }\n      - { name: job, logicalType: string }\n${more}`;
export const admit = { kind: "admit" } as const;
