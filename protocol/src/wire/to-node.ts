import { canonicalBytes } from "@cohortium/crypto/canonical-json";
import { Payload } from "../gen/cohortium/v1/payload.js";
import type { SessionClosed } from "../gen/cohortium/v1/training.js";
import type { Released } from "../conduct/release.js";
import type { MembershipToNode } from "../session/membership.js";
import type { PartyId } from "../session/ids.js";
import type { ToNode } from "../conduct/messages.js";
import type { Entry } from "../log/entry.js";
import { byPartyList, exactly, parseByParty, parseEntries, parseEntryField, parseFaultCode, parseJsonField, parseMessage, parseParties, parseRelayedPart, upTo } from "./fields.js";
import { ML_KEM_CIPHERTEXT_BYTES, ML_KEM_KEY_BYTES, SEALED_MAX_BYTES } from "./limits.js";
import { WireError } from "./wire-error.js";

type Message = NonNullable<Payload["message"]>;

/** The payload of an envelope from the coordinator. Deterministic; `to` is not part of it, the envelope says it. */
export function encodeToNode(message: ToNode | MembershipToNode): Uint8Array {
  return Payload.encode({ message: messageOf(message) }).finish();
}

/**
 * Turns the payload of an opened envelope into what a node's machines consume. Past this line, lengths and names are facts; whether
 * entries are of the right type, by the right party and in the log is not.
 *
 * @throws WireError WIRE_MALFORMED or WIRE_LENGTH.
 */
export function parseToNode(bytes: Uint8Array, to: PartyId): ToNode | MembershipToNode {
  const { message } = parseMessage(Payload, bytes);
  if (message === undefined) throw new WireError("WIRE_MALFORMED", { field: "message" });
  switch (message.$case) {
    case "charterProposed": return { kind: "charter-proposed", to, proposal: parseEntryField("proposal", message.value.proposal) };
    case "charterInForce": return {
      kind: "charter-in-force", to,
      proposal: parseEntryField("proposal", message.value.proposal), signatures: parseEntries("signatures", message.value.signatures),
    };
    case "comparisonPublished": return { kind: "comparison-published", to, comparison: parseEntryField("comparison", message.value.comparison) };
    case "sessionOffered": return { kind: "offer", to, offer: parseEntryField("offer", message.value.offer) };
    case "statementsListed": return { kind: "statements", to, statements: parseEntries("statements", message.value.statements) };
    case "rosterListed": return {
      kind: "roster", to,
      roster: parseEntryField("roster", message.value.roster), bundles: parseEntries("bundles", message.value.bundles),
      mlKemKeys: parseByParty("mlKemKeys", message.value.mlKemKeys, exactly(ML_KEM_KEY_BYTES)),
    };
    case "ciphertextsRelayed": return {
      kind: "ciphertexts", to, present: parseParties("present", message.value.present),
      ciphertexts: parseByParty("ciphertexts", message.value.ciphertexts, exactly(ML_KEM_CIPHERTEXT_BYTES)),
    };
    case "sharesRelayed": return {
      kind: "shares", to,
      ready: parseEntryField("ready", message.value.ready), sealed: parseByParty("sealed", message.value.sealed, upTo(SEALED_MAX_BYTES)),
    };
    case "roundOffered": return {
      kind: "round", to, offer: parseEntryField("offer", message.value.offer), context: parseJsonField("context", message.value.contextJson),
    };
    case "survivorsListed": return {
      kind: "survivors", to, survivors: parseEntryField("survivors", message.value.survivors), uploads: parseEntries("uploads", message.value.uploads),
    };
    case "unmaskRequested": return { kind: "unmask", to, agreements: parseEntries("agreements", message.value.agreements) };
    case "commitmentsListed": return {
      kind: "commitments", to, roster: parseEntryField("roster", message.value.roster), commitments: parseEntries("commitments", message.value.commitments),
    };
    case "relayed": return { kind: "relayed", to, entry: parseEntryField("entry", message.value.entry), part: parseRelayedPart(message.value.part) };
    case "keysReady": return { kind: "keys-ready", to, ready: parseEntryField("ready", message.value.ready) };
    case "decryptionRequested": return { kind: "decrypt", to, agreements: parseEntries("agreements", message.value.agreements) };
    case "sessionClosed": return {
      kind: "closed", to, close: parseEntryField("close", message.value.close), released: parseReleased(message.value),
    };
    case "sessionAborted": return {
      kind: "aborted", to, abort: parseEntryField("abort", message.value.abort), code: parseFaultCode(message.value.code),
    };
    case "charterAnswered": case "compared": case "stated": case "joined": case "declined": case "encapsulated": case "shared": case "uploaded": case "agreed": case "unmasked":
    case "keyCommitted": case "shown": case "sealed": case "decrypted":
      throw new WireError("WIRE_MALFORMED", { field: "message" });
  }
}

