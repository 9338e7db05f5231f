import type { EnrolmentRequest } from "./enrolment.js";

/** A join code as the coordinator keeps it: enough to check who has it, not enough to use it. */
export interface JoinCodeRecord {
  readonly id: string;
  /** Public key of `joinCodeSigner(secret)`, 32 bytes. */
  readonly verifier: Uint8Array;
  readonly expiresAtMs: number;
}

export type EnrolmentDecision =
  | { readonly kind: "waiting" }
  | { readonly kind: "approved"; readonly certificatePem: string }
  | { readonly kind: "refused"; readonly reason: string };

/** The keys a party's name stands for; base64 as in its request. */
export interface PartyKeys {
  readonly signingKey: string;
  readonly agreementKey: string;
}

/** What enrolment needs to remember. Whoever approves MUST check `findEnrolled` again: two requests for one name may wait at once. */
export interface EnrolmentStore {
  findCode(codeId: string): JoinCodeRecord | null;
  /** The request that used the code up, with what became of it. */
  findRequest(codeId: string): { readonly request: EnrolmentRequest; readonly decision: EnrolmentDecision } | null;
  /** The keys of an enrolled party that is not revoked. */
  findEnrolled(party: string): PartyKeys | null;
  /** MUST be durable when it returns. False, and nothing changed, if the code was used before: only one request per code is ever kept. */
  saveRequest(request: EnrolmentRequest, atMs: number): boolean;
}
