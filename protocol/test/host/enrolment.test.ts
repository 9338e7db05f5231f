import { createServer, type Server } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { toBase64 } from "@cohortium/crypto/bytes";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { x25519PublicKey } from "@cohortium/crypto/agreement";
import { parsePartyId } from "../../src/session/ids.js";
import { createRequest, fingerprintOf, newTlsKeyPem, readCertificate, readRequest } from "../../src/host/certificates.js";
import { issueNodeCertificate, openAuthority, openServerCredentials, type CertificateAuthority } from "../../src/host/credentials.js";
import { enrolmentWords, pollAuthorization, signClaim, type EnrolmentClaim, type EnrolmentRequest } from "../../src/host/enrolment.js";
import { enrol, type EnrolmentOptions } from "../../src/host/enrolment-client.js";
import { openEnrolmentServer, type EnrolmentServer, type EnrolmentServerOptions } from "../../src/host/enrolment-server.js";
import type { EnrolmentDecision, EnrolmentStore, JoinCodeRecord } from "../../src/host/enrolment-store.js";
import { exchange, readJson } from "../../src/host/http-client.js";
import { joinCodeSigner, newJoinCode, JOIN_CODE_LIFETIME_MS, type JoinCode } from "../../src/host/join-code.js";
import type { Logger } from "../../src/host/logger.js";
import { scratchFolder } from "./scratch-folder.js";

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (message) => { throw new Error(message); }, child: () => silent };
const IDENTITY = { name: "pier", consortium: "ports", signingKey: toBase64(new Uint8Array(32).fill(3)), logKey: toBase64(new Uint8Array(32).fill(4)) };

/** What the coordinator keeps in SQLite, here in memory. */
class MemoryStore implements EnrolmentStore {
  readonly codes = new Map<string, JoinCodeRecord>();
  readonly kept = new Map<string, { readonly request: EnrolmentRequest; decision: EnrolmentDecision }>();

  findCode(codeId: string) { return this.codes.get(codeId) ?? null; }
  findRequest(codeId: string) { return this.kept.get(codeId) ?? null; }
  findEnrolled(party: string) {
    return [...this.kept.values()].find(({ request, decision }) => request.party === party && decision.kind === "approved")?.request ?? null;
  }
  saveRequest(request: EnrolmentRequest) {
    if (this.kept.has(request.codeId)) return false;
    this.kept.set(request.codeId, { request, decision: { kind: "waiting" } });
    return true;
  }
}

const store = new MemoryStore();
const folder = scratchFolder();
let nowMs = Date.now();
let authority: CertificateAuthority;
let server: EnrolmentServer;

beforeAll(async () => {
  authority = await openAuthority(folder, "ports", nowMs);
  server = await openEnrolmentServer(await serverOptions());
});
afterAll(() => server.close());

async function serverOptions(): Promise<EnrolmentServerOptions> {
  return {
    host: "127.0.0.1", port: 0, credentials: await openServerCredentials(folder, authority, ["127.0.0.1"], nowMs), authorityPem: authority.keyed.certificatePem,
    identity: IDENTITY, store, nowMs: () => nowMs, logger: silent,
  };
}

let drawn = 10;
function newCode(): JoinCode {
  const code = newJoinCode(new Uint8Array(32).fill(++drawn), fingerprintOf(authority.keyed.certificatePem));
  store.codes.set(code.id, { id: code.id, verifier: joinCodeSigner(code.secret).publicKey, expiresAtMs: nowMs + JOIN_CODE_LIFETIME_MS });
  return code;
}

async function newKeys(seed: number): Promise<EnrolmentOptions["keys"]> {
  return { signer: signerFromSeed(new Uint8Array(32).fill(seed)), agreementKey: x25519PublicKey(new Uint8Array(32).fill(seed)), tlsKeyPem: await newTlsKeyPem() };
}

