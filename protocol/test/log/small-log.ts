import { toBase64, toHex, utf8 } from "@cohortium/crypto/bytes";
import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { sha256 } from "@cohortium/crypto/hash";
import { applyMasks } from "@cohortium/crypto/masking";
import { leafHash, MerkleTree } from "@cohortium/crypto/merkle";
import { signerFromSeed, type Signer } from "@cohortium/crypto/signing";
import { bytesOfWords, zeroWords, type Words } from "@cohortium/crypto/words";
import { logVerifierKey, signCheckpoint } from "../../src/log/checkpoint.js";
import { maskKey } from "../../src/log/mask-key.js";
import { signEntry, type Entry, type EntryType, type Statement } from "../../src/log/entry.js";
import { uploadPath } from "../../src/log/audit-sums.js";
import { bundleBytes, bundlePath, bundlesOf, TILE_WIDTH, tileBytes, tilePath, tilesOf } from "../../src/log/tiles.js";

export const ORIGIN = "log.example/consortium";
export const PARTIES = ["harbour", "mill", "orchard", "quarry"] as const;
export const SESSION = "5e".repeat(16);
const seedOf = (name: string) => sha256(utf8(`seed of ${name}`));
export const signerOf = (name: string): Signer => signerFromSeed(seedOf(name));
export const LOG_KEY = logVerifierKey(ORIGIN, signerOf("log").publicKey);

export const keyText = (name: string) => toBase64(signerOf(name).publicKey);
const digestOf = (text: string) => toHex(sha256(utf8(text)));
export const certificateOf = (name: string) => digestOf(`certificate of ${name}`);

export const CHARTER: Json = {
  name: "churn",
  operator: { name: "hub", signingKey: keyText("hub"), logKey: LOG_KEY },
  parties: PARTIES.map((name) => ({ name, signingKey: keyText(name), agreementKey: keyText(name) })),
  minimumParties: 3,
  quorum: 3,
  aggregation: { dropouts: "continue" },
  privacy: { budget: { releasesMax: 100 } },
  notBefore: "2026-11-01T00:00:00Z",
  expires: "2027-06-30T00:00:00Z",
};
export const CHARTER_DIGEST = toHex(sha256(canonicalBytes(CHARTER)));

/** A statement of this log with the usual frame, signed by `signer` or else its actor. */
export function say(actor: string, type: EntryType, body: Json, frame: Partial<Statement> & { readonly signer?: string } = {}): Entry {
  const { signer = actor, ...rest } = frame;
  const usual = { v: 1, type, actor, at: "2026-11-22T10:00:00Z", charter: CHARTER_DIGEST, session: SESSION, round: 0, body } as const;
  return signEntry({ ...usual, ...rest }, signerOf(signer));
}

/** The values each party brings to a round. */
export const VALUES = { harbour: [3, 1, 4, 1, 5], mill: [9, 2, 6, 5, 3], orchard: [5, 8, 9, 7, 9], quarry: [3, 2, 3, 8, 4] } as const;
type Party = keyof typeof VALUES;

export const selfSeed = (party: string, round: number) => sha256(utf8(`self ${party} ${round}`));
export const pairKey = (a: string, b: string, round: number) => sha256(utf8(`pair ${[a, b].sort().join(" ")} ${round}`));

interface RoundPlan { readonly round: number; readonly ring: 32 | 64; readonly asked: readonly Party[]; readonly survivors: readonly Party[]; readonly silent: readonly Party[] }
const THREE = ["harbour", "mill", "orchard"] as const;
/** In the first round everyone answers; in the second, quarry drops out before uploading and orchard after agreeing; the third does without quarry. */
export const ROUNDS: readonly RoundPlan[] = [
  { round: 1, ring: 32, asked: PARTIES, survivors: PARTIES, silent: [] },
  { round: 2, ring: 64, asked: PARTIES, survivors: THREE, silent: ["orchard"] },
  { round: 3, ring: 32, asked: THREE, survivors: THREE, silent: [] },
];

function offerOf({ round, ring, asked }: RoundPlan): Entry {
  return say("hub", "round.offer", { kind: "moments", model: digestOf(`model before round ${round}`), plan: digestOf("plan"), ring, words: 5, parties: asked }, { round });
}

const selfKey = (party: string, plan: RoundPlan) => maskKey(selfSeed(party, plan.round), offerOf(plan).id, "self");

export function wordsOf(ring: 32 | 64, values: readonly number[]): Words {
  return ring === 32 ? Uint32Array.from(values) : BigUint64Array.from(values, BigInt);
}

export function maskedWords(party: Party, plan: RoundPlan): Words {
  const { round, ring, asked } = plan;
  const words = wordsOf(ring, VALUES[party]);
  const pairs = asked.filter((peer) => peer !== party).map((peer) => ({ key: pairKey(party, peer, round), sign: peer > party ? 1 : -1 } as const));
  applyMasks(words, [{ key: selfKey(party, plan), sign: 1 }, ...pairs], 0);
  return words;
}

