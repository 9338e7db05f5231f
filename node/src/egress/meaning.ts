import { memberOf } from "@cohortium/crypto/json-member";
import type { FromNode } from "@cohortium/protocol/conduct/messages";
import type { MembershipFromNode } from "@cohortium/protocol/session/membership";

/** What a letter says, in words that a person who is no cryptographer can weigh. The same facts as the `Reveals:` line of its type. */
export function meaningOf(message: FromNode | MembershipFromNode): string {
  switch (message.kind) {
    case "compared": return "publishes to all signers and in the log how this company's own model and the joint one rank its held-out rows, as the charter says; no row";
    case "stated": return statedText((memberOf(message.data.statement.body, "quality") ?? null) !== null);
    case "joined": return "this node takes part; fresh public keys";
    case "declined": return `this node refuses, by rule ${message.code}`;
    case "encapsulated": return `sealed key material for ${count(message.ciphertexts)} other nodes`;
    case "shared": return `shares of mask seeds, sealed for ${count(message.sealed)} other nodes; the coordinator cannot open them`;
    case "uploaded": return "announces the masked vector and its Merkle root, signed";
    case "agreed": return "agrees to whose vectors are summed, and to no other list in this round";
    case "unmasked": return `opens the sum of ${count(message.selfShares) + 1} parties: own self mask, ${droppedText(count(message.boxShares))}shares for silent ones`;
    case "key-committed": return "takes part; commits to its share of the joint key, and shows it when all have";
    case "shown": return message.part === "share" ? "shows its share of the joint key" : "shows half of its ciphertext, now that all are committed to";
    case "sealed": return "commits to its encrypted answer, signed; shows it when all have";
    case "decrypted": return "opens the sum of all parties: its part of the decryption, of that sum and no other";
    case "charter-answered": return message.answer.statement.type === "charter.refusal" ? "refuses a charter, with the reason" : "signs a charter in this company's name";
  }
}

/** Under a charter with noise nothing that was counted is stated: no noise is on it. */
function statedText(isCounted: boolean): string {
  const rows = isCounted ? "about how many rows its quality gate counted" : "no count of its rows";
  return `what this node's columns mean, as the charter and its own contract say it; ${rows}; a commitment to its table that hides it`;
}

function droppedText(dropped: number): string {
  return dropped === 0 ? "" : `masks shared with ${dropped} dropped, `;
}

function count(byParty: Readonly<Record<string, unknown>>): number {
  return Object.keys(byParty).length;
}
