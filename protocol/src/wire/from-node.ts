import { Payload } from "../gen/cohortium/v1/payload.js";
import type { MembershipFromNode } from "../session/membership.js";
import type { PartyId } from "../session/ids.js";
import type { FromNode } from "../conduct/messages.js";
import { byPartyList, exactly, parseByParty, parseBytes, parseClause, parseEntryField, parseFaultCode, parseList, parseMessage, parsePart, upTo } from "./fields.js";
import { BOXES_MAX, BOX_MAX_BYTES, ML_KEM_CIPHERTEXT_BYTES, ML_KEM_KEY_BYTES, SEALED_MAX_BYTES, SHARE_BYTES } from "./limits.js";
import { WireError } from "./wire-error.js";

type Message = NonNullable<Payload["message"]>;

/** The payload of an envelope from a node. Deterministic; neither `from` nor `atMs` is part of it: the envelope and the receiver say them. */
export function encodeFromNode(message: FromNode | MembershipFromNode): Uint8Array {
  return Payload.encode({ message: messageOf(message) }).finish();
}

/**
 * Turns the payload of an opened envelope into an event of the coordinator's machines. Past this line, lengths and names are facts;
 * whether entries are of the right type and by the right party is not.
 *
 * @param atMs - When it arrived, by the receiver's clock.
 * @throws WireError WIRE_MALFORMED or WIRE_LENGTH.
 */
export function parseFromNode(bytes: Uint8Array, from: PartyId, atMs: number): FromNode | MembershipFromNode {
  const { message } = parseMessage(Payload, bytes);
  if (message === undefined) throw new WireError("WIRE_MALFORMED", { from, field: "message" });
  switch (message.$case) {
    case "charterAnswered": return { kind: "charter-answered", from, answer: parseEntryField("answer", message.value.answer), atMs };
    case "compared": return { kind: "compared", from, comparison: parseEntryField("comparison", message.value.comparison), atMs };
    case "stated": return { kind: "stated", from, data: parseEntryField("data", message.value.data), atMs };
    case "joined": return {
      kind: "joined", from,
      bundle: parseEntryField("bundle", message.value.bundle), mlKemKey: parseBytes("mlKemKey", message.value.mlKemKey, exactly(ML_KEM_KEY_BYTES)), atMs,
    };
    case "declined": return { kind: "declined", from, code: parseFaultCode(message.value.code), clause: parseClause(message.value.clause), atMs };
    case "encapsulated": return {
      kind: "encapsulated", from, ciphertexts: parseByParty("ciphertexts", message.value.ciphertexts, exactly(ML_KEM_CIPHERTEXT_BYTES)), atMs,
    };
    case "shared": return {
      kind: "shared", from,
      shares: parseEntryField("shares", message.value.shares), sealed: parseByParty("sealed", message.value.sealed, upTo(SEALED_MAX_BYTES)),
      boxes: parseList("boxes", message.value.boxes, BOXES_MAX).map((box) => parseBytes("boxes", box, upTo(BOX_MAX_BYTES))), atMs,
    };
    case "uploaded": return { kind: "uploaded", from, upload: parseEntryField("upload", message.value.upload), atMs };
    case "agreed": return { kind: "agreed", from, agree: parseEntryField("agree", message.value.agree), atMs };
    case "unmasked": return {
      kind: "unmasked", from, unmask: parseEntryField("unmask", message.value.unmask),
      selfShares: parseByParty("selfShares", message.value.selfShares, exactly(SHARE_BYTES)),
      boxShares: parseByParty("boxShares", message.value.boxShares, exactly(SHARE_BYTES)), atMs,
    };
    case "keyCommitted": return { kind: "key-committed", from, commitment: parseEntryField("commitment", message.value.commitment), atMs };
    case "shown": return { kind: "shown", from, entry: parseEntryField("entry", message.value.entry), part: parsePart(message.value.part), atMs };
    case "sealed": return { kind: "sealed", from, ciphertext: parseEntryField("ciphertext", message.value.ciphertext), atMs };
    case "decrypted": return { kind: "decrypted", from, decryption: parseEntryField("decryption", message.value.decryption), atMs };
    case "charterProposed": case "charterInForce": case "sessionOffered": case "statementsListed": case "rosterListed": case "ciphertextsRelayed": case "sharesRelayed":
    case "roundOffered": case "survivorsListed": case "unmaskRequested": case "sessionClosed": case "sessionAborted": case "comparisonPublished":
    case "commitmentsListed": case "relayed": case "keysReady": case "decryptionRequested":
      throw new WireError("WIRE_MALFORMED", { from, field: "message" });
  }
}

function messageOf(message: FromNode | MembershipFromNode): Message {
  switch (message.kind) {
    case "charter-answered": return { $case: "charterAnswered", value: { answer: message.answer.bytes } };
    case "compared": return { $case: "compared", value: { comparison: message.comparison.bytes } };
    case "stated": return { $case: "stated", value: { data: message.data.bytes } };
    case "joined": return { $case: "joined", value: { bundle: message.bundle.bytes, mlKemKey: message.mlKemKey } };
    case "declined": return { $case: "declined", value: { code: message.code, clause: message.clause } };
    case "encapsulated": return { $case: "encapsulated", value: { ciphertexts: byPartyList(message.ciphertexts) } };
    case "shared": return {
      $case: "shared", value: { shares: message.shares.bytes, sealed: byPartyList(message.sealed), boxes: message.boxes },
    };
    case "uploaded": return { $case: "uploaded", value: { upload: message.upload.bytes } };
    case "agreed": return { $case: "agreed", value: { agree: message.agree.bytes } };
    case "key-committed": return { $case: "keyCommitted", value: { commitment: message.commitment.bytes } };
    case "shown": return { $case: "shown", value: { entry: message.entry.bytes, part: message.part } };
    case "sealed": return { $case: "sealed", value: { ciphertext: message.ciphertext.bytes } };
    case "decrypted": return { $case: "decrypted", value: { decryption: message.decryption.bytes } };
    case "unmasked": return {
      $case: "unmasked",
      value: { unmask: message.unmask.bytes, selfShares: byPartyList(message.selfShares), boxShares: byPartyList(message.boxShares) },
    };
  }
}
