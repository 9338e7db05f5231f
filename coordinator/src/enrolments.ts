import { freshEntropy } from "@cohortium/crypto/entropy";
import { fromBase64, fromHex, toBase64 } from "@cohortium/crypto/bytes";
import { readCertificate, readRequest } from "@cohortium/protocol/host/certificates";
import { issueNodeCertificate, type CertificateAuthority } from "@cohortium/protocol/host/credentials";
import { enrolmentWords, type EnrolmentRequest } from "@cohortium/protocol/host/enrolment";
import { formatJoinCode, JOIN_CODE_LIFETIME_MS, joinCodeSigner, newJoinCode } from "@cohortium/protocol/host/join-code";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { transaction } from "@cohortium/protocol/host/sqlite";
import type { Entry } from "@cohortium/protocol/log/entry";
import { parsePartyId, type PartyId } from "@cohortium/protocol/session/ids";
import { state, type Office } from "./office.js";
import { keysIn, type Invitation } from "./parties.js";

/** A party on its way in, as the operator sees it. */
export interface EnrolmentView {
  readonly party: string;
  readonly state: "invited" | "waiting" | "approved" | "refused" | "revoked";
  readonly fingerprintWords: string;
  readonly requestedAt: number | null;
  readonly notAfter: number | null;
}

interface Waiting {
  readonly codeId: string;
  readonly request: EnrolmentRequest;
}

/** Who may connect: invitations, approvals and revocations. Each decision is a log entry. */
export class Enrolments {
  readonly #office: Office;
  readonly #authority: CertificateAuthority;
  readonly #decided: (codeId: string) => void;

  /** @param decided - Wakes the node that waits on this code. */
  constructor(office: Office, authority: CertificateAuthority, decided: (codeId: string) => void) {
    this.#office = office;
    this.#authority = authority;
    this.#decided = decided;
  }

