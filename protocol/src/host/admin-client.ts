/** How a command line reaches the process that works in a folder. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { adminFiles } from "./admin-token.js";
import { isFileError } from "./atomic-file.js";
import { readEvents, type StreamEvent } from "./event-stream.js";
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

/** Every call throws the server's own `Refusal`, or NETWORK_UNREACHABLE, NETWORK_TIMEOUT, NETWORK_ANSWER. */
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
  const json = async (call: Call): Promise<unknown> => parseAnswer(await whole(await send(connection, call)));
  return {
    get: async (path, answer) => checked(answer, await json({ method: "GET", path })),
    post: async (path, body, answer, idempotencyKey) => checked(answer, await json({ method: "POST", path, body, idempotencyKey })),
    getBytes: async (path) => new Uint8Array(await whole(await send(connection, { method: "GET", path }))),
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
  readonly signal?: AbortSignal;
}

/** No admin answer takes longer; what does is a stream of events. */
const SILENCE_MAX_MS = 60_000;

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
  const response = await exchange(connection, call);
  if ((response.statusCode ?? 500) < 300) return response;
  const problem = parseProblem(parseAnswer(await whole(response)));
  throw problem ?? unreadable(`status ${response.statusCode ?? 0} without a problem document`);
}

function exchange(connection: Connection, call: Call): Promise<IncomingMessage> {
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const headers = {
    Authorization: `Bearer ${connection.token}`,
    ...(body === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) }),
    ...(call.idempotencyKey === undefined ? {} : { "Idempotency-Key": call.idempotencyKey }),
  };
  return new Promise((resolve, reject) => {
    const request = httpRequest(`http://${connection.address}${call.path}`, {
      method: call.method, headers, agent: false, timeout: SILENCE_MAX_MS, ...(call.signal === undefined ? {} : { signal: call.signal }),
    }, resolve);
    request.on("timeout", () => request.destroy(silent(connection)));
    request.on("error", (cause) => reject(cause instanceof Refusal ? cause : unreachable(connection, cause)));
    request.end(body);
  });
}

async function whole(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function parseAnswer(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) throw unreadable("no JSON");
    throw error;
  }
}

function checked<S extends z.ZodType>(schema: S, answer: unknown): z.output<S> {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw unreadable(parsed.error.issues.map((issue) => `${issue.path.map(String).join(".")}: ${issue.message}`).join("; "));
  return parsed.data;
}

function unreachable({ role, address, startCommand }: Connection, cause: Error): Refusal {
  return new Refusal({
    code: "NETWORK_UNREACHABLE", title: `no ${role} answers on ${address}`, detail: `is it running? (${cause.message})`, fix: `start it with: ${startCommand}`,
  }, { cause });
}

function silent({ role, address }: Connection): Refusal {
  return new Refusal({ code: "NETWORK_TIMEOUT", title: `the ${role} on ${address} does not answer`, detail: `${SILENCE_MAX_MS / 1_000} s of silence`, status: 504 });
}

function unreadable(detail: string): Refusal {
  return new Refusal({ code: "NETWORK_ANSWER", title: "the answer is not one this version understands", detail, fix: "use the same version of the command line and the process" });
}