const rootOf = (words: Words) => toHex(chunkRoot(bytesOfWords(words)));
const byName = <T extends Json>(names: readonly string[], value: (name: string) => T): Json => Object.fromEntries(names.map((name) => [name, value(name)]));

function roundEntries(plan: RoundPlan): readonly Entry[] {
  const { round, ring, asked, survivors, silent } = plan;
  const tell = (actor: string, type: EntryType, body: Json) => say(actor, type, body, { round });
  const offer = offerOf(plan);
  const uploads = survivors.map((name) => tell(name, "round.upload", { root: rootOf(maskedWords(name, plan)), words: 5, offer: offer.id }));
  const list = tell("hub", "round.survivors", { offer: offer.id, uploads: byName(survivors, (name) => uploads.find(({ statement }) => statement.actor === name)!.id) });
  const agrees = survivors.map((name) => tell(name, "round.agree", { survivors: list.id }));
  const dropped = asked.filter((name) => !survivors.includes(name));
  const unmasks = survivors.filter((name) => !silent.includes(name)).map((name) => tell(name, "round.unmask", {
    survivors: list.id, self: toBase64(selfKey(name, plan)), orphans: byName(dropped, (lost) => toBase64(pairKey(name, lost, round))),
  }));
  const sum = zeroWords(ring, 5);
  sum.set(wordsOf(ring, [0, 1, 2, 3, 4].map((i) => survivors.reduce((total, name) => total + VALUES[name][i]!, 0))) as never);
  const recovered = {
    self: byName(silent, (name) => toBase64(selfSeed(name, round))),
    orphans: silent.length === 0 ? {} : byName(dropped, (lost) => byName(silent, (name) => toBase64(pairKey(name, lost, round)))),
  };
  const result = tell("hub", "round.result", { survivors: list.id, root: rootOf(sum), words: 5, recovered });
  return [offer, ...uploads, list, ...agrees, ...unmasks, result];
}

/** Everything a consortium of four logs from its first day to the end of its first session. */
export function honestEntries(): readonly Entry[] {
  const early = { charter: "-", session: "-" };
  const opened = say("hub", "log.opened", { origin: ORIGIN, logKey: LOG_KEY, coordinator: "hub", signingKey: keyText("hub") }, early);
  const enrolments = PARTIES.map((party) => say("hub", "enrolment", { party, signingKey: keyText(party), agreementKey: keyText(party), certificate: certificateOf(party) }, early));
  const charter = say("hub", "charter", { digest: CHARTER_DIGEST, charter: CHARTER }, { session: "-" });
  const signatures = PARTIES.map((party) => say(party, "charter.signature", { digest: CHARTER_DIGEST }, { session: "-" }));
  const offer = say("hub", "session.offer", { question: "propensity.train", plan: digestOf("plan") });
  const stated = PARTIES.map((party) => say(party, "session.data", { recipe: digestOf("recipe"), table: digestOf(`table of ${party}`) }));
  const bundles = PARTIES.map((party) => say(party, "bundle", { x25519: keyText(party), mlkem: digestOf(`mlkem of ${party}`) }));
  const roster = say("hub", "roster", { parties: PARTIES, bundles: byName(PARTIES, (name) => bundles.find(({ statement }) => statement.actor === name)!.id), threshold: 3, minimum: 3 });
  const shares = PARTIES.map((party) => say(party, "shares", { selfSeeds: ROUNDS.map(({ round }) => toHex(sha256(selfSeed(party, round)))) }));
  const ready = say("hub", "ready", { parties: PARTIES });
  const model = say("hub", "model", { kind: "newton", hash: digestOf("model 1"), iteration: 1 }, { round: 1 });
  const close = say("hub", "session.close", { model: digestOf("model 1"), evaluation: digestOf("evaluation") });
  const [first = [], ...later] = ROUNDS.map(roundEntries);
  return [opened, ...enrolments, charter, ...signatures, offer, ...stated, ...bundles, roster, ...shares, ready, ...first, model, ...later.flat(), close];
}

export type Files = Map<string, Uint8Array>;

/** The files of a log with these entries, properly signed, and the masked uploads beside them. */
export function filesOf(entries: readonly { readonly bytes: Uint8Array }[], logSigner = "log"): Files {
  const tree = new MerkleTree();
  for (const { bytes } of entries) tree.append(leafHash(bytes));
  const files: Files = new Map([["checkpoint", utf8(signCheckpoint({ origin: ORIGIN, size: tree.size, root: tree.root() }, signerOf(logSigner)))]]);
  for (const bundle of bundlesOf(tree.size)) {
    files.set(bundlePath(bundle), bundleBytes(entries.slice(bundle.index * TILE_WIDTH, bundle.index * TILE_WIDTH + bundle.width).map(({ bytes }) => bytes)));
  }
  for (const tile of tilesOf(tree.size)) files.set(tilePath(tile), tileBytes(tile, tree));
  for (const plan of ROUNDS) {
    for (const party of plan.survivors) {
      const words = maskedWords(party, plan);
      files.set(uploadPath(rootOf(words)), bytesOfWords(words));
    }
  }
  return files;
}

export const sourceOf = (files: Files) => ({ read: (path: string) => files.get(path) ?? null });
