/** The TLS credentials a process keeps in its folder: the coordinator's authority and server certificate, a node's key and certificate. */
import { join } from "node:path";
import { equalBytes } from "@cohortium/crypto/bytes";
import { SLUG, type PartyId } from "../session/ids.js";
import { writeFileAtomic } from "./atomic-file.js";
import {
  checkIssued, CLOCK_SKEW_MAX_MS, issueLeaf, newTlsKeyPem, publicKeyOf, readCertificate, selfSignAuthority, type CertificateDoubt,
  type CertificateFacts, type KeyedCertificate,
} from "./certificates.js";
import { keepPrivateFile, openPrivateFolder, PRIVATE_FILE_MODE, readPrivateFile } from "./private-file.js";
import { Refusal } from "./refusal.js";

/** The coordinator as the one who says which node may connect. */
export interface CertificateAuthority {
  readonly consortium: string;
  readonly keyed: KeyedCertificate;
}

/** What a node presents and what it trusts. */
export interface NodeCredentials extends KeyedCertificate {
  readonly authorityPem: string;
}

const DAY_MS = 86_400_000;
export const LEAF_LIFETIME_DAYS = 90;
/** A server certificate with less left is replaced at start; a person is warned this long before anything ends. */
export const RENEWAL_AHEAD_DAYS = 30;
const AUTHORITY_LIFETIME_DAYS = 3_650;

/**
 * The authority in `<folder>/tls/authority.pem`, made at the first call and never overwritten.
 *
 * @param consortium - A slug; it becomes part of every party's name in its certificate.
 * @throws Refusal CERTIFICATE_CONSORTIUM if the folder's authority belongs to another consortium, KEY_PERMISSIONS.
 */
export async function openAuthority(folder: string, consortium: string, nowMs: number): Promise<CertificateAuthority> {
  if (!SLUG.test(consortium)) throw new RangeError("a consortium's name is 2 to 32 lower-case letters, digits and hyphens, starting with a letter");
  const path = join(folder, "tls", "authority.pem");
  const commonName = `Cohortium ${consortium}`;
  const kept = readPrivateFile(path) ?? keepPrivateFile(path, await newAuthorityPem(commonName, nowMs));
  const keyed = await legible(splitPem(kept.toString("latin1"), path), path);
  const found = readCertificate(keyed.certificatePem).commonName;
  if (found === commonName) return { consortium, keyed };
  throw new Refusal({
    code: "CERTIFICATE_CONSORTIUM", title: "this folder belongs to another consortium", detail: `its authority is "${found}", not "${commonName}"`,
    fix: "correct the consortium's name in the configuration, or use another folder",
  });
}

/** The coordinator's server certificate, made anew when it is missing, about to expire, for other names, or from another authority. */
export async function openServerCredentials(
  folder: string, authority: CertificateAuthority, hostNames: readonly string[], nowMs: number,
): Promise<KeyedCertificate> {
  const path = join(folder, "tls", "server.pem");
  const kept = readPrivateFile(path);
  if (kept !== null) {
    const keyed = await legible(splitPem(kept.toString("latin1"), path), path);
    if (await isStillGood(keyed, authority, hostNames, nowMs)) return keyed;
  }
  const privateKeyPem = await newTlsKeyPem();
  const use = { kind: "server", commonName: `Cohortium coordinator ${authority.consortium}`, hostNames } as const;
  const certificatePem = await issueLeaf(authority.keyed, await publicKeyOf(privateKeyPem), use, leafValidity(nowMs));
  // Key and certificate in one file: no crash can leave one without the other.
  openPrivateFolder(join(folder, "tls"));
  writeFileAtomic(path, `${privateKeyPem}\n${certificatePem}\n`, PRIVATE_FILE_MODE);
  return { privateKeyPem, certificatePem };
}

/** A client certificate for an enrolled party; `publicKey` comes from its verified request. */
export function issueNodeCertificate(authority: CertificateAuthority, party: PartyId, publicKey: Uint8Array, nowMs: number): Promise<string> {
  const use = { kind: "client", commonName: party, uriName: partyUri(authority.consortium, party) } as const;
  return issueLeaf(authority.keyed, publicKey, use, leafValidity(nowMs));
}

/** The node's TLS key in `<folder>/tls/node.key.pem`, drawn at the first call; it never leaves the node. */
export async function openNodeTlsKey(folder: string): Promise<string> {
  const path = nodeKeyPath(folder);
  return (readPrivateFile(path) ?? keepPrivateFile(path, await newTlsKeyPem())).toString("latin1");
}

/** Keeps what enrolment brought. Certificate and authority share a file, so that they always fit each other. */
export function keepNodeCertificate(folder: string, certificatePem: string, authorityPem: string): void {
  openPrivateFolder(join(folder, "tls"));
  writeFileAtomic(nodeCertificatePath(folder), `${certificatePem.trim()}\n${authorityPem.trim()}\n`, PRIVATE_FILE_MODE);
}