/** Enrols `name`; the operator decides as soon as she has the request. */
function join(name: string, code: JoinCode, keys: EnrolmentOptions["keys"], decide: (codeId: string) => void | Promise<void> = approve) {
  const words: string[] = [];
  const outcome = enrol({
    address: { host: "127.0.0.1", port: server.port }, code, party: parsePartyId(name), keys, signal: AbortSignal.timeout(5_000), nowMs: () => nowMs,
    onWaiting: (said) => {
      words.push(said);
      void decide(code.id);
    },
  });
  return { words, outcome };
}

async function approve(codeId: string): Promise<void> {
  const kept = store.kept.get(codeId);
  const csr = await readRequest(Buffer.from(kept?.request.csr ?? "", "base64"));
  if (kept === undefined || csr === null) throw new Error("nothing to approve");
  kept.decision = { kind: "approved", certificatePem: await issueNodeCertificate(authority, parsePartyId(kept.request.party), csr.publicKey, nowMs) };
  server.decided(codeId);
}

describe("a new partner", () => {
  test("with a good code is let in, once the operator has said yes", async () => {
    const [code, keys] = [newCode(), await newKeys(21)];
    const { words, outcome } = join("harbour", code, keys, async (codeId) => {
      // The long poll is open by then: the answer comes when she decides, not at the next question.
      await new Promise((resolve) => setTimeout(resolve, 30));
      await approve(codeId);
    });
    const { credentials, coordinator } = await outcome;
    expect(coordinator).toEqual(IDENTITY);
    expect(readCertificate(credentials.certificatePem)).toMatchObject({ commonName: "harbour", uriNames: ["spiffe://cohortium/ports/party/harbour"] });
    expect(credentials.authorityPem.trim()).toBe(authority.keyed.certificatePem.trim());
    expect(words).toEqual([expect.stringMatching(/^([a-z]+ ){7}[a-z]+$/)]);
    const kept = store.kept.get(code.id)?.request;
    if (kept === undefined) throw new Error("the request is kept");
    expect(words[0]).toBe(enrolmentWords(kept, readCertificate(credentials.certificatePem).publicKey));
  });

  test("that crashed asks again with the same keys and gets the same answer, even after the code's day", async () => {
    const [code, keys] = [newCode(), await newKeys(22)];
    const first = await join("quay", code, keys).outcome;
    nowMs += JOIN_CODE_LIFETIME_MS + 1;
    const again = join("quay", code, keys, () => { throw new Error("nothing is left to decide"); });
    expect((await again.outcome).credentials).toEqual(first.credentials);
    expect(again.words).toEqual([]);
  });

  test("may come again with the same keys and a new code, for a new certificate", async () => {
    const keys = await newKeys(23);
    const first = await join("wharf", newCode(), keys).outcome;
    const second = await join("wharf", newCode(), keys).outcome;
    expect(second.credentials.certificatePem).not.toBe(first.credentials.certificatePem);
  });

  test("that is refused hears why", async () => {
    const refuse = (codeId: string) => {
      const kept = store.kept.get(codeId);
      if (kept !== undefined) kept.decision = { kind: "refused", reason: "the words did not match" };
      server.decided(codeId);
    };
    await expect(join("pirate", newCode(), await newKeys(24), refuse).outcome).rejects.toMatchObject({ code: "ENROL_REFUSED", detail: "the words did not match" });
  });

  test("may stop waiting; its request stays", async () => {
    const [code, patience] = [newCode(), new AbortController()];
    const waiting = enrol({
      address: { host: "127.0.0.1", port: server.port }, code, party: parsePartyId("patient"), keys: await newKeys(25), nowMs: () => nowMs,
      onWaiting: () => void setTimeout(() => patience.abort(), 20), signal: patience.signal,
    });
    await expect(waiting).rejects.toMatchObject({ code: "ENROL_WAITING", exitCode: 9 });
    expect(store.kept.get(code.id)?.decision.kind).toBe("waiting");
  });
});

