import type { Json } from "@cohortium/crypto/canonical-json";
import { instantText } from "@cohortium/protocol/session/instant";
import { quorumMin } from "@cohortium/protocol/charter/quorum";
import { REGIONS } from "./tiny-data.js";

/** What a test may want to be different. Times are offsets from now. */
export interface TinyTerms {
  readonly deadlineMs?: number;
  readonly expiresInMs?: number;
  readonly name?: string;
  readonly dropouts?: "end" | "continue";
  readonly model?: Json;
  /** SHA-256 of the file that all judge on, so that a training may do without one of them. */
  readonly leaveOneOutOn?: string;
  readonly scheme?: "masked" | "encrypted";
  readonly perPartner?: "own" | "shared";
  /** With noise, of which one company's may be known to others. */
  readonly epsilon?: number;
}

const LOGISTIC = { kind: "logistic", ridge: 1, gradientTolerance: 1e-8, iterationsMax: 15 };

/** A charter draft over the rows of `tiny-data.ts`, for any parties. */
export function tinyDraft(parties: readonly string[], terms: TinyTerms = {}) {
  const { deadlineMs = 60_000, expiresInMs = 3_600_000, name = "tiny", dropouts = "end", scheme = "masked", model = LOGISTIC, leaveOneOutOn, perPartner, epsilon } = terms;
  return {
    version: 1, name, purpose: "See whether everything holds.", consortium: "test-circle",
    parties: parties.map((party) => ({ name: party, organisation: `Company ${party}` })) as Json[],
    minimumParties: 3, quorum: scheme === "encrypted" ? parties.length : Math.min(parties.length, quorumMin(parties.length)),
    questions: [{
      id: "propensity.train",
      features: [
        { kind: "numeric", name: "age", unit: "years", min: 18, max: 100 },
        { kind: "numeric", name: "visits", unit: "visits", min: 0, max: 60 },
        { kind: "categorical", name: "region", categories: [...REGIONS] },
      ],
      label: { name: "bought", positive: "yes", negative: "no" },
      model,
      evaluation: {
        scoreBins: epsilon === undefined ? 1024 : 64, holdoutShare: 0.2,
        ...(leaveOneOutOn === undefined ? { holdout: "own" } : { holdout: "common", holdoutDigest: leaveOneOutOn, leaveOneOut: "allowed" }), ...(perPartner === undefined ? {} : { perPartner }),
      },
    }] as Json[],
    rows: { perPartyMax: 1_000, perPartyMin: 50, jointMin: 100 },
    thresholds: { categoryRows: 10 },
    privacy: epsilon === undefined ? { mechanism: "none", note: "Sums are exact.", budget: { releasesMax: 100_000 } }
      : { mechanism: "discrete-gaussian", note: "Sums are noisy.", budget: { releasesMax: 100_000, epsilon, delta: 1e-5, reserveShare: 0 }, colluders: 1 },
    aggregation: { scheme, deadlineMs, dropouts },
    notBefore: secondOf(-3_600_000), expires: secondOf(expiresInMs),
  };
}

function secondOf(fromNowMs: number): string {
  return `${instantText(Date.now() + fromNowMs).slice(0, 19)}Z`;
}