function messageOf(message: ToNode | MembershipToNode): Message {
  switch (message.kind) {
    case "charter-proposed": return { $case: "charterProposed", value: { proposal: message.proposal.bytes } };
    case "charter-in-force": return {
      $case: "charterInForce", value: { proposal: message.proposal.bytes, signatures: bytesOf(message.signatures) },
    };
    case "comparison-published": return { $case: "comparisonPublished", value: { comparison: message.comparison.bytes } };
    case "offer": return { $case: "sessionOffered", value: { offer: message.offer.bytes } };
    case "statements": return { $case: "statementsListed", value: { statements: bytesOf(message.statements) } };
    case "roster": return {
      $case: "rosterListed",
      value: { roster: message.roster.bytes, bundles: bytesOf(message.bundles), mlKemKeys: byPartyList(message.mlKemKeys) },
    };
    case "ciphertexts": return { $case: "ciphertextsRelayed", value: { ciphertexts: byPartyList(message.ciphertexts), present: message.present } };
    case "shares": return { $case: "sharesRelayed", value: { ready: message.ready.bytes, sealed: byPartyList(message.sealed) } };
    case "round": return { $case: "roundOffered", value: { offer: message.offer.bytes, contextJson: canonicalBytes(message.context) } };
    case "survivors": return { $case: "survivorsListed", value: { survivors: message.survivors.bytes, uploads: bytesOf(message.uploads) } };
    case "unmask": return { $case: "unmaskRequested", value: { agreements: bytesOf(message.agreements) } };
    case "commitments": return { $case: "commitmentsListed", value: { roster: message.roster.bytes, commitments: bytesOf(message.commitments) } };
    case "relayed": return { $case: "relayed", value: { entry: message.entry.bytes, part: message.part } };
    case "keys-ready": return { $case: "keysReady", value: { ready: message.ready.bytes } };
    case "decrypt": return { $case: "decryptionRequested", value: { agreements: bytesOf(message.agreements) } };
    case "closed": return {
      $case: "sessionClosed",
      value: { close: message.close.bytes, ...releasedFields(message.released) },
    };
    case "aborted": return { $case: "sessionAborted", value: { abort: message.abort.bytes, code: message.code } };
  }
}

/** A model with its evaluation or an answer, and never both. */
function parseReleased({ modelJson, evaluationJson, answerJson }: Omit<SessionClosed, "close">): Released {
  if (answerJson.length === 0) return { kind: "model", model: parseJsonField("model", modelJson), evaluation: parseJsonField("evaluation", evaluationJson) };
  if (modelJson.length > 0 || evaluationJson.length > 0) throw new WireError("WIRE_MALFORMED", { field: "answer" });
  return { kind: "answer", answer: parseJsonField("answer", answerJson) };
}

function releasedFields(released: Released): Omit<SessionClosed, "close"> {
  const none = { modelJson: NO_BYTES, evaluationJson: NO_BYTES, answerJson: NO_BYTES };
  switch (released.kind) {
    case "model": return { ...none, modelJson: canonicalBytes(released.model), evaluationJson: canonicalBytes(released.evaluation) };
    case "answer": return { ...none, answerJson: canonicalBytes(released.answer) };
  }
}

const NO_BYTES = new Uint8Array();

function bytesOf(entries: readonly Entry[]): readonly Uint8Array[] {
  return entries.map((entry) => entry.bytes);
}
