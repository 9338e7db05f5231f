import { X509Certificate } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parsePartyId } from "../../src/session/ids.js";
import { checkIssued, createRequest, newTlsKeyPem, publicKeyOf, readCertificate, readRequest, toDer, toPem } from "../../src/host/certificates.js";
import {
  checkNodeCertificate, expiryWarning, issueNodeCertificate, keepNodeCertificate, openAuthority, openNodeCredentials, openNodeTlsKey,
  openServerCredentials, partyNamedBy,
} from "../../src/host/credentials.js";
import { scratchFolder } from "./scratch-folder.js";

const NOW_MS = Date.UTC(2026, 10, 22);
const DAY_MS = 86_400_000;
const HARBOUR = parsePartyId("harbour");

describe("the coordinator's authority", () => {
  test("is made once, closed to others, and may issue leaves only", async () => {
    const folder = scratchFolder();
    const made = await openAuthority(folder, "ports", NOW_MS);
    expect(await openAuthority(folder, "ports", NOW_MS + DAY_MS)).toEqual(made);
    expect((statSync(join(folder, "tls", "authority.pem")).mode & 0o777).toString(8)).toBe("600");
    const seen = new X509Certificate(made.keyed.certificatePem);
    expect(seen.ca).toBe(true);
    expect(seen.verify(seen.publicKey)).toBe(true);
    expect(Date.parse(seen.validTo) - NOW_MS).toBe(3_650 * DAY_MS);
    expect(readCertificate(made.keyed.certificatePem).fingerprint).toBe(seen.fingerprint256.replaceAll(":", "").toLowerCase());
  });

  test("of one consortium does not serve another", async () => {
    const folder = scratchFolder();
    await openAuthority(folder, "ports", NOW_MS);
    await expect(openAuthority(folder, "banks", NOW_MS)).rejects.toMatchObject({ code: "CERTIFICATE_CONSORTIUM" });
    await expect(openAuthority(folder, "Not A Slug", NOW_MS)).rejects.toThrow(RangeError);
  });
});

