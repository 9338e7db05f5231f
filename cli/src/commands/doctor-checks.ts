import { lookup } from "node:dns/promises";
import { access, constants, stat, statfs } from "node:fs/promises";
import { connect, isIP } from "node:net";
import { resolve } from "node:path";
import { checkIssued, CLOCK_SKEW_MAX_MS, readCertificate } from "@cohortium/protocol/host/certificates";
import { expiryWarning, openNodeCredentials } from "@cohortium/protocol/host/credentials";
import { exchange as httpExchange } from "@cohortium/protocol/host/http-client";
import type { FailureExitCode } from "@cohortium/protocol/host/exit-codes";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { bytes, duration } from "../text/amounts.js";

export type CheckName = "name" | "connection" | "enrolment" | "clock" | "certificate" | "rows" | "charters" | "tensors" | "disk";

/** What a look found. `fix` says what to do about it. */
export interface Found {
  readonly state: "ok" | "warn" | "fail";
  readonly says: string;
  readonly fix?: string;
}

export interface Check extends Found {
  readonly name: CheckName;
}

/** What the doctor looks at. `exchange` is the coordinator's `host:port`, `enrolment` an https URL. */
export interface Patient {
  readonly folder: string;
  readonly exchange: string;
  readonly enrolment: string;
  /** The configured file of rows, relative to the folder, or the feed that is named for them; null if there is none. */
  readonly rows:
    | { readonly kind: "file"; readonly path: string }
    | { readonly kind: "feed"; readonly name: string; columns(): Promise<readonly string[]> }
    | null;
  /** Whether they fit the charters of the node that runs here. */
  readonly charters: () => Promise<Found>;
  readonly nowMs: () => number;
}

/** What a script should think of the first check that failed. */
export const EXIT_OF_CHECK: Readonly<Record<CheckName, FailureExitCode>> = {
  name: 7, connection: 7, enrolment: 7, clock: 2, certificate: 6, rows: 3, charters: 3, tensors: 2, disk: 2,
};

/** The checks in the order in which one failure explains the next. Each is quick, and none changes anything. */
export function checksOf(patient: Patient): readonly { readonly name: CheckName; look(): Promise<Found> }[] {
  const looks: Readonly<Record<CheckName, (patient: Patient) => Promise<Found>>> = {
    name: nameKnown, connection: coordinatorReached, enrolment: enrolmentReached, clock, certificate, rows, charters: (one) => one.charters(), tensors, disk,
  };
  return CHECK_NAMES.map((name) => ({ name, look: () => looks[name](patient).catch(failed) }));
}

const CHECK_NAMES: readonly CheckName[] = ["name", "connection", "enrolment", "clock", "certificate", "rows", "charters", "tensors", "disk"];
const CONNECT_MAX_MS = 5_000;
/** Beyond this, times in logs stop being comparable; far below what breaks certificates. */
const CLOCK_WARN_MS = 10_000;
const DISK_WARN_BYTES = 1_000_000_000;
const DISK_FAIL_BYTES = 100_000_000;
const FIREWALL = "check that the coordinator runs, and that a firewall lets this machine connect to it";

async function nameKnown({ exchange }: Patient): Promise<Found> {
  const { hostname } = urlOf(exchange);
  if (isIP(hostname.replace(/^\[|\]$/g, "")) !== 0) return { state: "ok", says: `${hostname} is an address` };
  try {
    const { address } = await lookup(hostname);
    return { state: "ok", says: `${hostname} is ${address}` };
  } catch (error) {
    return { state: "fail", says: `no name server knows ${hostname} (${messageOf(error)})`, fix: "check the name with the coordinator's operator, and this machine's DNS" };
  }
}

function coordinatorReached({ exchange }: Patient): Promise<Found> {
  return reached(urlOf(exchange));
}

function enrolmentReached({ enrolment }: Patient): Promise<Found> {
  return reached(new URL(enrolment));
}

function reached({ hostname, port }: URL): Promise<Found> {
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port === "" ? 443 : port), timeout: CONNECT_MAX_MS });
    const end = (found: Found): void => {
      socket.destroy();
      resolve(found);
    };
    socket.once("connect", () => end({ state: "ok", says: `${hostname}:${port} answers` }));
    socket.once("timeout", () => end({ state: "fail", says: `${hostname}:${port} is silent for ${duration(CONNECT_MAX_MS / 1_000)}`, fix: FIREWALL }));
    socket.once("error", (error) => end({ state: "fail", says: `${hostname}:${port}: ${error.message}`, fix: FIREWALL }));
  });
}

