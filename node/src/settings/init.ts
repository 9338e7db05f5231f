import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "@cohortium/crypto/hash";
import { writeFileAtomic } from "@cohortium/protocol/host/atomic-file";
import { fingerprintWords } from "@cohortium/protocol/host/fingerprint-words";
import { openAgreementSecret, openSigningKey } from "@cohortium/protocol/host/keys";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { NODE_FILE } from "./config.js";

export interface NodeInit {
  readonly folder: string;
  readonly party: string;
  /** `host:port` of the coordinator's exchange. */
  readonly coordinator: string;
  /** `https://host:port` of its enrolment. */
  readonly enrolment: string;
  readonly adminPort: number;
  readonly rows: string | null;
  readonly delimiter: string;
  readonly holdout: string | null;
}

/** Makes a node's folder: its configuration and its keys, which never leave it. @throws Refusal CONFIG_EXISTS rather than overwrite anything. */
export function initNode(options: NodeInit): { readonly folder: string; readonly configFile: string; readonly fingerprintWords: string } {
  const { folder, party, coordinator, enrolment, adminPort, rows, delimiter, holdout } = options;
  const configFile = join(folder, NODE_FILE);
  if (existsSync(configFile)) throw new Refusal({ code: "CONFIG_EXISTS", title: "this folder is a node's already", detail: configFile, fix: "choose another folder" });
  if (!/^https:\/\/[^\s/]+\/?$/.test(enrolment)) throw wrong("the enrolment address is not https", enrolment, "write it as https://host:port");
  for (const file of [rows, holdout]) if (file !== null && !existsSync(file)) throw wrong("there is no such file", file, "name the export that holds this company's rows");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const signer = openSigningKey(folder, "signing");
  openAgreementSecret(folder);
  const quoted = JSON.stringify;
  writeFileAtomic(configFile, [
    "# A Cohortium node. Keys, journal and ledger lie beside this file; secrets never belong in it.",
    `party: ${quoted(party)}`,
    `coordinator: { exchange: ${quoted(coordinator)}, enrolment: ${quoted(enrolment)} }`,
    ...(rows === null ? ["# rows: { path: orders.csv, delimiter: \",\" }"] : [`rows: { path: ${quoted(rows)}, delimiter: ${quoted(delimiter)} }`]),
    ...(holdout === null ? [] : [`holdout: { path: ${quoted(holdout)}, delimiter: ${quoted(delimiter)} }`]),
    `admin: { port: ${adminPort} }`, "",
  ].join("\n"), 0o644);
  return { folder, configFile, fingerprintWords: fingerprintWords(sha256(signer.publicKey)) };
}

function wrong(title: string, detail: string, fix: string): Refusal {
  return new Refusal({ code: "CONFIG_INVALID", title, detail, fix });
}
