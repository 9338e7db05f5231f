import { readFileSync } from "node:fs";
import { join } from "node:path";
import { x25519PublicKey } from "@cohortium/crypto/agreement";
import { fromBase64, toBase64 } from "@cohortium/crypto/bytes";
import { isFileError, writeFileAtomic } from "@cohortium/protocol/host/atomic-file";
import { loadConfig } from "@cohortium/protocol/host/config";
import { readConfigText } from "@cohortium/protocol/host/config-file";
import { keepNodeCertificate, openNodeTlsKey } from "@cohortium/protocol/host/credentials";
import { coordinatorIdentity } from "@cohortium/protocol/host/enrolment";
import { enrol } from "@cohortium/protocol/host/enrolment-client";
import { parseJoinCode } from "@cohortium/protocol/host/join-code";
import { openAgreementSecret, openSigningKey } from "@cohortium/protocol/host/keys";
import { damagedFile, Refusal } from "@cohortium/protocol/host/refusal";
import { parsePartyId, type PartyId } from "@cohortium/protocol/session/ids";
import { z } from "zod";
import { NODE_FILE, nodeConfig } from "./config.js";

/** Who is in now, with whom, and the words that were compared. */
export interface EnrolledNode {
  readonly party: string;
  readonly coordinator: string;
  readonly fingerprintWords: string;
}

/** Asks the coordinator to be let in with a one-time code, and keeps what it answers. Safe to repeat with the same folder. */
export async function enrollNode(folder: string, code: string, onProgress: (says: string) => void, signal: AbortSignal): Promise<EnrolledNode> {
  const config = loadConfig(nodeConfig, { file: readConfigText(join(folder, NODE_FILE)), environment: process.env, flags: [] }).values;
  const url = new URL(config.coordinator.enrolment);
  let words = "";
  const { credentials, coordinator } = await enrol({
    address: { host: url.hostname, port: Number(url.port === "" ? "443" : url.port) },
    code: parseJoinCode(code), party: parsePartyId(config.party),
    keys: { signer: openSigningKey(folder, "signing"), agreementKey: openAgreementSecret(folder).lend(x25519PublicKey), tlsKeyPem: await openNodeTlsKey(folder) },
    onWaiting: (fingerprint) => {
      words = fingerprint;
      onProgress(`waiting for the operator to approve; compare these words by phone: ${fingerprint}`);
    },
    signal, nowMs: () => Date.now(),
  });
  keepNodeCertificate(folder, credentials.certificatePem, credentials.authorityPem);
  writeFileAtomic(identityPath(folder), `${JSON.stringify({ ...coordinator, enrolledKey: ownKey(folder) }, null, 2)}\n`, 0o644);
  return { party: config.party, coordinator: coordinator.name, fingerprintWords: words };
}

/** The coordinator a node belongs to. */
export interface KnownCoordinator {
  readonly name: PartyId;
  readonly consortium: string;
  readonly signingKey: Uint8Array;
  readonly logKey: string;
  /** The signing key this node enrolled, base64; null in folders of before it was kept. */
  readonly enrolledKey: string | null;
}

/** Who the coordinator is, as enrolment said. @throws Refusal ENROL_REQUIRED before enrolment. */
export function readCoordinator(folder: string): KnownCoordinator {
  const { name, consortium, signingKey, logKey, enrolledKey = null } = readIdentity(folder);
  return { name: parsePartyId(name), consortium, signingKey: fromBase64(signingKey), logKey, enrolledKey };
}

/** @throws Refusal KEY_OTHER if this folder's signing key is not the one that was enrolled: everything it says would be refused. */
export function checkEnrolledKey(folder: string, { enrolledKey }: KnownCoordinator): void {
  if (enrolledKey === null || enrolledKey === ownKey(folder)) return;
  throw new Refusal({
    code: "KEY_OTHER", title: "this node's signing key is not the one it enrolled", detail: `${folder}/keys holds another key than the coordinator and every charter know`,
    fix: "restore keys/ from the backup of this node; if the key is lost, have the enrolment revoked and enrol anew from an empty folder",
  });
}

function ownKey(folder: string): string {
  return toBase64(openSigningKey(folder, "signing").publicKey);
}

const identityFile = coordinatorIdentity.extend({ enrolledKey: z.string().optional() });

function readIdentity(folder: string): z.output<typeof identityFile> {
  try {
    return identityFile.parse(JSON.parse(readFileSync(identityPath(folder), "utf8")));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) throw damagedFile(identityPath(folder), "the coordinator's identity", error);
    if (!isFileError(error, "ENOENT")) throw error;
    throw new Refusal({ code: "ENROL_REQUIRED", title: "this node is not enrolled yet", detail: folder, fix: "ask the operator for a join code, then: cohortium node enroll --code CODE" });
  }
}

function identityPath(folder: string): string {
  return join(folder, "coordinator.json");
}
