import { beforeAll, describe, expect, test } from "@jest/globals";
import { toBase64 } from "@cohortium/crypto/bytes";
import { createRequest, newTlsKeyPem, publicKeyOf, readCertificate } from "@cohortium/protocol/host/certificates";
import { openAuthority, partyNamedBy, type CertificateAuthority } from "@cohortium/protocol/host/credentials";
import { enrolmentWords, signClaim, type EnrolmentRequest } from "@cohortium/protocol/host/enrolment";
import { joinCodeSigner, JOIN_CODE_LIFETIME_MS, parseJoinCode } from "@cohortium/protocol/host/join-code";
import type { PartyId } from "@cohortium/protocol/session/ids";
import { scratchFolder } from "../../protocol/test/host/scratch-folder.js";
import { Enrolments, partyNamed } from "../src/enrolments.js";
import { agreementKeyOf, CENTRE, HARBOUR, keyText, MILL, NOW_MS, office, signerOf } from "./stage.js";

let authority: CertificateAuthority;
let tlsKeyPem = "";
beforeAll(async () => {
  authority = await openAuthority(scratchFolder(), "circle", NOW_MS);
  tlsKeyPem = await newTlsKeyPem();
});

const fresh = () => {
  const [stage, decided] = [office([]), [] as string[]];
  return { stage, decided, enrolments: new Enrolments(stage, authority, (codeId) => void decided.push(codeId)) };
};
/** What a node sends when it uses the code. */
async function requestWith(code: string, party: PartyId, keysOf: string = party): Promise<EnrolmentRequest> {
  const { id, secret } = parseJoinCode(code);
  const claim = { codeId: id, party, csr: toBase64(await createRequest(tlsKeyPem, party)), signingKey: keyText(keysOf), agreementKey: toBase64(agreementKeyOf(keysOf)) };
  return signClaim(claim, signerOf(keysOf), joinCodeSigner(secret));
}
/** A party that was invited and has used its code. */
const waiting = async (party = HARBOUR, stage = fresh(), keysOf: string = party) => {
  const { code } = stage.enrolments.invite(party);
  const request = await requestWith(code, party, keysOf);
  stage.stage.parties.saveRequest(request, NOW_MS);
  /** What the operator does once the words were compared. */
  const approve = async () => stage.enrolments.approve(party, enrolmentWords(request, await publicKeyOf(tlsKeyPem)));
  return { ...stage, request, approve };
};

describe("an invitation", () => {
  test("is a code that names this authority and lasts a day; of its secret the coordinator keeps only what checks it", () => {
    const { stage, enrolments } = fresh();
    const { code, expiresAtMs } = enrolments.invite(HARBOUR);
    const { id, secret, authorityFingerprint } = parseJoinCode(code);
    expect(expiresAtMs).toBe(NOW_MS + JOIN_CODE_LIFETIME_MS);
    expect(readCertificate(authority.keyed.certificatePem).fingerprint.startsWith(Buffer.from(authorityFingerprint).toString("hex"))).toBe(true);
    expect(stage.parties.findCode(id)).toEqual({ id, verifier: joinCodeSigner(secret).publicKey, expiresAtMs });
    const dump = JSON.stringify(stage.database.prepare("SELECT * FROM codes").all(), (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value));
    expect(dump).not.toContain(Buffer.from(secret).toString("hex"));
  });

  test("is another one every time, and shows as invited until it is used", async () => {
    const { enrolments } = fresh();
    expect(enrolments.invite(HARBOUR).code).not.toBe(enrolments.invite(HARBOUR).code);
    expect(await enrolments.views()).toEqual([{ party: HARBOUR, state: "invited", fingerprintWords: "", requestedAt: null, notAfter: null }]);
  });

  test("under the coordinator's own name is refused", () => {
    expect(() => fresh().enrolments.invite(CENTRE)).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
  });
});