/** Compares with the date the coordinator puts on its answers, to the second. */
async function clock({ folder, enrolment, nowMs }: Patient): Promise<Found> {
  const credentials = await openNodeCredentials(folder);
  if (credentials === null) return { state: "warn", says: "not compared: the coordinator's certificate is known after enrolment", fix: "cohortium node enroll --code CODE" };
  const response = await httpExchange({ method: "GET", url: enrolment, headers: {}, silenceMaxMs: CONNECT_MAX_MS, authorityPem: credentials.authorityPem });
  response.resume();
  const theirsMs = Date.parse(response.headers.date ?? "");
  const apartMs = Math.abs(nowMs() - theirsMs);
  if (!Number.isFinite(apartMs)) return { state: "warn", says: "the coordinator does not say what time it is" };
  const says = `${duration(apartMs / 1_000)} apart from the coordinator's`;
  if (apartMs <= CLOCK_WARN_MS) return { state: "ok", says };
  return { state: apartMs < CLOCK_SKEW_MAX_MS ? "warn" : "fail", says, fix: "let this machine take its time from the network (NTP)" };
}

async function certificate({ folder, nowMs }: Patient): Promise<Found> {
  const credentials = await openNodeCredentials(folder);
  if (credentials === null) return { state: "warn", says: "this node is not enrolled yet", fix: "ask the coordinator's operator for a join code, then: cohortium node enroll --code CODE" };
  const facts = readCertificate(credentials.certificatePem);
  const doubt = await checkIssued(credentials.certificatePem, credentials.authorityPem, "client", nowMs());
  const again = "ask the coordinator's operator for a join code and enrol again";
  if (doubt !== null) return { state: "fail", says: `it cannot be used: ${doubt}`, fix: again };
  const warning = expiryWarning(facts, nowMs());
  if (warning !== null) return { state: "warn", says: warning, fix: again };
  return { state: "ok", says: `of ${facts.commonName}, for ${duration((facts.notAfterMs - nowMs()) / 1_000)} more` };
}

/** Only that the file is there and may be read, or that the feed can be opened: whether it fits a charter is looked at next. */
async function rows({ folder, rows: place }: Patient): Promise<Found> {
  if (place === null) return { state: "warn", says: "no file of rows is configured", fix: "set rows in node.yaml" };
  if (place.kind === "feed") return { state: "ok", says: `the feed ${place.name} can be opened and has ${(await place.columns()).length} columns` };
  const { path } = place;
  const file = resolve(folder, path);
  try {
    await access(file, constants.R_OK);
    const { size } = await stat(file);
    return size > 0 ? { state: "ok", says: `${bytes(size)}` } : { state: "fail", says: `${path} is empty`, fix: "export it again" };
  } catch (error) {
    return { state: "fail", says: `${path} cannot be read (${messageOf(error)})`, fix: "put the export there, or correct rows.path in node.yaml" };
  }
}

/** What networks would train on. Loaded here alone: it takes a while, and most commands need none of it. */
async function tensors(): Promise<Found> {
  const { chooseBackend, THIS_PROCESS } = await import("@cohortium/node/learning/network/backends");
  const { backend, notes } = await chooseBackend(THIS_PROCESS);
  const says = [`networks train on ${BACKEND_WORDS[backend]}`, ...notes].join("; ");
  return backend === "cpu" ? { state: "warn", says, fix: "install the packages again, as the lock file has them" } : { state: "ok", says };
}

const BACKEND_WORDS = { wasm: "WebAssembly, one thread", tensorflow: "the native backend", cpu: "plain JavaScript" } as const;

async function disk({ folder }: Patient): Promise<Found> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  const says = `${bytes(freeBytes)} free`;
  if (freeBytes >= DISK_WARN_BYTES) return { state: "ok", says };
  return { state: freeBytes >= DISK_FAIL_BYTES ? "warn" : "fail", says, fix: "make room, or move the folder to another disk" };
}

/** `host:port` as the configuration has it. @throws Refusal CONFIG_ADDRESS. */
function urlOf(address: string): URL {
  const url = URL.parse(`tcp://${address}`);
  if (url !== null && url.hostname !== "" && url.port !== "") return url;
  throw new Refusal({ code: "CONFIG_ADDRESS", title: "this is no address", detail: `"${address}" is not host:port`, fix: "correct node.yaml" });
}

function failed(error: unknown): Found {
  return { state: "fail", says: error instanceof Refusal ? `${error.title}: ${error.detail}` : messageOf(error), ...(error instanceof Refusal && error.fix !== undefined ? { fix: error.fix } : {}) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "no reason given";
}
