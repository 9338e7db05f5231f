import { Refusal } from "@cohortium/protocol/host/refusal";
import { parseDigest, parseSessionId, type Digest, type SessionId } from "@cohortium/protocol/session/ids";

/** @throws Refusal REQUEST_INVALID unless it is a digest. */
export function digestIn(text: string | undefined): Digest {
  return reading("a digest", () => parseDigest(text ?? ""));
}

/** @throws Refusal REQUEST_INVALID unless it is a session's name. */
export function sessionIn(text: string | undefined): SessionId {
  return reading("a session", () => parseSessionId(text ?? ""));
}

function reading<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal({ code: "REQUEST_INVALID", title: `not ${what}`, detail: error.message });
    throw error;
  }
}