describe("a request", () => {
  test("shows the operator the words that the partner sees", async () => {
    const { enrolments, request } = await waiting();
    expect(await enrolments.views()).toEqual([{ party: HARBOUR, state: "waiting", requestedAt: NOW_MS, notAfter: null, fingerprintWords: enrolmentWords(request, await publicKeyOf(tlsKeyPem)) }]);
  });

  test("that is approved becomes a certificate, a log entry with the party's keys, and an answer", async () => {
    const { stage, enrolments, request, decided, approve } = await waiting();
    expect(await approve()).toBe(0);
    const found = stage.parties.findRequest(request.codeId)?.decision;
    const pem = found?.kind === "approved" ? found.certificatePem : "";
    expect(partyNamedBy(pem, "circle")).toBe(HARBOUR);
    expect(stage.log.map(({ statement }) => [statement.type, statement.actor, statement.body])).toEqual([["enrolment", CENTRE, {
      party: HARBOUR, signingKey: keyText(HARBOUR), agreementKey: toBase64(agreementKeyOf(HARBOUR)), certificate: readCertificate(pem).fingerprint,
    }]]);
    expect(decided).toEqual([request.codeId]);
    expect(await enrolments.views()).toMatchObject([{ state: "approved", notAfter: readCertificate(pem).notAfterMs }]);
  });

  test("is not approved for another's words: it may have been made anew since they were compared", async () => {
    const { stage, enrolments, decided } = await waiting();
    await expect(enrolments.approve(HARBOUR, "other words")).rejects.toMatchObject({ code: "ENROL_WORDS" });
    expect([stage.log, decided, stage.parties.party(HARBOUR)]).toEqual([[], [], null]);
  });

  test("that is refused is answered, and nothing of it is logged", async () => {
    const { stage, enrolments, request, decided } = await waiting();
    enrolments.refuse(HARBOUR, "not you");
    expect([stage.parties.findRequest(request.codeId)?.decision, stage.log, decided]).toEqual([{ kind: "refused", reason: "not you" }, [], [request.codeId]]);
    expect(stage.parties.party(HARBOUR)).toBeNull();
  });

  test("is decided once", async () => {
    const { enrolments, approve } = await waiting();
    enrolments.refuse(HARBOUR, "not you");
    await expect(approve()).rejects.toMatchObject({ code: "REQUEST_PARTY", detail: "harbour is refused already" });
  });

  test.each([
    ["was never invited", () => undefined, "harbour was never invited"],
    ["has not used its code", (enrolments: Enrolments) => void enrolments.invite(HARBOUR), "harbour has not used its join code yet"],
  ])("of a party that %s cannot be decided", async (_, prepare, detail) => {
    const { enrolments } = fresh();
    prepare(enrolments);
    await expect(enrolments.approve(HARBOUR, "any words")).rejects.toMatchObject({ code: "REQUEST_PARTY", detail });
    expect(() => enrolments.refuse(HARBOUR, "")).toThrow(expect.objectContaining({ detail }));
  });
});

describe("a name that is enrolled", () => {
  test("is not given to other keys", async () => {
    const first = await waiting();
    await first.approve();
    const { approve, stage } = await waiting(HARBOUR, first, "impostor");
    await expect(approve()).rejects.toMatchObject({ code: "ENROL_NAME_TAKEN" });
    expect([stage.log.length, stage.parties.findEnrolled(HARBOUR)?.signingKey]).toEqual([1, keyText(HARBOUR)]);
  });

  test("may enrol again with the same keys, and is another entry", async () => {
    const first = await waiting();
    await first.approve();
    const { approve, stage } = await waiting(HARBOUR, first);
    expect([await approve(), stage.forgotten]).toEqual([1, []]);
  });

  test("that is revoked is said so in the log with its reason, and may then be given to other keys", async () => {
    const first = await waiting();
    await first.approve();
    const { certificate } = first.stage.parties.party(HARBOUR) ?? {};
    expect(first.enrolments.revoke(HARBOUR, "lost its key")).toBe(1);
    expect(first.stage.log[1]?.statement).toMatchObject({ type: "revocation", body: { party: HARBOUR, certificate, reason: "lost its key" } });
    expect(await first.enrolments.views()).toMatchObject([{ state: "revoked" }]);
    expect(() => first.enrolments.revoke(HARBOUR, "again")).toThrow(expect.objectContaining({ code: "REQUEST_PARTY" }));
    const { approve, stage } = await waiting(HARBOUR, first, "new keys");
    await approve();
    expect(stage.parties.findEnrolled(HARBOUR)?.signingKey).toBe(keyText("new keys"));
    // Its new journal counts letters from 1 again.
    expect(stage.forgotten).toEqual([HARBOUR]);
  });

  test("that nobody has cannot be revoked", () => {
    expect(() => fresh().enrolments.revoke(MILL, "")).toThrow(expect.objectContaining({ code: "REQUEST_PARTY", detail: "mill is not enrolled" }));
  });
});

test("a text that is no party's name is refused as what it is", () => {
  expect(partyNamed("harbour")).toBe("harbour");
  expect(() => partyNamed("Harbour!")).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
});
