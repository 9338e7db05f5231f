import { toBase64, utf8 } from "@cohortium/crypto/bytes";
import { x25519PublicKey } from "@cohortium/crypto/agreement";
import type { Json } from "@cohortium/crypto/canonical-json";
import { sha256 } from "@cohortium/crypto/hash";
import { signerFromSeed, type Signer } from "@cohortium/crypto/signing";
import type { Keyed } from "@cohortium/protocol/host/driver";
import type { Logger } from "@cohortium/protocol/host/logger";
import { logVerifierKey } from "@cohortium/protocol/log/checkpoint";
import { signEntry, type Entry, type EntryType } from "@cohortium/protocol/log/entry";
import type { PartyId } from "@cohortium/protocol/session/ids";
import type { MembershipToNode } from "@cohortium/protocol/session/membership";
import type { Office } from "../src/office.js";
import { PartyBook } from "../src/parties.js";
import { openCoordinatorDatabase, Statements } from "../src/store.js";

export const CENTRE = "centre" as PartyId;
export const PARTIES = ["harbour", "mill", "quarry"] as PartyId[];
export const [HARBOUR, MILL, QUARRY] = PARTIES as [PartyId, PartyId, PartyId];
export const NOW_MS = Date.parse("2026-12-15T10:00:00Z");

export const signerOf = (name: string): Signer => signerFromSeed(sha256(utf8(`${name} signing`)));
export const agreementKeyOf = (name: string): Uint8Array => x25519PublicKey(sha256(utf8(`${name} agreement`)));

/** What an operator writes; keys come from the party book. */
export const DRAFT = {
  version: 1, name: "tiny", purpose: "to be tested", consortium: "circle",
  parties: PARTIES.map((name) => ({ name, organisation: name })),
  minimumParties: 3, quorum: 3,
  questions: [{
    id: "propensity.train",
    features: [{ kind: "numeric", name: "age", unit: "years", min: 17, max: 100 }],
    label: { name: "answer", positive: "yes", negative: "no" },
    model: { kind: "logistic", ridge: 1, gradientTolerance: 1e-8, iterationsMax: 10 },
    evaluation: { scoreBins: 1024, holdout: "own", holdoutShare: 0.2 },
  }],
  rows: { perPartyMax: 1_000, perPartyMin: 10, jointMin: 30 },
  thresholds: { categoryRows: 10 },
  privacy: { mechanism: "none", note: "Sums are exact.", budget: { releasesMax: 40 } },
  aggregation: { scheme: "masked", deadlineMs: 60_000, dropouts: "end" },
  notBefore: "2026-12-01T00:00:00Z", expires: "2027-06-30T12:00:00Z",
} as const;

export const draft = (change: object = {}): Json => ({ ...structuredClone(DRAFT), ...change });

/** A statement outside any session, as the named party would sign it. */
export function statement(actor: string, type: EntryType, body: Json, charter: string): Entry {
  return signEntry({ v: 1, type, actor, at: "2026-12-15T09:00:00.000Z", charter, session: "-", round: 0, body }, signerOf(actor));
}

export interface OfficeStage extends Office {
  /** What is in the log, each entry once. */
  readonly log: Entry[];
  readonly posted: (Keyed<MembershipToNode> & { readonly charter: string })[];
  readonly lines: string[];
  /** Parties whose letters were forgotten. */
  readonly forgotten: PartyId[];
}

/** The coordinator's office over a database in memory. `enrolled` parties are in its book already. */
export function office(enrolled: readonly PartyId[] = PARTIES): OfficeStage {
  const database = openCoordinatorDatabase(":memory:");
  const [log, posted, lines, forgotten]: [Entry[], OfficeStage["posted"], string[], PartyId[]] = [[], [], [], []];
  const write = (message: string, fields: unknown = {}) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
  const parties = new PartyBook(database);
  for (const name of enrolled) parties.enrol({ name, signingKey: signerOf(name).publicKey, agreementKey: agreementKeyOf(name), certificate: "ce".repeat(32), notAfterMs: NOW_MS });
  return {
    self: CENTRE, consortium: "circle", signer: signerOf(CENTRE), logKey: logVerifierKey("log.example/consortium", signerOf("log").publicKey),
    database, parties, statements: new Statements(database), logger, nowMs: () => NOW_MS, log, posted, lines, forgotten,
    publish: (entries) => entries.map((entry) => {
      const index = log.findIndex(({ id }) => id === entry.id);
      return index >= 0 ? index : log.push(entry) - 1;
    }),
    post: ({ key, message }, charter) => void posted.push({ key, message, charter }),
    forgetLetters: (party) => void forgotten.push(party),
  };
}

export const keyText = (name: string) => toBase64(signerOf(name).publicKey);
