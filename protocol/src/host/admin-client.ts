/** How a command line reaches the process that works in a folder. */
import type { IncomingMessage } from "node:http";
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { issueWords } from "../session/issue-words.js";
import { adminFiles } from "./admin-token.js";
import { isFileError } from "./atomic-file.js";
import { readEvents, type StreamEvent } from "./event-stream.js";
import { exchange, isYes, readBytes, readJson, reasonOf, SilenceError, unreadable } from "./http-client.js";
import { readPrivateFile } from "./private-file.js";
import { parseProblem, Refusal } from "./refusal.js";

/** Whom the client speaks to, for its error messages. */
export interface AdminTarget {
  /** The process's data folder. */
  readonly folder: string;
  /** As in "no coordinator answers". */
  readonly role: string;
  /** The command that starts it. */
  readonly startCommand: string;
}

/** Every call throws the server's own `Refusal`, or NETWORK_UNREACHABLE, NETWORK_ANSWER or TIMEOUT_ADMIN. */
export interface AdminClient {
  get<S extends z.ZodType>(path: string, answer: S): Promise<z.output<S>>;
  /** With `idempotencyKey` a repeat after a lost answer does the work once. */
  post<S extends z.ZodType>(path: string, body: unknown, answer: S, idempotencyKey?: string): Promise<z.output<S>>;
  getBytes(path: string): Promise<Uint8Array>;
  /** Until the server ends the stream or `signal` aborts. */
  events(path: string, signal: AbortSignal): AsyncGenerator<StreamEvent>;
}

/** @throws Refusal NETWORK_UNREACHABLE if no process of ours ever started in the folder. */
export function openAdminClient(target: AdminTarget): AdminClient {
  const connection = readConnection(target);
  const json = async (call: Call): Promise<unknown> => readJson(await send(connection, call), ANSWER_SIZE_MAX_BYTES);
  return {
    get: async (path, answer) => checked(answer, await json({ method: "GET", path })),
    post: async (path, body, answer, idempotencyKey) => checked(answer, await json({ method: "POST", path, body, idempotencyKey })),
    getBytes: async (path) => readBytes(await send(connection, { method: "GET", path }), ANSWER_SIZE_MAX_BYTES),
    events: async function* (path, signal) {
      try {
        yield* readEvents((await send(connection, { method: "GET", path, signal })).setEncoding("utf8"));
      } catch (error) {
        // Our own abort ends the stream; it is not an error to whoever asked for it.
        if (!signal.aborted) throw error;
      }
    },
  };
}

interface Connection extends AdminTarget {
  readonly address: string;
  readonly token: string;
}

interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** No admin answer takes longer; what does is a stream of events. */
const SILENCE_MAX_MS = 60_000;
/** An exported log of a quarter fits; it comes from our own process. */
const ANSWER_SIZE_MAX_BYTES = 256 * 1024 * 1024;

function readConnection(target: AdminTarget): Connection {
  const files = adminFiles(target.folder);
  const token = readPrivateFile(files.token)?.toString("latin1").trim();
  const address = readTextOrNull(files.address)?.trim();
  if (token === undefined || address === undefined) {
    throw new Refusal({
      code: "NETWORK_UNREACHABLE", title: `no ${target.role} has ever started here`, detail: target.folder, fix: `start it with: ${target.startCommand}`,
    });
  }
  return { ...target, address, token };
}

function readTextOrNull(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    if (isFileError(error, "ENOENT")) return null;
    throw error;
  }
}

/** The response once its head is there and says yes. */
async function send(connection: Connection, call: Call): Promise<IncomingMessage> {
  const response = await exchange({
    method: call.method,
    url: `http://${connection.address}${call.path}`,
    headers: {
      Authorization: `Bearer ${connection.token}`,
      ...(call.idempotencyKey === undefined ? {} : { "Idempotency-Key": call.idempotencyKey }),
    },
    body: call.body,
    silenceMaxMs: SILENCE_MAX_MS,
    signal: call.signal,
  }).catch((cause: unknown) => {
    throw cause instanceof SilenceError ? silent(connection) : unreachable(connection, cause);
  });
  if (isYes(response)) return response;
  throw parseProblem(await readJson(response, ANSWER_SIZE_MAX_BYTES)) ?? unreadable(`status ${response.statusCode ?? 0} without a problem document`);
}

function checked<S extends z.ZodType>(schema: S, answer: unknown): z.output<S> {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw unreadable(parsed.error.issues.map((issue) => `${issue.path.map(String).join(".")}: ${issueWords(issue)}`).join("; "));
  return parsed.data;
}

function unreachable({ role, address, startCommand }: Connection, cause: unknown): Refusal {
  return new Refusal({
    code: "NETWORK_UNREACHABLE", title: `no ${role} answers on ${address}`, detail: `is it running? (${reasonOf(cause)})`, fix: `start it with: ${startCommand}`,
  }, { cause });
}

function silent({ role, address }: Connection): Refusal {
  return new Refusal({ code: "TIMEOUT_ADMIN", title: `the ${role} on ${address} does not answer`, detail: `${SILENCE_MAX_MS / 1_000} s of silence` });
}
