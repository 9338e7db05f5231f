import { describe, expect, test } from "@jest/globals";
import type { EnrolmentRequest } from "@cohortium/protocol/host/enrolment";
import { keysIn, PartyBook } from "../src/parties.js";
import { openCoordinatorDatabase } from "../src/store.js";
import { agreementKeyOf, HARBOUR, keyText, MILL, NOW_MS, signerOf } from "./stage.js";
import { toBase64 } from "@cohortium/crypto/bytes";

const CODE = { id: "0123456789", verifier: signerOf("code").publicKey, expiresAtMs: NOW_MS + 1_000 };
const request = (party: string, codeId = CODE.id): EnrolmentRequest =>
  ({ codeId, party, csr: "AA==", signingKey: keyText(party), agreementKey: toBase64(agreementKeyOf(party)), signature: "", proof: "" });
const fresh = () => new PartyBook(openCoordinatorDatabase(":memory:"));
const invited = () => {
  const book = fresh();
  book.invite(CODE, HARBOUR, NOW_MS);
  return book;
};
const PARTY = { name: HARBOUR, signingKey: signerOf(HARBOUR).publicKey, agreementKey: agreementKeyOf(HARBOUR), certificate: "ce".repeat(32), notAfterMs: NOW_MS };

describe("a join code", () => {
  test("is known by its id, with what checks it", () => {
    expect(invited().findCode(CODE.id)).toEqual(CODE);
    expect(invited().findCode("9999999999")).toBeNull();
  });

  test("is used once: a second request finds it taken", () => {
    const book = invited();
    expect(book.findRequest(CODE.id)).toBeNull();
    expect(book.saveRequest(request(HARBOUR), NOW_MS)).toBe(true);
    expect(book.saveRequest({ ...request(HARBOUR), csr: "AQ==" }, NOW_MS)).toBe(false);
    expect(book.findRequest(CODE.id)).toEqual({ request: request(HARBOUR), decision: { kind: "waiting" } });
  });

  test("is for one party: under another name it is not used up", () => {
    const book = invited();
    expect(book.saveRequest(request(MILL), NOW_MS)).toBe(false);
    expect(book.saveRequest(request(HARBOUR), NOW_MS)).toBe(true);
  });

  test("that was never given out takes no request", () => expect(fresh().saveRequest(request(HARBOUR), NOW_MS)).toBe(false));

  test.each([{ kind: "approved", certificatePem: "PEM" }, { kind: "refused", reason: "not you" }] as const)("keeps how it was decided: $kind", (decision) => {
    const book = invited();
    book.saveRequest(request(HARBOUR), NOW_MS);
    book.decide(CODE.id, decision);
    expect(book.findRequest(CODE.id)?.decision).toEqual(decision);
    expect(book.invitations()).toEqual([{ codeId: CODE.id, party: HARBOUR, expiresMs: CODE.expiresAtMs, atMs: NOW_MS, request: request(HARBOUR), decision: decision.kind }]);
  });
});

describe("an enrolled party", () => {
  test("is known with its keys and certificate", () => {
    const book = fresh();
    book.enrol(PARTY);
    expect(book.party(HARBOUR)).toEqual({ ...PARTY, revoked: false });
    expect(book.findEnrolled(HARBOUR)).toEqual({ signingKey: keyText(HARBOUR), agreementKey: toBase64(agreementKeyOf(HARBOUR)) });
    expect([book.party(MILL), book.findEnrolled(MILL)]).toEqual([null, null]);
  });

  test("that is revoked is still known, but enrolled no more; with new keys it may come back", () => {
    const book = fresh();
    book.enrol(PARTY);
    book.revoke(HARBOUR);
    expect([book.party(HARBOUR)?.revoked, book.findEnrolled(HARBOUR)]).toEqual([true, null]);
    book.enrol({ ...PARTY, signingKey: signerOf("new").publicKey, certificate: "dd".repeat(32) });
    expect(book.party(HARBOUR)).toMatchObject({ revoked: false, certificate: "dd".repeat(32) });
    expect(book.findEnrolled(HARBOUR)?.signingKey).toBe(keyText("new"));
  });

  test("stands in the list in the order of names", () => {
    const book = fresh();
    for (const name of [MILL, HARBOUR]) book.enrol({ ...PARTY, name });
    expect(book.parties().map(({ name }) => name)).toEqual([HARBOUR, MILL]);
  });
});

test("a request's keys are bytes", () => {
  expect(keysIn(request(HARBOUR))).toEqual({ signingKey: signerOf(HARBOUR).publicKey, agreementKey: agreementKeyOf(HARBOUR) });
});