describe("the server certificate", () => {
  test("names hosts and addresses and is kept until it nears its end, or the names change", async () => {
    const folder = scratchFolder();
    const authority = await openAuthority(folder, "ports", NOW_MS);
    const names = ["localhost", "127.0.0.1", "::1"];
    const first = await openServerCredentials(folder, authority, names, NOW_MS);
    const seen = new X509Certificate(first.certificatePem);
    expect(seen.subjectAltName).toBe("DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1");
    expect(seen.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(await checkIssued(first.certificatePem, authority.keyed.certificatePem, "server", NOW_MS)).toBeNull();

    expect(await openServerCredentials(folder, authority, names, NOW_MS + 60 * DAY_MS)).toEqual(first);
    const renewed = await openServerCredentials(folder, authority, names, NOW_MS + 61 * DAY_MS);
    expect(renewed.certificatePem).not.toBe(first.certificatePem);
    expect(renewed.privateKeyPem).not.toBe(first.privateKeyPem);
    expect(await openServerCredentials(folder, authority, ["localhost"], NOW_MS + 61 * DAY_MS)).not.toEqual(renewed);
  });
});

describe("a node's certificate", () => {
  test("is for the party, the key it proved, and clients only", async () => {
    const folder = scratchFolder();
    const authority = await openAuthority(folder, "ports", NOW_MS);
    const key = await openNodeTlsKey(folder);
    expect(await openNodeTlsKey(folder)).toBe(key);
    expect(await openNodeCredentials(folder)).toBeNull();

    const request = await readRequest(await createRequest(key, HARBOUR));
    if (request === null) throw new Error("our own request reads");
    const pem = await issueNodeCertificate(authority, HARBOUR, request.publicKey, NOW_MS);
    const seen = new X509Certificate(pem);
    expect(seen.subjectAltName).toBe("URI:spiffe://cohortium/ports/party/harbour");
    expect(seen.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
    expect(seen.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect([partyNamedBy(pem, "ports"), partyNamedBy(pem, "banks")]).toEqual(["harbour", null]);

    keepNodeCertificate(folder, pem, authority.keyed.certificatePem);
    const kept = await openNodeCredentials(folder);
    if (kept === null) throw new Error("it was kept a line above");
    await checkNodeCertificate(kept, "ports", HARBOUR, NOW_MS);
    const refusal = (detail: string) => expect.objectContaining({ code: "CERTIFICATE_REFUSED", detail });
    await expect(checkNodeCertificate(kept, "ports", parsePartyId("quay"), NOW_MS)).rejects.toEqual(refusal("other-party"));
    await expect(checkNodeCertificate(kept, "ports", HARBOUR, NOW_MS + 90 * DAY_MS)).rejects.toEqual(refusal("expired"));
    await expect(checkNodeCertificate(kept, "ports", HARBOUR, NOW_MS - 301_000)).rejects.toEqual(refusal("not-yet-valid"));
    await expect(checkNodeCertificate({ ...kept, privateKeyPem: await newTlsKeyPem() }, "ports", HARBOUR, NOW_MS)).rejects.toEqual(refusal("other-key"));
  });

  test("from another authority, or used as a server's, is doubted", async () => {
    const [ours, theirs] = [await openAuthority(scratchFolder(), "ports", NOW_MS), await openAuthority(scratchFolder(), "ports", NOW_MS)];
    const pem = await issueNodeCertificate(theirs, HARBOUR, await publicKeyOf(await newTlsKeyPem()), NOW_MS);
    const doubt = (authority: typeof ours, use: "client" | "server") => checkIssued(pem, authority.keyed.certificatePem, use, NOW_MS);
    expect([await doubt(theirs, "client"), await doubt(ours, "client"), await doubt(theirs, "server")]).toEqual([null, "other-issuer", "other-use"]);
    expect(await checkIssued(pem, pem, "client", NOW_MS)).toBe("not-an-authority");
  });

  test("is warned of thirty days ahead, and not before", async () => {
    const authority = await openAuthority(scratchFolder(), "ports", NOW_MS);
    const facts = readCertificate(await issueNodeCertificate(authority, HARBOUR, await publicKeyOf(await newTlsKeyPem()), NOW_MS));
    const warning = (days: number) => expiryWarning(facts, NOW_MS + days * DAY_MS);
    expect([warning(60), warning(61), warning(91)]).toEqual([null, "the certificate of harbour ends in 29 days", "the certificate of harbour has expired"]);
  });
});

describe("a certificate request", () => {
  test("that somebody altered, or for another kind of key, is none", async () => {
    const good = await createRequest(await newTlsKeyPem(), "harbour");
    expect(await readRequest(good)).toMatchObject({ commonName: "harbour" });
    const altered = good.slice();
    altered[Buffer.from(good).indexOf("harbour")] = 0x48; // "Harbour", which the signature does not cover
    expect(await readRequest(altered)).toBeNull();
    expect(await readRequest(good.slice(0, -1))).toBeNull();
    expect(await readRequest(Uint8Array.of(7, 7))).toBeNull();
    expect(await readRequest(new Uint8Array())).toBeNull();
  });
});

test("PEM and DER say the same", async () => {
  const { keyed } = await openAuthority(scratchFolder(), "ports", NOW_MS);
  expect(toPem(toDer(keyed.certificatePem)).trim()).toBe(keyed.certificatePem.trim());
  expect(() => readCertificate("no certificate")).toThrow(RangeError);
});

test("a damaged file is named, not replaced", async () => {
  const folder = scratchFolder();
  await openAuthority(folder, "ports", NOW_MS);
  const path = join(folder, "tls", "authority.pem");
  writeFileSync(path, readFileSync(path, "utf8").replace("BEGIN PRIVATE", "BEGIN"), { mode: 0o600 });
  await expect(openAuthority(folder, "ports", NOW_MS)).rejects.toMatchObject({ code: "KEY_DAMAGED", detail: expect.stringContaining(path) });
});

describe("files that no longer hold what they should", () => {
  const enrolled = async () => {
    const folder = scratchFolder();
    const authority = await openAuthority(folder, "ports", NOW_MS);
    const certificate = await issueNodeCertificate(authority, HARBOUR, await publicKeyOf(await openNodeTlsKey(folder)), NOW_MS);
    keepNodeCertificate(folder, certificate, authority.keyed.certificatePem);
    await openServerCredentials(folder, authority, ["localhost"], NOW_MS);
    return { folder, authority };
  };
  const garbled = (pem: string) => pem.replace(/(-----BEGIN CERTIFICATE-----\n.*\n)...../, "$1AAAAA");

  test.each([
    ["a certificate with other bytes", "node.certificates.pem", garbled],
    ["a key that is none", "node.key.pem", () => "garbage\n"],
    ["a key with other bytes", "node.key.pem", (pem: string) => pem.replace(/(-----BEGIN PRIVATE KEY-----\n)...../, "$1AAAAA")],
  ])("of a node: %s is named with its file, and nothing of what is in it", async (_, file, change) => {
    const { folder } = await enrolled();
    const path = join(folder, "tls", file);
    writeFileSync(path, change(readFileSync(path, "latin1")));
    await expect(openNodeCredentials(folder)).rejects.toMatchObject({ code: "KEY_DAMAGED", exitCode: 2, detail: `${path} does not hold what it should` });
  });

  test("of a coordinator: authority and server certificate are named with their files", async () => {
    const { folder, authority } = await enrolled();
    const paths = ["server.pem", "authority.pem"].map((file) => join(folder, "tls", file));
    for (const path of paths) writeFileSync(path, garbled(readFileSync(path, "latin1")));
    await expect(openServerCredentials(folder, authority, ["localhost"], NOW_MS)).rejects.toMatchObject({ code: "KEY_DAMAGED", detail: expect.stringContaining("server.pem") });
    await expect(openAuthority(folder, "ports", NOW_MS)).rejects.toMatchObject({ code: "KEY_DAMAGED", detail: expect.stringContaining("authority.pem") });
  });
});