describe("is refused:", () => {
  test("a code this coordinator never made", async () => {
    const code = newJoinCode(new Uint8Array(32).fill(201), fingerprintOf(authority.keyed.certificatePem));
    await expect(join("anna", code, await newKeys(31)).outcome).rejects.toMatchObject({ code: "ENROL_CODE_UNKNOWN", exitCode: 8 });
  });

  test("the id of a code without its secret", async () => {
    await expect(join("anna", { ...newCode(), secret: new Uint8Array(10).fill(9) }, await newKeys(31)).outcome).rejects.toMatchObject({ code: "ENROL_PROOF" });
  });

  test("a code that somebody else has used", async () => {
    const code = newCode();
    await join("berth", code, await newKeys(32)).outcome;
    await expect(join("berth", code, await newKeys(33)).outcome).rejects.toMatchObject({ code: "ENROL_CODE_USED" });
    await expect(join("other", code, await newKeys(32)).outcome).rejects.toMatchObject({ code: "ENROL_CODE_USED" });
  });

  test("a code whose day is over, at the very millisecond", async () => {
    const [late, just] = [newCode(), newCode()];
    nowMs += JOIN_CODE_LIFETIME_MS - 1;
    await join("justin", just, await newKeys(34)).outcome;
    nowMs += 1;
    await expect(join("latecomer", late, await newKeys(35)).outcome).rejects.toMatchObject({ code: "ENROL_CODE_EXPIRED" });
  });

  test("a name that stands for other keys", async () => {
    await join("crane", newCode(), await newKeys(36)).outcome;
    await expect(join("crane", newCode(), await newKeys(37)).outcome).rejects.toMatchObject({ code: "ENROL_NAME_TAKEN" });
  });

  test.each<[string, string, (claim: EnrolmentClaim) => EnrolmentClaim | Promise<EnrolmentClaim>]>([
    ["a certificate request that is none", "ENROL_CSR", (claim) => ({ ...claim, csr: toBase64(Uint8Array.of(7, 8, 9)) })],
    ["a certificate request for another name", "ENROL_CSR", async (claim) => ({ ...claim, csr: toBase64(await createRequest(await newTlsKeyPem(), "admiral")) })],
    ["somebody else's signing key", "ENROL_PROOF", (claim) => ({ ...claim, signingKey: toBase64(signerFromSeed(new Uint8Array(32).fill(99)).publicKey) })],
    ["a key of another length", "REQUEST_INVALID", (claim) => ({ ...claim, agreementKey: toBase64(new Uint8Array(31).fill(7)) })],
    ["base64 with stray bits", "REQUEST_INVALID", (claim) => ({ ...claim, agreementKey: `${"A".repeat(42)}B=` })],
    ["a name that is no name", "REQUEST_INVALID", (claim) => ({ ...claim, party: "Robert'); --" })],
    ["the name of what every object has", "REQUEST_INVALID", (claim) => ({ ...claim, party: "constructor" })],
  ])("%s", async (_what, code, alter) => {
    const [joinCode, keys] = [newCode(), await newKeys(38)];
    const claim = await alter({
      codeId: joinCode.id, party: "dinghy", csr: toBase64(await createRequest(keys.tlsKeyPem, "dinghy")),
      signingKey: toBase64(keys.signer.publicKey), agreementKey: toBase64(keys.agreementKey),
    });
    const answer = await call("POST", "/v1/enrolments", {}, signClaim(claim, keys.signer, joinCodeSigner(joinCode.secret)));
    expect(answer).toMatchObject({ code });
    expect(store.kept.has(joinCode.id)).toBe(false);
  });

  test("a question about a request by somebody without its code", async () => {
    const [code, other] = [newCode(), newCode()];
    await join("ferry", code, await newKeys(39)).outcome;
    for (const Authorization of ["", "Cohortium-Code AAAA", pollAuthorization(code.id, joinCodeSigner(other.secret)), pollAuthorization(other.id, joinCodeSigner(code.secret))]) {
      expect(await call("GET", `/v1/enrolments/${code.id}`, { Authorization })).toMatchObject({ code: "ENROL_PROOF" });
    }
    expect(await call("GET", `/v1/enrolments/${code.id}`, { Authorization: pollAuthorization(code.id, joinCodeSigner(code.secret)) })).toMatchObject({ state: "approved" });
  });
});

