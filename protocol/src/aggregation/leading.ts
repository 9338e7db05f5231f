/** The coordinator's machines of both schemes as one, for whoever takes sums and does not care how. The state says which it is. */
import { rootsOf } from "./encrypted/keys.js";
import { encryptedLeader, encryptedWaitsFor, openingOwed, type EncryptedLeading } from "./encrypted/round-leader.js";
import { keyLeader, keysAwaited, type EncryptedEpoch, type KeyLeading } from "./encrypted/setup-leader.js";
import type { Machine, Step } from "../session/machine.js";
import { tooFew } from "./context.js";
import { roundLeader, roundWaitsFor, sumOwed, type RoundLeading, type RoundSum } from "./round-leader.js";
import { setupLeader, setupWaitsFor, type Epoch, type SetupLeading } from "./setup-leader.js";

/** What the coordinator keeps of a set-up. */
export type LeaderEpoch = Epoch | EncryptedEpoch;

export interface LeadingSetup {
  readonly given: SetupLeading["given"] & KeyLeading["given"];
  readonly state: SetupLeading["state"] | KeyLeading["state"];
  readonly event: SetupLeading["event"] | KeyLeading["event"];
  readonly send: SetupLeading["send"] | KeyLeading["send"];
  readonly ask: never;
  readonly result: LeaderEpoch;
}

export interface LeadingRound {
  readonly given: Omit<RoundLeading["given"], "epoch"> & { readonly epoch: LeaderEpoch };
  readonly state: RoundLeading["state"] | EncryptedLeading["state"];
  readonly event: RoundLeading["event"] | EncryptedLeading["event"];
  readonly send: RoundLeading["send"] | EncryptedLeading["send"];
  readonly ask: RoundLeading["ask"] | EncryptedLeading["ask"];
  readonly result: RoundSum;
}

/** The set-up of the charter's scheme. A message of the other scheme changes nothing. */
export const leadingSetup: Machine<LeadingSetup> = {
  open(given) {
    switch (given.terms.scheme) {
      case "masked": return setupLeader.open(given);
      case "encrypted": return keyLeader.open(given);
    }
  },

  step(state, event): Step<LeadingSetup> {
    switch (event.kind) {
      case "joined": case "encapsulated": case "shared": return state.scheme === "masked" ? setupLeader.step(state, event) : stays(state);
      case "key-committed": case "shown": return state.scheme === "encrypted" ? keyLeader.step(state, event) : stays(state);
      case "declined": case "deadline": return state.scheme === "masked" ? setupLeader.step(state, event) : keyLeader.step(state, event);
    }
  },
};

/** One sum of the scheme that was set up. */
export const leadingRound: Machine<LeadingRound> = {
  open(given) {
    const { epoch } = given;
    switch (epoch.scheme) {
      case "masked": return roundLeader.open({ ...given, epoch });
      case "encrypted": {
        const { speaker, members, terms, parties, round, question, context, gone, atMs } = given;
        // Somebody who left would be waited for in vain.
        if (gone.length > 0) return tooFew({ round, heard: parties.length - gone.length, needed: parties.length }, gone, []);
        return encryptedLeader.open({ speaker, members, terms, epoch, parties, round, question, context, gone, atMs });
      }
    }
  },

  step(state, event): Step<LeadingRound> {
    switch (event.kind) {
      case "uploaded": case "unmasked": case "summed": return state.scheme === "masked" ? roundLeader.step(state, event) : staysIn(state);
      case "sealed": case "shown": case "decrypted": case "opened": case "unopened":
        return state.scheme === "encrypted" ? encryptedLeader.step(state, event) : staysIn(state);
      case "agreed": case "declined": case "deadline": return state.scheme === "masked" ? roundLeader.step(state, event) : encryptedLeader.step(state, event);
    }
  },
};

/** What the coordinator keeps for the next round, once this one is over. */
export function leaderEpochAfter(state: LeadingRound["state"]): LeaderEpoch {
  switch (state.scheme) {
    case "masked": return state.epoch;
    case "encrypted": return { ...state.epoch, roots: [...state.epoch.roots, ...rootsOf(Object.values(state.sealed))] };
  }
}

/** Of which parties a set-up waits, and for what. */
export function setupAwaits(state: LeadingSetup["state"]): { readonly parties: readonly string[]; readonly what: string } {
  switch (state.scheme) {
    case "masked": return setupWaitsFor(state);
    case "encrypted": return keysAwaited(state);
  }
}

/** Of which parties a round waits, and for what. */
export function roundAwaits(state: LeadingRound["state"]): { readonly parties: readonly string[]; readonly what: string } {
  switch (state.scheme) {
    case "masked": return roundWaitsFor(state);
    case "encrypted": return encryptedWaitsFor(state);
  }
}

/** What the host still owes a round. */
export function leadingOwed(state: LeadingRound["state"]): readonly LeadingRound["ask"][] {
  switch (state.scheme) {
    case "masked": return sumOwed(state);
    case "encrypted": return openingOwed(state);
  }
}

function stays(state: LeadingSetup["state"]): Step<LeadingSetup> {
  return { kind: "wait", state, log: [], send: [], ask: [], untilMs: state.untilMs };
}

function staysIn(state: LeadingRound["state"]): Step<LeadingRound> {
  return { kind: "wait", state, log: [], send: [], ask: leadingOwed(state), untilMs: state.untilMs };
}
