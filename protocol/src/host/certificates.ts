/**
 * The door to @peculiar/x509: making and checking the X.509 documents (RFC 5280, RFC 2986) that TLS between parties stands on.
 *
 * Claims:   a certificate that passes `checkIssued` was signed by that authority, is in its time and for its use.
 * Assumes:  ECDSA over P-256 with SHA-256; clocks within `CLOCK_SKEW_MAX_MS`.
 * Strength: 128-bit. Not post-quantum; what flows inside TLS is sealed by keys of our own.
 * Not for:  saying which keys a charter names. A certificate lets a party connect; what it says is signed with its signing key.
 */
import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension, BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, type Extension, KeyUsageFlags,
  KeyUsagesExtension, PemConverter, Pkcs10CertificateRequest, Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension, X509Certificate, X509CertificateGenerator,
} from "@peculiar/x509";
import { isIP } from "node:net";
import { toHex } from "@cohortium/crypto/bytes";
import { freshEntropy } from "@cohortium/crypto/entropy";
import { sha256 } from "@cohortium/crypto/hash";

/** A private key with the certificate that names it, as `tls` wants them. */
export interface KeyedCertificate {
  readonly privateKeyPem: string;
  readonly certificatePem: string;
}

/** What we read from a certificate. `fingerprint` is SHA-256 of the DER in hex; `publicKey` its SubjectPublicKeyInfo in DER. */
export interface CertificateFacts {
  readonly commonName: string;
  readonly uriNames: readonly string[];
  readonly hostNames: readonly string[];
  readonly serialNumber: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly isAuthority: boolean;
  readonly publicKey: Uint8Array;
  readonly fingerprint: string;
}

/** A request whose signature proved possession of its key. */
export interface RequestFacts {
  readonly commonName: string;
  readonly publicKey: Uint8Array;
}

export interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** For whom a leaf is, and for which side of TLS. */
export type LeafUse =
  | { readonly kind: "server"; readonly commonName: string; readonly hostNames: readonly string[] }
  | { readonly kind: "client"; readonly commonName: string; readonly uriName: string };

/** Certificates begin this long ago, because a partner's clock may be behind ours. */
export const CLOCK_SKEW_MAX_MS = 5 * 60_000;

/** A fresh P-256 key pair and, in PKCS #8 PEM, its private half. */
export async function newTlsKeyPem(): Promise<string> {
  const { privateKey } = await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
  return PemConverter.encode(await crypto.subtle.exportKey("pkcs8", privateKey), "PRIVATE KEY");
}

/** A self-signed authority that may issue leaves and nothing below them. */
export async function selfSignAuthority(privateKeyPem: string, commonName: string, validity: Validity): Promise<string> {
  const keys = await importKeyPair(privateKeyPem);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: [{ CN: [commonName] }],
    ...dates(validity),
    keys,
    signingAlgorithm: ECDSA,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return certificate.toString("pem");
}

/** A leaf for `publicKey` (SubjectPublicKeyInfo), signed by the authority. */
export async function issueLeaf(authority: KeyedCertificate, publicKey: Uint8Array, use: LeafUse, validity: Validity): Promise<string> {
  const issuer = new X509Certificate(authority.certificatePem);
  const { privateKey: signingKey, publicKey: issuerKey } = await importKeyPair(authority.privateKeyPem);
  const subjectKey = await crypto.subtle.importKey("spki", Uint8Array.from(publicKey), P256, true, ["verify"]);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: [{ CN: [use.commonName] }],
    issuer: issuer.subjectName,
    ...dates(validity),
    publicKey: subjectKey,
    signingKey,
    signingAlgorithm: ECDSA,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      await SubjectKeyIdentifierExtension.create(subjectKey),
      await AuthorityKeyIdentifierExtension.create(issuerKey),
      ...usageExtensions(use),
    ],
  });
  return certificate.toString("pem");
}

/** A PKCS #10 request in DER, signed with the key it asks a certificate for. */
export async function createRequest(privateKeyPem: string, commonName: string): Promise<Uint8Array> {
  const keys = await importKeyPair(privateKeyPem);
  const request = await Pkcs10CertificateRequestGenerator.create({ name: [{ CN: [commonName] }], keys, signingAlgorithm: ECDSA });
  return new Uint8Array(request.rawData);
}

/** The request's facts, or null unless it is one, for a P-256 key, with a valid signature by that key. */
export async function readRequest(der: Uint8Array): Promise<RequestFacts | null> {
  try {
    const request = new Pkcs10CertificateRequest(Uint8Array.from(der));
    const publicKey = new Uint8Array(request.publicKey.rawData);
    await crypto.subtle.importKey("spki", Uint8Array.from(publicKey), P256, true, ["verify"]);
    if (!(await request.verify())) return null;
    return { commonName: request.subjectName.getField("CN")[0] ?? "", publicKey };
  } catch {
    // ASN.1 and WebCrypto have many ways to say that foreign bytes are no request for such a key; all mean the same to us.
    return null;
  }
}

