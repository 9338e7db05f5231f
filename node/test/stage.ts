import { x25519PublicKey } from "@cohortium/crypto/agreement";
import { toBase64, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import type { MaskKey } from "@cohortium/crypto/masking";
import { signerFromSeed, type Signer } from "@cohortium/crypto/signing";
import type { ContributionAsked } from "@cohortium/protocol/aggregation/round-member";
import type { Logger } from "@cohortium/protocol/host/logger";
import { logVerifierKey } from "@cohortium/protocol/log/checkpoint";
import { signEntry, type Entry, type EntryType } from "@cohortium/protocol/log/entry";
import { checkCharter } from "@cohortium/protocol/charter/check";
import { charterAsJson, charterDigest } from "@cohortium/protocol/charter/digest";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { parseDigest, type PartyId, type SessionId } from "@cohortium/protocol/session/ids";
import type { Json } from "@cohortium/crypto/canonical-json";

export const [SELF, MILL, QUARRY, CENTRE] = ["harbour", "mill", "quarry", "centre"] as [PartyId, PartyId, PartyId, PartyId];
export const SESSION = "5e".repeat(16) as SessionId;
export const NOW_MS = Date.parse("2026-12-15T10:00:00Z");

export const seedOf = (name: string, use = "signing") => sha256(utf8(`${name} ${use}`));
export const signerOf = (name: string): Signer => signerFromSeed(seedOf(name));
const agreementKeyOf = (name: string) => toBase64(x25519PublicKey(seedOf(name, "agreement")));

export const ORIGIN = "log.example/consortium";
export const LOG_KEY = logVerifierKey(ORIGIN, signerOf("log").publicKey);
export const COORDINATOR = { name: CENTRE, signingKey: signerOf(CENTRE).publicKey, logKey: LOG_KEY };

export const CHARTER_JSON = {
  version: 1, name: "tiny", purpose: "to be tested", consortium: "circle",
  operator: { name: CENTRE, signingKey: toBase64(COORDINATOR.signingKey), logKey: LOG_KEY },
  parties: [SELF, MILL, QUARRY].map((name) => ({ name, organisation: name, signingKey: toBase64(signerOf(name).publicKey), agreementKey: agreementKeyOf(name) })),
  minimumParties: 3, quorum: 3,
  questions: [{
    id: "propensity.train",
    features: [{ kind: "numeric", name: "age", unit: "years", min: 17, max: 100 }, { kind: "categorical", name: "job", categories: ["clerk", "student"] }],
    label: { name: "answer", positive: "yes", negative: "no" },
    model: { kind: "logistic", ridge: 1, gradientTolerance: 1e-8, iterationsMax: 10 },
    evaluation: { scoreBins: 1024, holdout: "own", holdoutShare: 0.2 },
  }],
  rows: { perPartyMax: 1_000, perPartyMin: 10, jointMin: 30 },
  thresholds: { categoryRows: 10 },
  privacy: { mechanism: "none", note: "Sums are exact.", budget: { releasesMax: 40 } },
  aggregation: { scheme: "masked", deadlineMs: 60_000, dropouts: "end" },
  notBefore: "2026-12-01T00:00:00Z", expires: "2027-06-30T12:00:00Z",
};

export function charterOf(json: object = CHARTER_JSON): Charter {
  const check = checkCharter(json as Json);
  if (check.kind === "refused") throw new Error(JSON.stringify(check.problems));
  return check.charter;
}

export const CHARTER = charterOf();
export const DIGEST = charterDigest(CHARTER);

/** A statement outside any session, as the named party would sign it. */
export function statement(actor: string, type: EntryType, body: Json, charter: string = DIGEST): Entry {
  return signEntry({ v: 1, type, actor, at: "2026-12-15T09:00:00.000Z", charter, session: "-", round: 0, body }, signerOf(actor));
}

export const proposalOf = (charter: Charter, by: string = CENTRE): Entry =>
  statement(by, "charter", { digest: charterDigest(charter), charter: charterAsJson(charter) }, charterDigest(charter));

/** Keeps what was logged, so that a test can look for what must not be there. */
export function recordingLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const write = (message: string, fields: unknown = {}) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const logger = { lines, debug: write, info: write, warn: write, error: write, child: () => logger };
  return logger;
}

/** What `asked` is hidden under. */
export const MASKS: readonly MaskKey[] = [{ key: new Uint8Array(32).fill(3), sign: 1 }];

export const asked = (more: Partial<ContributionAsked> = {}): ContributionAsked => ({
  kind: "contribute", round: 1, offer: "0f".repeat(32), context: null, hide: { scheme: "masked", masks: MASKS },
  question: { kind: "moments", model: parseDigest("ab".repeat(32)), plan: parseDigest("cd".repeat(32)), ring: 64, words: 3 }, ...more,
});
