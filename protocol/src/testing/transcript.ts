import type { Json } from "@cohortium/crypto/canonical-json";
import { member } from "../aggregation/round-statements.js";
import type { Entry } from "../log/entry.js";
import { explain, type Fault } from "../session/fault.js";
import type { PartyId } from "../session/ids.js";
import { instantText } from "../session/instant.js";
import type { FromNode, ToNode } from "../conduct/messages.js";

/** One thing that happened in a world, in the order it happened. */
export type Happening = { readonly atMs: number } & (
  | { readonly kind: "sent"; readonly from: PartyId; readonly to: PartyId; readonly message: ToNode | FromNode }
  | { readonly kind: "logged"; readonly entry: Entry }
  | { readonly kind: "silent"; readonly party: PartyId }
  | { readonly kind: "time-is-up" }
  | { readonly kind: "ended"; readonly party: PartyId; readonly fault: Fault | null; readonly has: "model" | "answer" | null }
);

/**
 * A run for people to read: who said what to whom, and what it gave away. Letters that say the same are one line. Holds no keys and no hashes,
 * so that it changes only when the behaviour does.
 */
export function transcript(happenings: readonly Happening[]): string {
  return `${grouped(happenings.flatMap(lineOf)).map(lineText).join("\n")}\n`;
}

interface Line {
  readonly at: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly says: string;
}

function lineOf(happening: Happening): readonly Line[] {
  const at = instantText(happening.atMs).slice(11, 19);
  const note = (from: string, says: string): readonly Line[] => [{ at, from: [from], to: [], says }];
  switch (happening.kind) {
    case "sent": return [{ at, from: [happening.from], to: [happening.to], says: said(happening.message) }];
    case "logged": return happening.entry.statement.type === "round.result" ? note(happening.entry.statement.actor, opened(happening.entry)) : [];
    case "silent": return note(happening.party, "falls silent");
    case "time-is-up": return note("coordinator", "waits no longer");
    case "ended": return note(happening.party, happening.fault === null ? `has the ${happening.has === "answer" ? "answer" : "joint model"}` : `ends: ${explain(happening.fault).split(";")[0] ?? ""}`);
  }
}

/** Neighbours that say the same, to several or by several, in one line. */
function grouped(lines: readonly Line[]): readonly Line[] {
  const groups: Line[] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    const same = last !== undefined && last.says === line.says && last.at === line.at && (last.to.length === 0) === (line.to.length === 0);
    if (same && last.from.join() === line.from.join() && line.to.length > 0) groups[groups.length - 1] = { ...last, to: [...last.to, ...line.to] };
    else if (same && last.to.join() === line.to.join()) groups[groups.length - 1] = { ...last, from: [...last.from, ...line.from].sort() };
    else groups.push(line);
  }
  return groups;
}

function lineText({ at, from, to, says }: Line): string {
  const who = from.join(", ");
  return `${at}  ${to.length === 0 ? who : `${who} → ${to.join(", ")}`}\n            ${says}`;
}

