import { readFileSync } from "node:fs";
import { toHex } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import type { LocalRows } from "@cohortium/node/data/local-rows";
import type { Egress } from "@cohortium/node/egress/egress";
import { computeStatistic } from "@cohortium/node/statistics/compute";
import { parseDigest } from "@cohortium/protocol/session/ids";
import { statisticLayout, statisticNoise } from "@cohortium/protocol/statistics/layout";
import type { StatisticPlan, StatisticQuestion } from "@cohortium/protocol/statistics/plan";

const QUESTION: StatisticQuestion = { kind: "statistic", step: 0, edges: null };
const DIGEST = parseDigest("00".repeat(32));

/** One answer of a node, by its own egress and at the price of the question. */
export interface Asking {
  readonly plan: StatisticPlan;
  readonly rows: LocalRows;
  /** Sessions of one number have one entropy, as after a restart. */
  readonly session: number;
  readonly budgetNanoRho: number;
}

/** The digest of what would leave, without masks so that equal noise is seen; null if the node refuses. */
export async function wordsLeaving(egress: Egress, { plan, rows, session, budgetNanoRho }: Asking): Promise<string | null> {
  const [segments, layout] = [statisticNoise(QUESTION, plan), statisticLayout(QUESTION, plan)];
  if (segments === null) throw new Error("a question without noise");
  const id = sessionId(session);
  const privacy = {
    kind: "priced", noise: { segments, entropy: sha256(Uint8Array.of(session % 256, Math.floor(session / 256))), label: id },
    charge: { atMs: 0, query: "q", kind: plan.query.kind, nanoRho: plan.query.nanoRho, rowSet: rows.setDigest }, limits: { charter: budgetNanoRho, own: null },
  } as const;
  const egressed = await egress.release(
    { id, charter: "c", releasesMax: 1e6, privacy },
    {
      kind: "contribute", round: 1, offer: "00".repeat(32), context: null, hide: { scheme: "masked", masks: [] },
      question: { kind: "statistic", model: DIGEST, plan: DIGEST, ring: layout.ring, words: layout.words },
    },
    () => Promise.resolve({ values: computeStatistic(rows, QUESTION, plan), layout }),
  );
  return egressed.kind === "released" ? toHex(sha256(new Uint8Array(readFileSync(egressed.release.path)))) : null;
}

export function sessionId(session: number): string {
  return session.toString(16).padStart(32, "0");
}
