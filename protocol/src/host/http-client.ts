/** One HTTP exchange, and reading what comes back within bounds. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { Refusal } from "./refusal.js";

export interface Exchange {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON unless undefined. */
  readonly body?: unknown;
  readonly silenceMaxMs: number;
  readonly signal?: AbortSignal | undefined;
  /** The one authority an https server may have its certificate from. */
  readonly authorityPem?: string;
}

/** Nothing came for as long as the caller was ready to wait. */
export class SilenceError extends Error {
  override readonly name = "SilenceError";
}

/** The response once its head is there, whatever its status. @throws SilenceError, or what the network layer says. */
export function exchange({ method, url, headers, body, silenceMaxMs, signal, authorityPem }: Exchange): Promise<IncomingMessage> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const options = {
    method,
    headers: { ...headers, ...(text === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) }) },
    agent: false,
    timeout: silenceMaxMs,
    ...(signal === undefined ? {} : { signal }),
  } as const;
  return new Promise((resolve, reject) => {
    const request = url.startsWith("https:")
      ? httpsRequest(url, { ...options, ca: authorityPem, minVersion: "TLSv1.3" }, resolve)
      : httpRequest(url, options, resolve);
    request.on("timeout", () => request.destroy(new SilenceError(`no answer for ${silenceMaxMs} ms`)));
    request.on("error", reject);
    request.end(text);
  });
}

export function isYes(response: IncomingMessage): boolean {
  return (response.statusCode ?? 500) < 300;
}

/** The whole body. @throws Refusal NETWORK_ANSWER if it is longer. */
export async function readBytes(response: IncomingMessage, sizeMaxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.length;
    if (sizeBytes > sizeMaxBytes) throw unreadable(`more than ${sizeMaxBytes} bytes`);
    chunks.push(bytes);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** @throws Refusal NETWORK_ANSWER if the body is too long or no JSON. */
export async function readJson(response: IncomingMessage, sizeMaxBytes: number): Promise<unknown> {
  const bytes = await readBytes(response, sizeMaxBytes);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) throw unreadable("no JSON");
    throw error;
  }
}

/** What the network layer says, for a person. */
export function reasonOf(cause: unknown): string {
  return typeof cause === "object" && cause !== null && "message" in cause ? String(cause.message) : String(cause);
}

/** NETWORK_ANSWER: somebody answered, but not in our language. */
export function unreadable(detail: string): Refusal {
  return new Refusal({ code: "NETWORK_ANSWER", title: "the answer is not one this version understands", detail, fix: "use the same version on both sides" });
}