describe("before a byte of ours is sent,", () => {
  test("another authority at the address is found out", async () => {
    const { bodies, port, stop } = await impostor(await openAuthority(scratchFolder(), "ports", nowMs), null);
    await expect(enrolAt(port)).rejects.toMatchObject({ code: "ENROL_FINGERPRINT", exitCode: 6 });
    expect(bodies()).toBe(0);
    await stop();
  });

  test("the right authority's certificate beside another's server is found out", async () => {
    const { bodies, port, stop } = await impostor(await openAuthority(scratchFolder(), "ports", nowMs), authority.keyed.certificatePem);
    await expect(enrolAt(port)).rejects.toMatchObject({ code: "ENROL_FINGERPRINT" });
    expect(bodies()).toBe(0);
    await stop();
  });

  test("a server certificate for another host name is refused", async () => {
    // By the real clock, because here TLS itself checks the times.
    const elsewhere = await openServerCredentials(scratchFolder(), authority, ["coordinator.example"], Date.now());
    const named = await openEnrolmentServer({ ...await serverOptions(), credentials: elsewhere });
    try {
      await expect(enrolAt(named.port)).rejects.toMatchObject({ code: "NETWORK_HOST_NAME" });
    } finally {
      await named.close();
    }
  });

  test("a server certificate that is past its time is said to be that, not an attack", async () => {
    const old = await openServerCredentials(scratchFolder(), authority, ["127.0.0.1"], nowMs - 91 * 86_400_000);
    const named = await openEnrolmentServer({ ...await serverOptions(), credentials: old });
    try {
      await expect(enrolAt(named.port)).rejects.toMatchObject({ code: "CERTIFICATE_TIME", detail: expect.stringContaining("expired") });
    } finally {
      await named.close();
    }
  });

  test("nobody at the address is said to be nobody", async () => {
    const { port, stop } = await impostor(authority, null);
    await stop();
    await expect(enrolAt(port)).rejects.toMatchObject({ code: "NETWORK_UNREACHABLE", title: `no coordinator answers on 127.0.0.1:${port}` });
  });
});

test("a flood from one address is turned away after sixty requests in a minute", async () => {
  const own = await openEnrolmentServer(await serverOptions());
  const answers = [];
  for (let i = 0; i < 61; i++) answers.push(await call("GET", "/v1/enrolments/0000000000", {}, undefined, own.port));
  expect(answers[59]).toMatchObject({ code: "ENROL_CODE_UNKNOWN" });
  expect(answers[60]).toMatchObject({ code: "REQUEST_RATE", status: 429 });
  nowMs += 60_000;
  expect(await call("GET", "/v1/enrolments/0000000000", {}, undefined, own.port)).toMatchObject({ code: "ENROL_CODE_UNKNOWN" });
  await own.close();
});

async function call(method: "GET" | "POST", path: string, headers: Record<string, string>, body?: unknown, port = server.port): Promise<unknown> {
  const response = await exchange({ method, url: `https://127.0.0.1:${port}${path}`, headers, body, silenceMaxMs: 2_000, authorityPem: authority.keyed.certificatePem });
  return readJson(response, 65_536);
}

async function enrolAt(port: number) {
  return enrol({
    address: { host: "127.0.0.1", port }, code: newCode(), party: parsePartyId("harbour"), keys: await newKeys(41), onWaiting: () => undefined,
    signal: AbortSignal.timeout(2_000), nowMs: () => nowMs,
  });
}

/** A server of `theirs`, which may also show a certificate that is not its own authority's; it counts the requests it gets to see. */
async function impostor(theirs: CertificateAuthority, shown: string | null) {
  const { privateKeyPem, certificatePem } = await openServerCredentials(scratchFolder(), theirs, ["127.0.0.1"], nowMs);
  let seen = 0;
  const fake: Server = createServer({ key: privateKeyPem, cert: `${certificatePem}\n${shown ?? theirs.keyed.certificatePem}` }, () => (seen += 1));
  await new Promise<void>((resolve) => void fake.listen(0, "127.0.0.1", resolve));
  const address = fake.address();
  if (address === null || typeof address === "string") throw new Error("it listens");
  return { bodies: () => seen, port: address.port, stop: () => new Promise((resolve) => fake.close(resolve)) };
}