/** @throws RangeError if `encoded` (DER or PEM) is no certificate. */
export function readCertificate(encoded: Uint8Array | string): CertificateFacts {
  const certificate = parseCertificate(encoded);
  const names = certificate.getExtension(SubjectAlternativeNameExtension)?.names.items ?? [];
  return {
    commonName: certificate.subjectName.getField("CN")[0] ?? "",
    uriNames: names.flatMap(({ type, value }) => (type === "url" ? [value] : [])),
    hostNames: names.flatMap(({ type, value }) => (type === "dns" || type === "ip" ? [value] : [])),
    serialNumber: certificate.serialNumber,
    notBeforeMs: certificate.notBefore.getTime(),
    notAfterMs: certificate.notAfter.getTime(),
    isAuthority: certificate.getExtension(BasicConstraintsExtension)?.ca === true,
    publicKey: new Uint8Array(certificate.publicKey.rawData),
    fingerprint: toHex(fingerprintOf(encoded)),
  };
}

/** SHA-256 of the certificate's DER. */
export function fingerprintOf(encoded: Uint8Array | string): Uint8Array {
  return sha256(new Uint8Array(parseCertificate(encoded).rawData));
}

export function toDer(pem: string): Uint8Array {
  return new Uint8Array(parseCertificate(pem).rawData);
}

export function toPem(der: Uint8Array): string {
  return parseCertificate(der).toString("pem");
}

/** The public half (SubjectPublicKeyInfo) of a private key. */
export async function publicKeyOf(privateKeyPem: string): Promise<Uint8Array> {
  const { publicKey } = await importKeyPair(privateKeyPem);
  return new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
}

/** Why a leaf must not be relied on; null if it may. */
export type CertificateDoubt = "not-an-authority" | "other-issuer" | "not-yet-valid" | "expired" | "other-use";

/** Checks a leaf against its authority: signature, times of both, and that it is for this side of TLS. */
export async function checkIssued(leaf: Uint8Array | string, authority: Uint8Array | string, use: LeafUse["kind"], atMs: number): Promise<CertificateDoubt | null> {
  const certificate = parseCertificate(leaf);
  const issuer = parseCertificate(authority);
  for (const facts of [readCertificate(leaf), readCertificate(authority)]) {
    if (!(atMs >= facts.notBeforeMs)) return "not-yet-valid";
    if (!(atMs < facts.notAfterMs)) return "expired";
  }
  if (!readCertificate(authority).isAuthority || readCertificate(leaf).isAuthority) return "not-an-authority";
  const signed = certificate.issuer === issuer.subject && await certificate.verify({ publicKey: issuer.publicKey, signatureOnly: true });
  if (!signed) return "other-issuer";
  const usages = certificate.getExtension(ExtendedKeyUsageExtension)?.usages ?? [];
  return usages.includes(EXTENDED_USAGE[use]) ? null : "other-use";
}

const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;
const ECDSA = { name: "ECDSA", hash: "SHA-256" } as const;
const EXTENDED_USAGE = { server: ExtendedKeyUsage.serverAuth, client: ExtendedKeyUsage.clientAuth } as const;
const SERIAL_NUMBER_BYTES = 16;

function parseCertificate(encoded: Uint8Array | string): X509Certificate {
  try {
    return new X509Certificate(typeof encoded === "string" ? encoded : Uint8Array.from(encoded));
  } catch (cause) {
    throw new RangeError("not an X.509 certificate", { cause });
  }
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets. Unpredictable, so nobody can prepare a colliding certificate. */
function newSerialNumber(): string {
  const bytes = freshEntropy().slice(0, SERIAL_NUMBER_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return toHex(bytes);
}

function dates({ notBeforeMs, notAfterMs }: Validity): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(notBeforeMs), notAfter: new Date(notAfterMs) };
}

function usageExtensions(use: LeafUse): readonly Extension[] {
  const usage = new ExtendedKeyUsageExtension([EXTENDED_USAGE[use.kind]]);
  switch (use.kind) {
    case "server": return [usage, new SubjectAlternativeNameExtension(use.hostNames.map((value) => ({ type: isIP(value) === 0 ? "dns" : "ip", value })))];
    case "client": return [usage, new SubjectAlternativeNameExtension([{ type: "url", value: use.uriName }])];
  }
}

/** WebCrypto gives a public key only through an export of the private one. */
async function importKeyPair(privateKeyPem: string) {
  const privateKey = await crypto.subtle.importKey("pkcs8", PemConverter.decodeFirst(privateKeyPem), P256, true, ["sign"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", privateKey);
  if (kty === undefined || crv === undefined || x === undefined || y === undefined) throw new Error("an EC key exports with its point");
  return { privateKey, publicKey: await crypto.subtle.importKey("jwk", { kty, crv, x, y }, P256, true, ["verify"]) };
}
