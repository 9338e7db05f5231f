/** What a node and the coordinator say to each other before they know each other. HTTPS and JSON; keys and signatures in base64. */
import { concat, fromBase64, toBase64, utf8 } from "@cohortium/crypto/bytes";
import { canonicalBytes } from "@cohortium/crypto/canonical-json";
import { sha256 } from "@cohortium/crypto/hash";
import { SIGNATURE_BYTES, verify, type Signer } from "@cohortium/crypto/signing";
import { z } from "zod";
import { SLUG } from "../session/ids.js";
import { orNull } from "../session/or-null.js";
import { fingerprintWords } from "./fingerprint-words.js";

/**
 * `signature` proves possession of the signing key, `proof` that of the join code; both cover every other field. The CSR carries its own.
 *
 * Reveals: to the coordinator, the name a partner wants and its public keys.
 */
export const enrolmentRequest = z.strictObject({
  codeId: z.string().regex(/^[0-9a-f]{10}$/),
  party: z.string().regex(SLUG),
  /** PKCS #10, DER. A request for a P-256 key is about 250 bytes. */
  csr: base64Of("at most 2048 bytes", (lengthBytes) => lengthBytes <= 2_048),
  /** Ed25519. */
  signingKey: base64Of("32 bytes", (lengthBytes) => lengthBytes === 32),
  /** X25519. */
  agreementKey: base64Of("32 bytes", (lengthBytes) => lengthBytes === 32),
  signature: base64Of("64 bytes", (lengthBytes) => lengthBytes === SIGNATURE_BYTES),
  proof: base64Of("64 bytes", (lengthBytes) => lengthBytes === SIGNATURE_BYTES),
});
export type EnrolmentRequest = Readonly<z.infer<typeof enrolmentRequest>>;
export type EnrolmentClaim = Omit<EnrolmentRequest, "signature" | "proof">;

/** Who the coordinator is to an enrolled node. Keys are Ed25519. */
export const coordinatorIdentity = z.object({ name: z.string(), consortium: z.string(), signingKey: z.string(), logKey: z.string() });
export type CoordinatorIdentity = Readonly<z.infer<typeof coordinatorIdentity>>;

/** Reveals: to whoever holds the code, the state of its request; once approved, a certificate that is worth nothing without the node's key. */
export const enrolmentAnswer = z.discriminatedUnion("state", [
  z.object({ state: z.literal("waiting"), fingerprintWords: z.string() }),
  z.object({ state: z.literal("approved"), certificate: z.string(), caCertificate: z.string(), coordinator: coordinatorIdentity }),
  z.object({ state: z.literal("refused"), reason: z.string() }),
]);
export type EnrolmentAnswer = Readonly<z.infer<typeof enrolmentAnswer>>;

export const ENROLMENT_PATH = "/v1/enrolments";
/** How long the coordinator holds a question open; below the idle limit of common proxies. */
export const LONG_POLL_MAX_MS = 25_000;

export function signClaim(claim: EnrolmentClaim, signer: Signer, codeSigner: Signer): EnrolmentRequest {
  return { ...claim, signature: toBase64(signer.sign(claimBytes(claim, SIGNING))), proof: toBase64(codeSigner.sign(claimBytes(claim, PROOF))) };
}

/** Whether the request was made by the owner of the signing key in it. */
export function isSignedByItsKey(request: EnrolmentRequest): boolean {
  return verify(fromBase64(request.signingKey), claimBytes(claimOf(request), SIGNING), fromBase64(request.signature));
}

/** Whether the request was made by somebody who has the code. @param verifier - The code's public key. */
export function isProvedByCode(request: EnrolmentRequest, verifier: Uint8Array): boolean {
  return verify(verifier, claimBytes(claimOf(request), PROOF), fromBase64(request.proof));
}

/** The header with which the holder of a code asks what became of it. */
export function pollAuthorization(codeId: string, codeSigner: Signer): string {
  return `Cohortium-Code ${toBase64(codeSigner.sign(pollBytes(codeId)))}`;
}

export function isPollAuthorised(authorization: string | undefined, codeId: string, verifier: Uint8Array): boolean {
  const sent = /^Cohortium-Code (\S{1,100})$/.exec(authorization ?? "")?.[1] ?? "";
  const proof = orNull(() => fromBase64(sent));
  return proof !== null && verify(verifier, pollBytes(codeId), proof);
}

/**
 * What operator and partner compare by phone: over the name and the keys as such, so a new CSR for the same key does not change it.
 *
 * @param tlsKey - SubjectPublicKeyInfo of the key the CSR is for.
 */
export function enrolmentWords(claim: EnrolmentClaim, tlsKey: Uint8Array): string {
  const { party, signingKey, agreementKey } = claim;
  return fingerprintWords(sha256(concat(utf8("cohortium/enrolment-words/v1\n"), canonicalBytes({ party, signingKey, agreementKey, tlsKey: toBase64(tlsKey) }))));
}

const SIGNING = "cohortium/enrolment/v1\n";
const PROOF = "cohortium/enrolment-proof/v1\n";

/** Canonical base64 only: past this schema, decoding cannot fail. */
function base64Of(what: string, fits: (lengthBytes: number) => boolean) {
  return z.string().max(4_096).refine((text) => {
    const bytes = orNull(() => fromBase64(text));
    return bytes !== null && fits(bytes.length);
  }, `base64 of ${what} expected`);
}

function claimOf({ codeId, party, csr, signingKey, agreementKey }: EnrolmentRequest): EnrolmentClaim {
  return { codeId, party, csr, signingKey, agreementKey };
}

function claimBytes(claim: EnrolmentClaim, domain: string): Uint8Array {
  return concat(utf8(domain), canonicalBytes({ ...claim }));
}

function pollBytes(codeId: string): Uint8Array {
  return utf8(`cohortium/enrolment-poll/v1\n${codeId}`);
}
