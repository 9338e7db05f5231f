import { open, seal } from "@cohortium/crypto/aead";
import { concat, toHex, utf8 } from "@cohortium/crypto/bytes";
import { expandEntropy } from "@cohortium/crypto/entropy";
import { sha256 } from "@cohortium/crypto/hash";
import { combineShares, shareSecret } from "@cohortium/crypto/shamir";
import type { PartyId, SessionId } from "../session/ids.js";
import { boxKey, boxSecret, pairSeed, selfSeed, sharesKey } from "./keys.js";

/** One session's parties as Shamir sees them: x is 1 plus the index in `roster`, which never changes after it is logged. */
export interface Sharing {
  readonly session: SessionId;
  readonly roster: readonly PartyId[];
  readonly threshold: number;
  readonly rounds: number;
}

const SEED_BYTES = 32;
const PER_ROUND_BYTES = 2 * SEED_BYTES;

/**
 * Seals, to each present peer, its Shamir shares of this party's self seed and box secret of every round: 64 bytes a round.
 *
 * Reveals: to fewer than `threshold` peers together, nothing about any seed.
 */
export function sealShares(sharing: Sharing, self: PartyId, entropy: Uint8Array, pairs: ReadonlyMap<PartyId, Uint8Array>): Record<string, Uint8Array> {
  const rows: Uint8Array[][] = sharing.roster.map(() => []);
  for (let round = 1; round <= sharing.rounds; round++) {
    const selfShares = split(sharing, selfSeed(entropy, round), expandEntropy(entropy, `shamir/self/${round}`, (sharing.threshold - 1) * SEED_BYTES));
    const boxShares = split(sharing, boxSecret(entropy, round), expandEntropy(entropy, `shamir/box/${round}`, (sharing.threshold - 1) * SEED_BYTES));
    rows.forEach((row, index) => row.push(selfShares[index] ?? new Uint8Array(), boxShares[index] ?? new Uint8Array()));
  }
  const sealed: Record<string, Uint8Array> = {};
  sharing.roster.forEach((peer, index) => {
    const pair = pairs.get(peer);
    if (pair !== undefined) sealed[peer] = seal(sharesKey(pair, self, peer), concat(...(rows[index] ?? [])), label(sharing, self, peer));
  });
  return sealed;
}

/** Opens what a peer sealed to us: 64 bytes a round, or null if it is not from that peer, for us, in this session. */
export function openShares(sharing: Sharing, parties: { readonly from: PartyId; readonly to: PartyId },
  pair: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  const opened = open(sharesKey(pair, parties.from, parties.to), sealed, label(sharing, parties.from, parties.to));
  return opened !== null && opened.length === sharing.rounds * PER_ROUND_BYTES ? opened : null;
}

/** The two shares of one round within a peer's opened shares. */
export function sharesOfRound(opened: Uint8Array, round: number): { readonly self: Uint8Array; readonly box: Uint8Array } {
  const at = (round - 1) * PER_ROUND_BYTES;
  return { self: opened.slice(at, at + SEED_BYTES), box: opened.slice(at + SEED_BYTES, at + PER_ROUND_BYTES) };
}

/**
 * C_i^r for every round: this party's pair seeds, sealed under its box secret. Kept by the coordinator, who can open it only with the threshold's shares.
 * Pair seeds stand in the order of the roster, only those of `pairs`.
 */
export function sealBoxes(sharing: Sharing, self: PartyId, entropy: Uint8Array, pairs: ReadonlyMap<PartyId, Uint8Array>): readonly Uint8Array[] {
  const peers = sharing.roster.filter((peer) => pairs.has(peer));
  return Array.from({ length: sharing.rounds }, (_, index) => {
    const round = index + 1;
    const seeds = peers.map((peer) => concat(utf8(peer.padEnd(32)), pairSeed(pairs.get(peer) ?? new Uint8Array(), round)));
    return seal(boxKey(boxSecret(entropy, round)), concat(...seeds), boxLabel(sharing, self, round));
  });
}

/** SHA-256 of each round's self seed: against these a rebuilt seed is checked. */
export function selfSeedCommitments(sharing: Sharing, entropy: Uint8Array): string[] {
  return Array.from({ length: sharing.rounds }, (_, index) => toHex(sha256(selfSeed(entropy, index + 1))));
}

/** One share with its owner, who holds x = 1 + its index in the roster. */
export interface HeldShare {
  readonly holder: PartyId;
  readonly bytes: Uint8Array;
}

/** Rebuilds a silent survivor's self seed; null unless it matches the commitment. */
export function rebuildSelfSeed(sharing: Sharing, shares: readonly HeldShare[], commitment: string): Uint8Array | null {
  const seed = rebuild(sharing, shares);
  return seed !== null && toHex(sha256(seed)) === commitment ? seed : null;
}

/** Opens a dropped party's box with rebuilt shares: its pair seed with each peer in one round; null if it does not authenticate. */
export function rebuildPairSeeds(sharing: Sharing, dropped: { readonly name: PartyId; readonly box: Uint8Array; readonly round: number },
  shares: readonly HeldShare[]): ReadonlyMap<string, Uint8Array> | null {
  const secret = rebuild(sharing, shares);
  const opened = secret === null ? null : open(boxKey(secret), dropped.box, boxLabel(sharing, dropped.name, dropped.round));
  if (opened === null || opened.length % 64 !== 0) return null;
  const seeds = new Map<string, Uint8Array>();
  for (let at = 0; at < opened.length; at += 64) {
    seeds.set(String.fromCharCode(...opened.slice(at, at + 32)).trimEnd(), opened.slice(at + 32, at + 64));
  }
  return seeds;
}

function split(sharing: Sharing, secret: Uint8Array, entropy: Uint8Array): readonly Uint8Array[] {
  return shareSecret(secret, { threshold: sharing.threshold, count: sharing.roster.length }, entropy);
}

function rebuild(sharing: Sharing, shares: readonly HeldShare[]): Uint8Array | null {
  const usable = shares.filter(({ bytes }) => bytes.length === SEED_BYTES).slice(0, sharing.threshold);
  if (usable.length < sharing.threshold) return null;
  return combineShares(usable.map(({ holder, bytes }) => ({ x: sharing.roster.indexOf(holder) + 1, bytes })));
}

function label(sharing: Sharing, from: PartyId, to: PartyId): Uint8Array {
  return utf8(`cohortium/shares/v1\n${sharing.session}\n${from}\n${to}`);
}

function boxLabel(sharing: Sharing, owner: PartyId, round: number): Uint8Array {
  return utf8(`cohortium/box/v1\n${sharing.session}\n${owner}\n${round}`);
}
