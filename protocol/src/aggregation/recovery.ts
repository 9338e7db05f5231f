import { toBase64 } from "@cohortium/crypto/bytes";
import type { PartyId } from "../session/ids.js";
import type { Speaker } from "./context.js";
import { maskKey } from "./keys.js";
import type { Unmasked } from "./messages.js";
import { rebuildPairSeeds, rebuildSelfSeed, type HeldShare, type Sharing } from "./seed-shares.js";
import type { Epoch } from "./setup-leader.js";

/**
 * What was rebuilt from shares, in base64, as the log shows it: by survivor its self seed, which its own commitment in the log proves; by dropped
 * party and survivor the pair mask key, which nothing in the log can.
 */
export interface Recovered {
  readonly self: Readonly<Record<string, string>>;
  readonly orphans: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

interface Round {
  readonly speaker: Speaker;
  readonly epoch: Epoch;
  readonly round: number;
  /** The id of the round's offer, which every mask key is bound to. */
  readonly context: string;
  /** Who was asked; the masks are between these. */
  readonly parties: readonly PartyId[];
  readonly survivors: readonly PartyId[];
}

/**
 * Rebuilds the masks of survivors that agreed and then fell silent: their self masks from the threshold's shares, and their pair masks with
 * dropped parties out of the dropped parties' boxes.
 *
 * @returns null if shares are too few or do not fit the commitments: then nothing can be summed.
 */
export function recoverMasks(round: Round, answered: readonly Unmasked[]): Recovered | null {
  const silent = round.survivors.filter((name) => !answered.some(({ from }) => from === name));
  const dropped = silent.length === 0 ? [] : round.parties.filter((name) => !round.survivors.includes(name));
  const sharing: Sharing = { session: round.speaker.session, roster: round.epoch.roster, threshold: round.epoch.threshold, rounds: 0 };

  const self: Record<string, string> = {};
  for (const name of silent) {
    const commitment = round.epoch.commitments[name]?.[round.round - 1] ?? "";
    const seed = rebuildSelfSeed(sharing, heldShares(answered, name, "selfShares"), commitment);
    if (seed === null) return null;
    self[name] = toBase64(seed);
  }

  const orphans: Record<string, Record<string, string>> = {};
  for (const lost of dropped) {
    const box = round.epoch.boxes[lost]?.[round.round - 1] ?? new Uint8Array();
    const seeds = rebuildPairSeeds(sharing, { name: lost, box, round: round.round }, heldShares(answered, lost, "boxShares"));
    if (seeds === null) return null;
    const keys = silent.map((name) => [name, seeds.get(name)] as const);
    if (keys.some(([, seed]) => seed === undefined)) return null;
    orphans[lost] = Object.fromEntries(keys.map(([name, seed]) => [name, toBase64(maskKey(seed ?? new Uint8Array(), round.context, "pair"))]));
  }
  return { self, orphans };
}

function heldShares(answered: readonly Unmasked[], owner: PartyId, which: "selfShares" | "boxShares"): readonly HeldShare[] {
  return answered.flatMap((answer) => {
    const bytes = answer[which][owner];
    return bytes === undefined ? [] : [{ holder: answer.from, bytes }];
  });
}
