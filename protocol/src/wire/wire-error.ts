/** Why bytes from outside, or who sent them, were refused. Codes are never reused. */
export const WIRE_REFUSALS = {
  WIRE_MALFORMED: "these bytes are no message of this protocol in its one spelling",
  WIRE_LENGTH: "a field is longer, shorter or more numerous than the protocol allows",
  WIRE_SENDER: "the message is not from the party that sent it, or not for the one that got it",
  WIRE_SIGNATURE: "the signature is not by the sender's key",
  WIRE_CHARTER: "the message is about another charter than its session",
  WIRE_SEQUENCE: "letters are missing or contradict earlier ones: the state of one side is older than what the other has seen of it, as after restoring a backup",
  WIRE_BULK: "chunks are missing, or are not those that their letter names",
  WIRE_VERSION: "the other side speaks another version of the protocol",
  WIRE_STRANGER: "the certificate does not name a party that may connect",
  WIRE_REPLACED: "the same party opened a newer stream",
  WIRE_SILENT: "the other side did not introduce itself in time",
  WIRE_STOPPING: "whoever says it is shutting down, as it was told to",
} as const;

export type WireCode = keyof typeof WIRE_REFUSALS;

/** Counts and names of parties. Never payloads, never keys, never records. */
export type WireDetail = Readonly<Record<string, string | number>>;

/** What a peer sent is not acceptable. Evidence about the peer, not a bug of ours. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: WireCode;
  readonly detail: WireDetail;

  constructor(code: WireCode, detail: WireDetail, options?: ErrorOptions) {
    super(`${code}: ${WIRE_REFUSALS[code]}`, options);
    this.code = code;
    this.detail = detail;
  }
}
