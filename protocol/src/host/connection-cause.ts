import type { Ending } from "./conversation.js";
import { WIRE_REFUSALS } from "../wire/wire-error.js";

/** Why a node has no connection to its coordinator, in words that whoever runs the node can act on. */
export function explainEnding(ending: Ending): string {
  if (ending.by === "network") return explainNetwork(ending.cause);
  const [ours, says] = [ending.by === "us", explainCode(ending.code, ending.detail)];
  const older = olderSide(ending);
  if (older !== null) return `${OLDER[older]} (${says})`;
  if (isGoodbye(ending)) return `${ours ? "this" : "the other"} side is shutting down`;
  return `${ours ? "this" : "the other"} side refused: ${says}`;
}

/** Whether one side left in order: no failure, and nothing was refused. */
export function isGoodbye(ending: Ending): boolean {
  return ending.by !== "network" && ending.code === "WIRE_STOPPING";
}

/**
 * Whose state is older than what the other side has seen of it, as after a backup was restored: its numbers of letters begin again where the other's went on.
 * Null where an ending does not say so.
 */
export function olderSide(ending: Ending): "ours" | "theirs" | null {
  if (ending.by === "network" || ending.code !== "WIRE_SEQUENCE") return null;
  const { by, detail } = ending;
  // Who refuses has been shown letters of its own that it does not know (numbers), or misses some that the other has told it before (gap).
  if (detail === "gap" || /^(?:received|acknowledged) \d+, sent \d+$/.test(detail)) return by === "us" ? "ours" : "theirs";
  // Who refuses was told something else under the same number before.
  return detail === "contradiction" ? (by === "us" ? "theirs" : "ours") : null;
}

const OLDER = {
  ours: "this node's state is older than what the coordinator has seen of it, as after restoring a backup: it would contradict itself, and spend its budget twice. It is this node's side to mend: "
    + "stop it and put the newest copy of its folder back. If there is none, have the operator take the old keys back (cohortium enroll revoke) and enrol again from an empty folder; "
    + "what was charged since that copy, only the log has (cohortium audit verify)",
  theirs: "the coordinator's state is older than what this node has seen of it, as after restoring a backup. It is the operator's side to mend, from the newest copy of the coordinator's folder; nothing is to be done here",
} as const;

function explainCode(code: string, detail: string): string {
  const means = Object.entries(WIRE_REFUSALS).find(([known]) => known === code)?.[1];
  return [code, means, detail].filter((part) => part !== undefined && part !== "").join("; ");
}

function explainNetwork(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return PLAIN.find(([pattern]) => pattern.test(text))?.[1] ?? `the connection ended (${text.slice(0, CAUSE_LENGTH_MAX)})`;
}

const CAUSE_LENGTH_MAX = 200;

/** What OpenSSL, libuv and grpc-js say, most telling first. */
const PLAIN: readonly (readonly [RegExp, string])[] = [
  [/ENOTFOUND|EAI_AGAIN|[Nn]ame resolution failed/, "the coordinator's name does not resolve: check the address and DNS"],
  [/ECONNREFUSED/, "nobody listens there: check the port, and that the coordinator runs"],
  [/certificate has expired|CERT_HAS_EXPIRED|not yet valid|CERT_NOT_YET_VALID/, "a certificate is not valid now: check the clocks, then renew it"],
  [/altname|ERR_TLS_CERT_ALTNAME_INVALID/, "the coordinator's certificate is for another host name"],
  [/unable to (?:verify|get)|self.signed|UNABLE_TO_|SELF_SIGNED|unknown ca|unknown_ca/i, "the certificate is not from the authority of the invitation"],
  [/alert (?:certificate|bad certificate|unknown)|certificate required|ALERT_/i, "the other side did not accept our certificate"],
  [/wrong version number|EPROTO|packet length too long|http\/?1/i, "what answers there does not speak TLS"],
  // TLS 1.3 (RFC 8446 §4.4.2.4): the client believes it is connected before the server has judged its certificate.
  [/Failed to connect/, "the other side hung up at once: it may not accept our certificate"],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|[Kk]eepalive timeout|timed? ?out/, "no answer: a firewall or a proxy may be in the way"],
  [/larger than max|RESOURCE_EXHAUSTED/, "the other side sent a frame above the limit"],
  [/ECONNRESET|EPIPE|ended|closed|[Pp]remature|UNAVAILABLE|CANCELLED/, "the connection broke off"],
];