function said(message: ToNode | FromNode): string {
  switch (message.kind) {
    case "offer": return `SessionOffered: ${text(message.offer, "question")}. Reveals what is about to be asked.`;
    case "stated": return `Stated: ${columns(message.data)}, signed. Reveals what they mean, and what a contract says of them.`;
    case "statements": return `StatementsListed: ${list(message.statements.map(({ statement }) => statement.actor))}. Reveals what each stated.`;
    case "joined": return "Joined: fresh public keys, signed. Reveals that it takes part.";
    case "declined": return `Declined: ${message.code}, ${message.clause}. Reveals the rule.`;
    case "roster": return `RosterListed: ${names(message.roster, "parties")}; any ${text(message.roster, "threshold")} of them open a sum. Reveals who takes part.`;
    case "encapsulated": return `Encapsulated: sealed for ${others(message.ciphertexts)}. Reveals nothing.`;
    case "ciphertexts": return `CiphertextsRelayed: ${list(message.present)} answered. Reveals who did.`;
    case "shared": return `Shared: seeds of ${message.boxes.length} rounds in shares, sealed for ${others(message.sealed)}. Reveals nothing.`;
    case "shares": return `SharesRelayed: ${names(message.ready, "parties")} are ready. Reveals who is.`;
    case "round": return `RoundOffered: round ${message.offer.statement.round}, ${text(message.offer, "kind")} among ${names(message.offer, "parties")}. `
      + `Reveals ${shownIn(message.offer, message.context)}.`;
    case "uploaded": return `Uploaded: round ${message.upload.statement.round}, ${text(message.upload, "words")} masked words. Reveals nothing.`;
    case "survivors": return `SurvivorsListed: round ${message.survivors.statement.round}, ${names(message.survivors, "uploads")}. Reveals who uploaded in time.`;
    case "agreed": return `Agreed: round ${message.agree.statement.round}, to this list and no other. Reveals that.`;
    case "unmask": return `UnmaskRequested: round ${message.agreements[0]?.statement.round ?? 0}, signed by ${list(message.agreements.map(({ statement }) => statement.actor))}. Reveals who agreed.`;
    case "unmasked": {
      const dropped = Object.keys(message.boxShares);
      const about = dropped.length === 0 ? "" : `; of ${list(dropped)}, who dropped, its pair masks and box shares`;
      return `Unmasked: round ${message.unmask.statement.round}. Reveals its self mask, and self shares of ${others(message.selfShares)}${about}.`;
    }
    case "key-committed": return "KeyCommitted: to a share of the joint key. Reveals that it takes part.";
    case "commitments": return `CommitmentsListed: ${names(message.roster, "parties")}; all ${text(message.roster, "threshold")} of them open a sum. Reveals who takes part.`;
    case "shown": return message.part === "share" ? "Shown: its share of the joint key. Reveals nothing." : `Shown: round ${message.entry.statement.round}, ${message.part} of its ciphertext. Reveals nothing.`;
    case "relayed": return message.part === "share" ? `Relayed: the key share of ${message.entry.statement.actor}. Reveals nothing.`
      : `Relayed: round ${message.entry.statement.round}, ${message.part} of the ciphertext of ${message.entry.statement.actor}. Reveals nothing.`;
    case "keys-ready": return `KeysReady: ${names(message.ready, "parties")}. Reveals that all shares were shown.`;
    case "sealed": return `Sealed: round ${message.ciphertext.statement.round}, ${text(message.ciphertext, "words")} encrypted words. Reveals nothing.`;
    case "decrypt": return `DecryptionRequested: round ${message.agreements[0]?.statement.round ?? 0}, signed by ${list(message.agreements.map(({ statement }) => statement.actor))}. Reveals that all agreed.`;
    case "decrypted": return `Decrypted: round ${message.decryption.statement.round}, its part of the sum. Reveals the sum, once all have.`;
    case "closed": return `SessionClosed. Reveals ${message.released.kind === "model" ? "the joint model and its evaluation" : "the answer"}.`;
    case "aborted": return `SessionAborted: ${message.code}. Reveals the code.`;
  }
}

/** What a round shows whoever is asked. */
function shownIn(offer: Entry, context: Json): string {
  if (text(offer, "kind") === "statistic") return offer.statement.round === 1 ? "the question" : "what the sum before it found";
  return context === null ? "the question" : "the joint model so far";
}

/** What the log keeps of an opened sum. */
function opened(result: Entry): string {
  const recovered = member(result, "recovered");
  const rebuilt = typeof recovered === "object" && recovered !== null && !Array.isArray(recovered) ? Object.entries(recovered) : [];
  const of = (kind: string) => list(rebuilt.flatMap(([name, keys]) => (name === kind && typeof keys === "object" && keys !== null ? Object.keys(keys) : [])));
  return `opens the sum of round ${result.statement.round}. Rebuilt from shares: the self mask of ${of("self")}, the box of ${of("orphans")}.`;
}

function columns(entry: Entry): string {
  const features = member(entry, "features");
  return Array.isArray(features) ? `${features.length} columns` : "?";
}

function text(entry: Entry, name: string): string {
  const value = member(entry, name);
  return typeof value === "string" || typeof value === "number" ? String(value) : "?";
}

/** A list of names, or the names that an object has members for. */
function names(entry: Entry, name: string): string {
  const value = member(entry, name);
  if (Array.isArray(value)) return list(value.map(String));
  return typeof value === "object" && value !== null ? list(Object.keys(value)) : "?";
}

function others(byParty: Readonly<Record<string, unknown>>): string {
  const count = Object.keys(byParty).length;
  return `${count} ${count === 1 ? "other" : "others"}`;
}

function list(parties: readonly string[]): string {
  return parties.length === 0 ? "nobody" : parties.join(", ");
}