  /** A one-time join code, and the party's only one from now on. The coordinator keeps what checks it, not the code. */
  invite(party: PartyId): { readonly code: string; readonly expiresAtMs: number } {
    const { parties, nowMs, self } = this.#office;
    if (party === self) throw new Refusal({ code: "REQUEST_INVALID", title: "that name is the coordinator's own", detail: party, fix: "choose another name for the party" });
    const code = newJoinCode(freshEntropy(), fromHex(readCertificate(this.#authority.keyed.certificatePem).fingerprint));
    const expiresAtMs = nowMs() + JOIN_CODE_LIFETIME_MS;
    const replaced = parties.invite({ id: code.id, verifier: joinCodeSigner(code.secret).publicKey, expiresAtMs }, party, nowMs());
    replaced.forEach(this.#decided);
    return { code: formatJoinCode(code), expiresAtMs };
  }

  async views(): Promise<readonly EnrolmentView[]> {
    return Promise.all(this.#latest().map(async (invitation) => this.#viewOf(invitation)));
  }

  /**
   * Issues the certificate and logs the party with its keys.
   *
   * @param comparedWords - What the operator compared by phone. Only the request with these words is let in, whatever has come since.
   * @returns the log index of the enrolment.
   * @throws Refusal ENROL_WORDS, ENROL_NAME_TAKEN, or REQUEST_PARTY if nothing waits.
   */
  async approve(party: PartyId, comparedWords: string): Promise<number> {
    const { codeId, request } = this.#waiting(party);
    const { publicKey } = await requestIn(request);
    if (enrolmentWords(request, publicKey) !== comparedWords) throw otherWords(party);
    const { database, nowMs, publish, logger } = this.#office;
    const certificatePem = await issueNodeCertificate(this.#authority, party, publicKey, nowMs());
    const entry = transaction(database, () => {
      // Somebody may have decided, or invited again, while the certificate was made.
      if (this.#waiting(party).codeId !== codeId) throw otherWords(party);
      return this.#enrol(party, { codeId, request }, certificatePem);
    });
    const [index = -1] = publish([entry]);
    logger.info("a party is enrolled", { party, certificate: readCertificate(certificatePem).fingerprint });
    this.#decided(codeId);
    return index;
  }

  refuse(party: PartyId, reason: string): void {
    const { codeId } = this.#waiting(party);
    this.#office.parties.decide(codeId, { kind: "refused", reason });
    this.#decided(codeId);
  }

  /** From now on the party's certificate opens nothing. @returns the log index of the revocation. */
  revoke(party: PartyId, reason: string): number {
    const { parties, statements, database, publish, logger } = this.#office;
    const found = parties.party(party);
    if (found === null || found.revoked) throw unknown(party, "is not enrolled");
    const entry = transaction(database, () => {
      parties.revoke(party);
      return statements.keep(`revocation/${found.certificate}`, state(this.#office, "revocation", "-", { party, certificate: found.certificate, reason }));
    });
    const [index = -1] = publish([entry]);
    logger.warn("a party is revoked", { party });
    return index;
  }

  #enrol(party: PartyId, { codeId, request }: Waiting, certificatePem: string): Entry {
    const { parties, statements, forgetLetters } = this.#office;
    const enrolled = parties.findEnrolled(party);
    if (enrolled !== null && (enrolled.signingKey !== request.signingKey || enrolled.agreementKey !== request.agreementKey)) throw nameTaken(party);
    const before = parties.party(party);
    // A node with a new signing key has a new journal, which counts from 1; one that kept its key has kept what it counted.
    if (before !== null && toBase64(before.signingKey) !== request.signingKey) forgetLetters(party);
    const { fingerprint, notAfterMs } = readCertificate(certificatePem);
    const { signingKey, agreementKey } = keysIn(request);
    parties.enrol({ name: party, signingKey, agreementKey, certificate: fingerprint, notAfterMs });
    parties.decide(codeId, { kind: "approved", certificatePem });
    const body = { party, signingKey: request.signingKey, agreementKey: request.agreementKey, certificate: fingerprint };
    return statements.keep(`enrolment/${codeId}`, state(this.#office, "enrolment", "-", body));
  }

  #waiting(party: PartyId): Waiting {
    const found = this.#latest().find((invitation) => invitation.party === party);
    if (found === undefined || found.request === null) throw unknown(party, found === undefined ? "was never invited" : "has not used its join code yet");
    if (found.decision !== "waiting") throw unknown(party, `is ${found.decision} already`);
    return { codeId: found.codeId, request: found.request };
  }

  /** The newest invitation of each party. */
  #latest(): readonly Invitation[] {
    return [...new Map(this.#office.parties.invitations().map((invitation) => [invitation.party, invitation])).values()];
  }

  async #viewOf({ party, request, decision, atMs }: Invitation): Promise<EnrolmentView> {
    const enrolled = this.#office.parties.party(party);
    const words = request === null ? "" : enrolmentWords(request, (await requestIn(request)).publicKey);
    const standing = enrolled?.revoked === true && decision === "approved" ? "revoked" : request === null ? "invited" : decision;
    return { party, state: standing, fingerprintWords: words, requestedAt: request === null ? null : atMs, notAfter: enrolled?.notAfterMs ?? null };
  }
}

async function requestIn(request: EnrolmentRequest) {
  const facts = await readRequest(fromBase64(request.csr));
  if (facts === null) throw new Error("a certificate request was kept that does not verify");
  return facts;
}

function unknown(party: string, what: string): Refusal {
  return new Refusal({ code: "REQUEST_PARTY", title: "nothing to decide", detail: `${party} ${what}`, fix: "list the parties with: cohortium enroll ls", status: 409 });
}

function otherWords(party: string): Refusal {
  return new Refusal({
    code: "ENROL_WORDS", title: "the request that waits has other words than were compared", detail: `${party} may have asked anew, or somebody else in its name`,
    fix: "list again with: cohortium enroll ls, and compare by phone", status: 409,
  });
}

function nameTaken(party: string): Refusal {
  return new Refusal({ code: "ENROL_NAME_TAKEN", title: "another node is enrolled under this name", detail: party, fix: `revoke ${party} first, if it really has new keys` });
}

export function partyNamed(text: string): PartyId {
  try {
    return parsePartyId(text);
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal({ code: "REQUEST_INVALID", title: "not a party's name", detail: error.message });
    throw error;
  }
}
