import type { Ending } from "./conversation.js";
import { WIRE_REFUSALS } from "../wire/wire-error.js";

/** Why there is no connection, in words an operator can act on. */
export function explainEnding(ending: Ending): string {
  if (isGoodbye(ending)) return `${ending.by === "us" ? "this" : "the other"} side is shutting down`;
  switch (ending.by) {
    case "us": return `this side refused: ${explainCode(ending.code, ending.detail)}`;
    case "peer": return `the other side refused: ${explainCode(ending.code, ending.detail)}`;
    case "network": return explainNetwork(ending.cause);
  }
}

/** Whether one side left in order: no failure, and nothing was refused. */
export function isGoodbye(ending: Ending): boolean {
  return ending.by !== "network" && ending.code === "WIRE_STOPPING";
}

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
