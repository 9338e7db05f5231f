import type { Entry } from "@cohortium/protocol/log/entry";
import type { parseFromNode } from "@cohortium/protocol/wire/from-node";

/** Any letter of a node. */
export type LetterMessage = ReturnType<typeof parseFromNode>;

/** The signed statement that a letter carries, which the coordinator is to put into the log; null where it carries none. */
export function entryIn(message: LetterMessage): Entry | null {
  switch (message.kind) {
    case "stated": return message.data;
    case "joined": return message.bundle;
    case "shared": return message.shares;
    case "uploaded": return message.upload;
    case "agreed": return message.agree;
    case "unmasked": return message.unmask;
    case "key-committed": return message.commitment;
    case "shown": return message.entry;
    case "sealed": return message.ciphertext;
    case "decrypted": return message.decryption;
    case "charter-answered": return message.answer;
    case "compared": return message.comparison;
    case "declined": case "encapsulated": return null;
  }
}
