import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "@cohortium/protocol/host/atomic-file";
import { fingerprintWords } from "@cohortium/protocol/host/fingerprint-words";
import { openSigningKey } from "@cohortium/protocol/host/keys";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { sha256 } from "@cohortium/crypto/hash";
import { COORDINATOR_FILE } from "./config.js";

export interface CoordinatorInit {
  readonly folder: string;
  readonly name: string;
  readonly consortium: string;
  /** What nodes dial: a name or an address. */
  readonly host: string;
  readonly exchangePort: number;
  readonly enrolmentPort: number;
  readonly adminPort: number;
}

/** Makes a coordinator's folder: its configuration and its signing keys. @throws Refusal CONFIG_EXISTS rather than overwrite anything. */
export function initCoordinator(options: CoordinatorInit): { readonly folder: string; readonly configFile: string; readonly fingerprintWords: string } {
  const { folder, name, consortium, host, exchangePort, enrolmentPort, adminPort } = options;
  const configFile = join(folder, COORDINATOR_FILE);
  if (existsSync(configFile)) throw new Refusal({ code: "CONFIG_EXISTS", title: "this folder is a coordinator's already", detail: configFile, fix: "choose another folder" });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const signer = openSigningKey(folder, "signing");
  openSigningKey(folder, "log");
  writeFileAtomic(configFile, [
    "# A Cohortium coordinator. Keys, log and state lie beside this file; secrets never belong in it.",
    `name: ${JSON.stringify(name)}`, `consortium: ${JSON.stringify(consortium)}`, `hosts: [${JSON.stringify(host)}]`,
    `exchange: { port: ${exchangePort} }`, `enrolment: { port: ${enrolmentPort} }`, `admin: { port: ${adminPort} }`, "",
  ].join("\n"), 0o644);
  return { folder, configFile, fingerprintWords: fingerprintWords(sha256(signer.publicKey)) };
}
