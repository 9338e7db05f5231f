import { freshEntropy } from "@cohortium/crypto/entropy";
import type { ContributionAsked } from "@cohortium/protocol/aggregation/round-member";
import { TRACES, type Needle, type Trace } from "@cohortium/node/canary/needles";
import type { Search } from "@cohortium/node/canary/search";
import { Correspondence } from "@cohortium/protocol/host/correspondence";
import { parseDigest, parseSessionId, type Digest, type PartyId } from "@cohortium/protocol/session/ids";
import { encodeFromNode } from "@cohortium/protocol/wire/from-node";
import { concat } from "@cohortium/crypto/bytes";
import { readFileSync } from "node:fs";
import type { Rehearsal } from "./rehearsal.js";

/** One value that was sent on purpose, in one disguise, and whether the search saw it. */
export interface Proof {
  readonly trace: Trace;
  readonly how: string;
  readonly found: boolean;
}

interface Proving {
  readonly self: PartyId;
  readonly charter: Digest;
  readonly needles: readonly Needle[];
  readonly search: Search;
  readonly recipient: PartyId;
}

/** A session that nobody runs. */
const NOWHERE = parseSessionId("ca".repeat(16));
const SCALE_BITS = 30;

/**
 * Sends marked values through an egress that is weakened on purpose, in the rehearsal alone: in a letter, each disguise once, and in a vector whose masks
 * are left away. The same search must find every one of them.
 */
export async function proveSearch(rehearsal: Rehearsal, proving: Proving): Promise<readonly Proof[]> {
  const letters = TRACES.flatMap((trace) => {
    const needle = proving.needles.find((one) => one.trace === trace);
    return needle === undefined ? [] : [{ trace, how: "in a letter", found: sees(proving, trace, letterWith(rehearsal, proving, needle)) }];
  });
  const vector = await unmaskedVector(rehearsal, proving);
  return vector === null ? letters : [...letters, { trace: "fixed point of 64 bits", how: "in a vector without masks", found: sees(proving, "fixed point of 64 bits", vector) }];
}

function sees({ search }: Proving, trace: Trace, bytes: Uint8Array): boolean {
  return search.in(bytes).some((needle) => needle.trace === trace);
}

/** The envelope as it waits for the line: listed in the ledger, signed and queued like any other. */
function letterWith(rehearsal: Rehearsal, { self, charter, recipient }: Proving, { bytes, trace }: Needle): Uint8Array {
  const { node, signer } = rehearsal.member(self);
  const peer = rehearsal.operator;
  const ciphertext = concat(freshEntropy(), bytes, freshEntropy());
  const message = { kind: "encapsulated", from: self, ciphertexts: { [recipient]: ciphertext }, atMs: 0 } as const;
  const [key, payload, before] = [`canary/${trace}`, encodeFromNode(message), node.highestSeq(peer)];
  const letters = new Correspondence(node.store.database, self, signer);
  node.egress.letter({ key, message, payload }, { recipient: peer, session: NOWHERE, atMs: 0, perPartner: "own" }, () => {
    letters.post({ peer, key, session: NOWHERE, charter, payload, bulk: null });
  });
  return letters.outbox.pending(peer, before, 1)[0]?.envelope ?? new Uint8Array();
}

/** What egress writes for the line if nobody masks it. Null where no value is a number. */
async function unmaskedVector(rehearsal: Rehearsal, { self, charter, needles }: Proving): Promise<Uint8Array | null> {
  const mark = needles.find(({ trace }) => trace === "fixed point of 64 bits")?.mark;
  if (mark === undefined) return null;
  const value = Number(mark.text);
  const ask: ContributionAsked = {
    kind: "contribute", round: 1, offer: "ca".repeat(32), context: null, hide: { scheme: "masked", masks: [] },
    question: { kind: "moments", model: parseDigest("ca".repeat(32)), plan: parseDigest("ca".repeat(32)), ring: 64, words: 1 },
  };
  const layout = { ring: 64, words: 1, segments: [{ name: "value", length: 1, boundAbs: Math.abs(value) + 1, scaleBits: SCALE_BITS }] } as const;
  const { egress } = rehearsal.member(self).node;
  const terms = { id: NOWHERE, charter, releasesMax: Number.MAX_SAFE_INTEGER, privacy: { kind: "exact", limits: { own: null } } } as const;
  const egressed = await egress.release(terms, ask, () => Promise.resolve({ values: Float64Array.of(value), layout }));
  return egressed.kind === "released" ? new Uint8Array(readFileSync(egressed.release.path)) : null;
}
