/** A node's machines of both schemes as one, for whoever answers sums and does not care how. The state says which it is. */
import { rootsOf } from "./encrypted/keys.js";
import { encryptedMember, partsOwed, type EncryptedAnswering, type EncryptedMessage } from "./encrypted/round-member.js";
import { keyMember, keysOwed, type KeyEpoch, type KeyJoining, type KeyMessage } from "./encrypted/setup-member.js";
import type { KeyMade } from "./encrypted/messages.js";
import type { SurvivorsListed, UnmaskRequested } from "./messages.js";
import type { Machine, Step } from "../session/machine.js";
import { abort } from "./context.js";
import { answersOwed, roundMember, type RoundAnswering } from "./round-member.js";
import { setupMember, type MemberEpoch, type SetupJoining, type SetupMessage } from "./setup-member.js";

/** What a node keeps of a set-up. */
export type PartEpoch = MemberEpoch | KeyEpoch;

/** What the coordinator says in a set-up, and in a round after its offer. `relayed` belongs to both. */
export type SaidInSetup = SetupMessage | KeyMessage;
export type SaidInRound = SurvivorsListed | UnmaskRequested | EncryptedMessage;

export interface PartakingSetup {
  readonly given: SetupJoining["given"] & KeyJoining["given"];
  readonly state: SetupJoining["state"] | KeyJoining["state"];
  readonly event: { readonly kind: "heard"; readonly message: SaidInSetup; readonly atMs: number } | KeyMade;
  readonly send: SetupJoining["send"] | KeyJoining["send"];
  readonly ask: KeyJoining["ask"];
  readonly result: PartEpoch;
}

export interface PartakingRound {
  readonly given: Omit<RoundAnswering["given"], "epoch"> & { readonly epoch: PartEpoch };
  readonly state: RoundAnswering["state"] | EncryptedAnswering["state"];
  readonly event: { readonly kind: "heard"; readonly message: SaidInRound; readonly atMs: number }
    | Exclude<RoundAnswering["event"] | EncryptedAnswering["event"], { readonly kind: "heard" }>;
  readonly send: RoundAnswering["send"] | EncryptedAnswering["send"];
  readonly ask: RoundAnswering["ask"] | EncryptedAnswering["ask"];
  readonly result: RoundAnswering["result"];
}

/** The set-up of the charter's scheme. A message of the other scheme has no place in it. */
export const partakingSetup: Machine<PartakingSetup> = {
  open(given) {
    switch (given.terms.scheme) {
      case "masked": return setupMember.open(given);
      case "encrypted": return keyMember.open(given);
    }
  },

  step(state, event): Step<PartakingSetup> {
    if (event.kind === "key-made") return state.scheme === "encrypted" ? keyMember.step(state, event) : staysIn(state);
    const { message, atMs } = event;
    switch (message.kind) {
      case "roster": case "ciphertexts": case "shares":
        return state.scheme === "masked" ? setupMember.step(state, { message, atMs }) : abort("TRAINING_ORDER", { message: message.kind });
      case "commitments": case "relayed": case "keys-ready":
        return state.scheme === "encrypted" ? keyMember.step(state, { message, atMs }) : abort("TRAINING_ORDER", { message: message.kind });
    }
  },
};

/** One sum of the scheme that was set up. */
export const partakingRound: Machine<PartakingRound> = {
  open(given) {
    const { epoch } = given;
    switch (epoch.scheme) {
      case "masked": return roundMember.open({ ...given, epoch });
      case "encrypted": {
        const { speaker, coordinator, members, terms, parties, round, offer, question, context, expiresAtMs } = given;
        return encryptedMember.open({ speaker, coordinator, members, terms, epoch, parties, round, offer, question, context, expiresAtMs });
      }
    }
  },

  step(state, event): Step<PartakingRound> {
    switch (event.kind) {
      case "contributed": return state.scheme === "masked" ? roundMember.step(state, event) : stays(state);
      case "encrypted": case "part-decrypted": return state.scheme === "encrypted" ? encryptedMember.step(state, event) : stays(state);
      case "permitted": return state.scheme === "masked" ? roundMember.step(state, event) : encryptedMember.step(state, event);
      case "heard": return hear(state, event);
    }
  },
};

/** What a node keeps for the next round, however far the last one got: what it saw there is committed to, whether or not it was opened. */
export function partEpochAfter(epoch: PartEpoch, last: PartakingRound["state"] | null): PartEpoch {
  if (last?.scheme !== "encrypted" || epoch.scheme !== "encrypted") return epoch;
  const { own, sealed } = last;
  return { ...epoch, roots: [...epoch.roots, ...rootsOf(sealed.length === 0 && own !== null ? [own] : sealed)] };
}

/** What the host still owes a set-up. */
export function setupOwed(state: PartakingSetup["state"]): readonly PartakingSetup["ask"][] {
  return state.scheme === "encrypted" ? keysOwed(state) : [];
}

/** What the host still owes a round. */
export function partakingOwed(state: PartakingRound["state"]): readonly PartakingRound["ask"][] {
  switch (state.scheme) {
    case "masked": return answersOwed(state);
    case "encrypted": return partsOwed(state);
  }
}

function hear(state: PartakingRound["state"], { message, atMs }: PartakingRound["event"] & { readonly kind: "heard" }): Step<PartakingRound> {
  switch (message.kind) {
    case "survivors": {
      const event = { kind: "heard", message, atMs } as const;
      return state.scheme === "masked" ? roundMember.step(state, event) : encryptedMember.step(state, event);
    }
    case "unmask": return state.scheme === "masked" ? roundMember.step(state, { kind: "heard", message, atMs }) : abort("TRAINING_ORDER", { message: message.kind });
    case "relayed": case "decrypt":
      return state.scheme === "encrypted" ? encryptedMember.step(state, { kind: "heard", message, atMs }) : abort("TRAINING_ORDER", { message: message.kind });
  }
}

function staysIn(state: PartakingSetup["state"]): Step<PartakingSetup> {
  return { kind: "wait", state, log: [], send: [], ask: setupOwed(state), untilMs: state.expiresAtMs };
}

function stays(state: PartakingRound["state"]): Step<PartakingRound> {
  return { kind: "wait", state, log: [], send: [], ask: partakingOwed(state), untilMs: state.expiresAtMs };
}
