import { setTimeout as sleep } from "node:timers/promises";
import { toBase64 } from "@cohortium/crypto/bytes";
import type { Signer } from "@cohortium/crypto/signing";
import type { PartyId } from "../session/ids.js";
import { createRequest, publicKeyOf } from "./certificates.js";
import { checkNodeCertificate, type NodeCredentials } from "./credentials.js";
import {
  ENROLMENT_PATH, enrolmentAnswer, enrolmentWords, LONG_POLL_MAX_MS, pollAuthorization, signClaim, type CoordinatorIdentity, type EnrolmentAnswer,
  type EnrolmentClaim,
} from "./enrolment.js";
import { exchange, isYes, readJson, reasonOf, unreadable } from "./http-client.js";
import { joinCodeSigner, type JoinCode } from "./join-code.js";
import { fetchPinnedAuthority, type EnrolmentAddress } from "./pinned-authority.js";
import { parseProblem, Refusal } from "./refusal.js";

export interface EnrolmentOptions {
  readonly address: EnrolmentAddress;
  readonly code: JoinCode;
  readonly party: PartyId;
  /** The node's own keys; the same ones again after a crash. */
  readonly keys: { readonly signer: Signer; readonly agreementKey: Uint8Array; readonly tlsKeyPem: string };
  /** The operator has the request; `words` are to be compared by phone before she approves. */
  onWaiting(words: string): void;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

export interface Enrolled {
  readonly credentials: NodeCredentials;
  readonly coordinator: CoordinatorIdentity;
}

/**
 * Asks to be let in and waits until somebody has decided. Safe to repeat with the same keys; rides out restarts of the coordinator.
 *
 * Reveals: to the coordinator the join code names, and to nobody else, the party's name and public keys.
 * @throws Refusal ENROL_… as the coordinator says, ENROL_FINGERPRINT, ENROL_REFUSED, NETWORK_…; ENROL_WAITING when `signal` aborts.
 */
export async function enrol(options: EnrolmentOptions): Promise<Enrolled> {
  const { address, code, party, keys, onWaiting, nowMs } = options;
  const authorityPem = await fetchPinnedAuthority(address, code.authorityFingerprint, nowMs());
  const channel: Channel = { ...address, authorityPem, signal: options.signal };
  const claim: EnrolmentClaim = {
    codeId: code.id, party, csr: toBase64(await createRequest(keys.tlsKeyPem, party)),
    signingKey: toBase64(keys.signer.publicKey), agreementKey: toBase64(keys.agreementKey),
  };
  const codeSigner = joinCodeSigner(code.secret);
  const first = await ask(channel, { method: "POST", path: ENROLMENT_PATH, headers: {}, body: signClaim(claim, keys.signer, codeSigner) });
  if (first.state === "waiting") onWaiting(await checkedWords(first.fingerprintWords, claim, keys.tlsKeyPem));

  const answer = await untilDecided(channel, first, { codeId: code.id, authorization: pollAuthorization(code.id, codeSigner) });
  if (answer.state === "refused") throw new Refusal({ code: "ENROL_REFUSED", title: "the coordinator's operator refused this request", detail: answer.reason });
  const credentials = { privateKeyPem: keys.tlsKeyPem, certificatePem: answer.certificate, authorityPem };
  await checkNodeCertificate(credentials, answer.coordinator.consortium, party, nowMs());
  return { credentials, coordinator: answer.coordinator };
}

interface Channel extends EnrolmentAddress {
  readonly authorityPem: string;
  readonly signal: AbortSignal;
}

interface Question {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

type Decided = Exclude<EnrolmentAnswer, { readonly state: "waiting" }>;

const ANSWER_SIZE_MAX_BYTES = 64 * 1024;
const PAUSE_BETWEEN_POLLS_MS = 1_000;

/** The coordinator must have understood the keys we sent, or the comparison by phone would be of nothing. */
async function checkedWords(theirs: string, claim: EnrolmentClaim, tlsKeyPem: string): Promise<string> {
  const ours = enrolmentWords(claim, await publicKeyOf(tlsKeyPem));
  if (theirs === ours) return ours;
  throw new Refusal({ code: "ENROL_FINGERPRINT", title: "the coordinator has other keys than this node sent", detail: "the fingerprints differ", fix: "do not go on; call its operator" });
}

async function untilDecided(channel: Channel, first: EnrolmentAnswer, poll: { readonly codeId: string; readonly authorization: string }): Promise<Decided> {
  const question: Question = { method: "GET", path: `${ENROLMENT_PATH}/${poll.codeId}?wait=1`, headers: { Authorization: poll.authorization } };
  let answer = first;
  while (answer.state === "waiting") {
    answer = await ask(channel, question).catch((error: unknown) => {
      // A coordinator that restarts keeps our request; only its own "no" ends the wait.
      if (error instanceof Refusal && error.code === "NETWORK_UNREACHABLE") return first;
      throw error;
    });
    if (answer.state === "waiting") await sleep(PAUSE_BETWEEN_POLLS_MS, undefined, { signal: channel.signal }).catch(() => { throw stillWaiting(); });
  }
  return answer;
}

async function ask({ host, port, authorityPem, signal }: Channel, { method, path, headers, body }: Question): Promise<EnrolmentAnswer> {
  const url = `https://${host.includes(":") ? `[${host}]` : host}:${port}${path}`;
  const response = await exchange({ method, url, headers, body, authorityPem, signal, silenceMaxMs: 2 * LONG_POLL_MAX_MS }).catch((cause: unknown) => {
    throw signal.aborted ? stillWaiting() : networkRefusal(host, port, cause);
  });
  const answer = await readJson(response, ANSWER_SIZE_MAX_BYTES);
  if (!isYes(response)) throw parseProblem(answer) ?? unreadable(`status ${response.statusCode ?? 0} without a problem document`);
  const parsed = enrolmentAnswer.safeParse(answer);
  if (!parsed.success) throw unreadable("no state of an enrolment");
  return parsed.data;
}

function networkRefusal(host: string, port: number, cause: unknown): Refusal {
  const message = reasonOf(cause);
  if (typeof cause === "object" && cause !== null && "code" in cause && cause.code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return new Refusal({
      code: "NETWORK_HOST_NAME", title: `the coordinator's certificate is not for the name ${host}`, detail: message,
      fix: "use the address its operator gave, or have her add this name to the coordinator's configuration and restart it",
    }, { cause });
  }
  return new Refusal({ code: "NETWORK_UNREACHABLE", title: `no coordinator answers on ${host}:${port}`, detail: message, fix: "check the address with the coordinator's operator" }, { cause });
}

function stillWaiting(): Refusal {
  return new Refusal({
    code: "ENROL_WAITING", title: "the coordinator's operator has not decided yet", detail: "the request is kept there", fix: "run the same command again later",
  });
}
