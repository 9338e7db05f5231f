import { beforeAll, expect, test } from "@jest/globals";
import { toBase64 } from "@cohortium/crypto/bytes";
import { createRequest, newTlsKeyPem, publicKeyOf } from "@cohortium/protocol/host/certificates";
import { openAuthority, type CertificateAuthority } from "@cohortium/protocol/host/credentials";
import { enrolmentWords, signClaim, type EnrolmentRequest } from "@cohortium/protocol/host/enrolment";
import { joinCodeSigner, parseJoinCode } from "@cohortium/protocol/host/join-code";
import { scratchFolder } from "../../protocol/test/host/scratch-folder.js";
import { Enrolments } from "../src/enrolments.js";
import { agreementKeyOf, HARBOUR, keyText, MILL, NOW_MS, office, signerOf } from "./stage.js";

let authority: CertificateAuthority;
let tlsKeyPem = "";
beforeAll(async () => {
  authority = await openAuthority(scratchFolder(), "circle", NOW_MS);
  tlsKeyPem = await newTlsKeyPem();
});

/** An office, who was woken, and how somebody uses a code for harbour. */
function opened() {
  const [stage, decided] = [office([]), [] as string[]];
  const enrolments = new Enrolments(stage, authority, (codeId) => void decided.push(codeId));
  const use = async (code: string, keysOf: string) => {
    const { id, secret } = parseJoinCode(code);
    const claim = { codeId: id, party: HARBOUR, csr: toBase64(await createRequest(tlsKeyPem, HARBOUR)), signingKey: keyText(keysOf), agreementKey: toBase64(agreementKeyOf(keysOf)) };
    const request = signClaim(claim, signerOf(keysOf), joinCodeSigner(secret));
    return { request, isKept: stage.parties.saveRequest(request, NOW_MS) };
  };
  return { stage, decided, enrolments, use };
}
const wordsOf = async (request: EnrolmentRequest) => enrolmentWords(request, await publicKeyOf(tlsKeyPem));

test("a code that was lost on the way lets nobody in once there is a newer one", async () => {
  const { stage, enrolments, use } = opened();
  const [lost, newer] = [enrolments.invite(HARBOUR).code, enrolments.invite(HARBOUR).code];
  expect(stage.parties.findCode(parseJoinCode(lost).id)?.expiresAtMs).toBe(NOW_MS);
  expect((await use(lost, "thief")).isKept).toBe(false);
  expect((await use(newer, HARBOUR)).isKept).toBe(true);
});

test("a request that waits on an older code is refused, and whoever waits for it is told", async () => {
  const { stage, decided, enrolments, use } = opened();
  const { request } = await use(enrolments.invite(HARBOUR).code, "thief");
  enrolments.invite(HARBOUR);
  expect(stage.parties.findRequest(request.codeId)?.decision).toEqual({ kind: "refused", reason: "a newer join code has taken this one's place" });
  expect(decided).toEqual([request.codeId]);
  await expect(enrolments.approve(HARBOUR, await wordsOf(request))).rejects.toMatchObject({ code: "REQUEST_PARTY" });
});

test("an invitation leaves other parties' codes, and what was decided, as they are", async () => {
  const { stage, enrolments, use } = opened();
  const { code } = enrolments.invite(MILL);
  const { request } = await use(enrolments.invite(HARBOUR).code, HARBOUR);
  await enrolments.approve(HARBOUR, await wordsOf(request));
  enrolments.invite(HARBOUR);
  expect(stage.parties.findRequest(request.codeId)?.decision.kind).toBe("approved");
  expect(stage.parties.findCode(parseJoinCode(code).id)?.expiresAtMs).toBeGreaterThan(NOW_MS);
});

test("the words compared by phone let in the keys they are of and no others, also if those came later under the same name", async () => {
  const { stage, enrolments, use } = opened();
  const { request: compared } = await use(enrolments.invite(HARBOUR).code, HARBOUR);
  const { request: thief } = await use(enrolments.invite(HARBOUR).code, "thief");
  await expect(enrolments.approve(HARBOUR, await wordsOf(compared))).rejects.toMatchObject({ code: "ENROL_WORDS", status: 409, exitCode: 8 });
  expect([stage.parties.party(HARBOUR), stage.log]).toEqual([null, []]);
  await enrolments.approve(HARBOUR, await wordsOf(thief));
  expect(stage.parties.findEnrolled(HARBOUR)?.signingKey).toBe(keyText("thief"));
});

test("what is decided while a certificate is being made stands", async () => {
  const { stage, enrolments, use } = opened();
  const { request } = await use(enrolments.invite(HARBOUR).code, HARBOUR);
  const words = await wordsOf(request);
  const approvals = [enrolments.approve(HARBOUR, words), enrolments.approve(HARBOUR, words)];
  expect((await Promise.allSettled(approvals)).map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(stage.log).toHaveLength(1);

  const { request: again } = await use(enrolments.invite(HARBOUR).code, HARBOUR);
  const late = enrolments.approve(HARBOUR, await wordsOf(again));
  enrolments.refuse(HARBOUR, "not today");
  await expect(late).rejects.toMatchObject({ code: "REQUEST_PARTY" });
  expect([stage.log.length, stage.parties.findRequest(again.codeId)?.decision.kind]).toEqual([1, "refused"]);
});
