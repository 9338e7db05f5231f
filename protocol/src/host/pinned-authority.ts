import { isIP } from "node:net";
import { connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import { equalBytes } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { checkIssued, toPem } from "./certificates.js";
import { Refusal } from "./refusal.js";

/** Where a coordinator takes enrolments. */
export interface EnrolmentAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * The authority's certificate (PEM), fetched from the server itself and believed because its SHA-256 begins with `fingerprint`.
 *
 * Reveals: to whoever is at the address, that somebody connects. Nothing else is sent.
 * @throws Refusal NETWORK_UNREACHABLE; ENROL_FINGERPRINT if the chain holds no such authority, or the server's certificate is not from it;
 *   CERTIFICATE_TIME.
 */
export async function fetchPinnedAuthority(address: EnrolmentAddress, fingerprint: Uint8Array, nowMs: number): Promise<string> {
  const chain = await fetchChain(address);
  const [leaf] = chain;
  const authority = chain.find((der) => equalBytes(sha256(der).subarray(0, fingerprint.length), fingerprint));
  if (leaf === undefined || authority === undefined) throw notOurs(address, "its certificates are not those the join code names");
  // The handshake has shown that the server holds the leaf's key; this ties the leaf to the authority.
  const doubt = await checkIssued(leaf, authority, "server", nowMs);
  switch (doubt) {
    case null: return toPem(authority);
    case "expired": case "not-yet-valid": throw outOfTime(address, doubt);
    case "other-issuer": case "other-use": case "not-an-authority": throw notOurs(address, `its certificate is not good: ${doubt}`);
  }
}

const HANDSHAKE_MAX_MS = 10_000;
/** Leaf and authority are two; no chain of ours is longer. */
const CHAIN_LENGTH_MAX = 4;

/** The certificates the server sends, leaf first. */
function fetchChain({ host, port }: EnrolmentAddress): Promise<readonly Uint8Array[]> {
  return new Promise((resolve, reject) => {
    const unreachable = (cause: Error): void => reject(new Refusal({
      code: "NETWORK_UNREACHABLE", title: `no coordinator answers on ${host}:${port}`, detail: cause.message,
      fix: "check the address with the coordinator's operator, and that a firewall lets this machine connect to it",
    }, { cause }));
    // Unverified on purpose: the verdict comes from the fingerprint, before a single byte of ours is sent.
    const socket: TLSSocket = connect({ host, port, rejectUnauthorized: false, minVersion: "TLSv1.3", ...(isIP(host) === 0 ? { servername: host } : {}) });
    socket.setTimeout(HANDSHAKE_MAX_MS, () => socket.destroy(new Error("the TLS handshake takes too long")));
    socket.once("error", unreachable);
    socket.once("secureConnect", () => {
      resolve(chainOf(socket.getPeerCertificate(true)));
      socket.destroy();
    });
  });
}

function chainOf(leaf: DetailedPeerCertificate): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  let at: DetailedPeerCertificate | undefined = leaf;
  // Node makes a self-signed certificate its own issuer.
  while (at?.raw !== undefined && chain.length < CHAIN_LENGTH_MAX) {
    chain.push(new Uint8Array(at.raw));
    at = at.issuerCertificate === at ? undefined : at.issuerCertificate;
  }
  return chain;
}

function notOurs({ host, port }: EnrolmentAddress, detail: string): Refusal {
  return new Refusal({
    code: "ENROL_FINGERPRINT", title: `what answers on ${host}:${port} is not the coordinator of this join code`, detail,
    fix: "do not go on; check address and code with the coordinator's operator by phone: somebody may be in between",
  });
}

function outOfTime({ host, port }: EnrolmentAddress, doubt: string): Refusal {
  return new Refusal({
    code: "CERTIFICATE_TIME", title: `the certificate of the coordinator on ${host}:${port} is out of its time`, detail: doubt,
    fix: "check this machine's clock; if it is right, have the coordinator restarted, which renews the certificate",
  });
}