/** The enrolled node's credentials, or null before enrolment. */
export async function openNodeCredentials(folder: string): Promise<NodeCredentials | null> {
  const kept = readPrivateFile(nodeCertificatePath(folder));
  if (kept === null) return null;
  const [certificatePem, authorityPem] = kept.toString("latin1").match(CERTIFICATE_PEM) ?? [];
  if (certificatePem === undefined || authorityPem === undefined) throw damaged(nodeCertificatePath(folder));
  await legible({ privateKeyPem: null, certificatePem }, nodeCertificatePath(folder));
  await legible({ privateKeyPem: null, certificatePem: authorityPem }, nodeCertificatePath(folder));
  const privateKeyPem = await openNodeTlsKey(folder);
  await legible({ privateKeyPem, certificatePem }, nodeKeyPath(folder));
  return { privateKeyPem, certificatePem, authorityPem };
}

/** `spiffe://cohortium/<consortium>/party/<name>`. */
export function partyUri(consortium: string, party: PartyId): string {
  return `spiffe://cohortium/${consortium}/party/${party}`;
}

/** The party a client certificate of this consortium names, as text still to be parsed; null if it names none, or several. */
export function partyNamedBy(certificate: Uint8Array | string, consortium: string): string | null {
  const prefix = `spiffe://cohortium/${consortium}/party/`;
  const { uriNames } = readCertificate(certificate);
  const [uri] = uriNames;
  return uriNames.length === 1 && uri?.startsWith(prefix) === true ? uri.slice(prefix.length) : null;
}

/** A warning to log when a certificate ends within `RENEWAL_AHEAD_DAYS`, or null. */
export function expiryWarning(facts: CertificateFacts, nowMs: number): string | null {
  const leftDays = Math.floor((facts.notAfterMs - nowMs) / DAY_MS);
  if (leftDays >= RENEWAL_AHEAD_DAYS) return null;
  return leftDays < 0 ? `the certificate of ${facts.commonName} has expired` : `the certificate of ${facts.commonName} ends in ${leftDays} days`;
}

/** @throws Refusal CERTIFICATE_REFUSED unless the node's certificate is this authority's, valid now, names `party`, and fits our key. */
export async function checkNodeCertificate(credentials: NodeCredentials, consortium: string, party: PartyId, nowMs: number): Promise<void> {
  const doubt: CertificateDoubt | "other-party" | "other-key" | null = await checkIssued(credentials.certificatePem, credentials.authorityPem, "client", nowMs)
    ?? (partyNamedBy(credentials.certificatePem, consortium) === party ? null : "other-party")
    ?? (equalBytes(readCertificate(credentials.certificatePem).publicKey, await publicKeyOf(credentials.privateKeyPem)) ? null : "other-key");
  if (doubt === null) return;
  throw new Refusal({
    code: "CERTIFICATE_REFUSED", title: "this node's certificate cannot be used", detail: doubt, fix: "ask the coordinator's operator for a join code and enrol again with the same keys",
  });
}

const CERTIFICATE_PEM = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const PRIVATE_KEY_PEM = /-----BEGIN PRIVATE KEY-----[\s\S]*?-----END PRIVATE KEY-----/;

async function newAuthorityPem(commonName: string, nowMs: number): Promise<string> {
  const privateKeyPem = await newTlsKeyPem();
  const validity = { notBeforeMs: nowMs - CLOCK_SKEW_MAX_MS, notAfterMs: nowMs + AUTHORITY_LIFETIME_DAYS * DAY_MS };
  return `${privateKeyPem}\n${await selfSignAuthority(privateKeyPem, commonName, validity)}\n`;
}

async function isStillGood(keyed: KeyedCertificate, authority: CertificateAuthority, hostNames: readonly string[], nowMs: number): Promise<boolean> {
  const facts = readCertificate(keyed.certificatePem);
  return facts.hostNames.toSorted().join() === hostNames.toSorted().join()
    && expiryWarning(facts, nowMs) === null
    && await checkIssued(keyed.certificatePem, authority.keyed.certificatePem, "server", nowMs) === null;
}

function leafValidity(nowMs: number): { readonly notBeforeMs: number; readonly notAfterMs: number } {
  return { notBeforeMs: nowMs - CLOCK_SKEW_MAX_MS, notAfterMs: nowMs + LEAF_LIFETIME_DAYS * DAY_MS };
}

function nodeCertificatePath(folder: string): string {
  return join(folder, "tls", "node.certificates.pem");
}

function nodeKeyPath(folder: string): string {
  return join(folder, "tls", "node.key.pem");
}

/** What was kept, if it is a certificate and, unless it is null, a key. @throws Refusal KEY_DAMAGED naming the file. */
async function legible<T extends { readonly privateKeyPem: string | null; readonly certificatePem: string }>(keyed: T, path: string): Promise<T> {
  try {
    readCertificate(keyed.certificatePem);
    if (keyed.privateKeyPem !== null) await publicKeyOf(keyed.privateKeyPem);
    return keyed;
  } catch {
    // The cause is dropped on purpose: it has seen the key.
    throw damaged(path);
  }
}

function splitPem(text: string, path: string): KeyedCertificate {
  const privateKeyPem = PRIVATE_KEY_PEM.exec(text)?.[0];
  const [certificatePem] = text.match(CERTIFICATE_PEM) ?? [];
  if (privateKeyPem === undefined || certificatePem === undefined) throw damaged(path);
  return { privateKeyPem, certificatePem };
}

function damaged(path: string): Refusal {
  return new Refusal({ code: "KEY_DAMAGED", title: "a key file cannot be read", detail: `${path} does not hold what it should`, fix: "restore it from the backup" });
}
