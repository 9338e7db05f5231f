/** The door to express: routes in, a request listener out. Every "no" leaves as a problem document (RFC 9457). */
import express, { type ErrorRequestHandler, type Request, type Response } from "express";
import type { IncomingMessage, RequestListener } from "node:http";
import { EVENT_STREAM_CONTENT_TYPE, formatEvent, HEARTBEAT, type StreamEvent } from "./event-stream.js";
import type { Route, RouteReply, RouteRequest } from "./http-route.js";
import { handleOnce, type Idempotency } from "./idempotency.js";
import { PROBLEM_CONTENT_TYPE, Refusal, toProblem } from "./refusal.js";

export interface HttpAppOptions {
  /** Sees every request before anything of its body is read. Says no by throwing a `Refusal`. */
  guard(request: IncomingMessage, path: string): void;
  readonly bodySizeMaxBytes: number;
  /** Absent where nothing is started by POST twice. */
  readonly idempotency: Idempotency | null;
  /** Ends event streams and long polls when the server closes. */
  readonly closing: AbortSignal;
  /** An exception that is no refusal: ours to mend. The caller gets a 500 without particulars. */
  onUnexpected(error: unknown): void;
}

export function createHttpApp(routes: readonly Route[], options: HttpAppOptions): RequestListener {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use((request, response, next) => {
    response.set({ "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" });
    options.guard(request, request.path);
    next();
  });
  app.use(express.json({ limit: options.bodySizeMaxBytes }));
  for (const route of routes) {
    const method = METHODS[route.method];
    app[method](route.path, async (request: Request, response: Response) => {
      const input = toRouteRequest(request, response, options.closing);
      const reply = options.idempotency === null ? await route.handle(input) : await handleOnce(route, input, options.idempotency);
      await send(response, reply, input.signal);
    });
  }
  app.use(() => {
    throw new Refusal({ code: "REQUEST_NOT_FOUND", title: "there is nothing here", detail: "no route has this method and path", status: 404 });
  });
  app.use(sendProblem(options.onUnexpected));
  return app;
}

const METHODS = { GET: "get", POST: "post", PUT: "put", DELETE: "delete" } as const;
/** Half of the shortest idle limit common among proxies, 30 s. */
const HEARTBEAT_EVERY_MS = 15_000;

function toRouteRequest(request: Request, response: Response, closing: AbortSignal): RouteRequest {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  return {
    params: textsOf(request.params),
    query: textsOf(request.query),
    headers: request.headers,
    body: request.body,
    signal: AbortSignal.any([gone.signal, closing]),
  };
}

/** A parameter given twice is left out: which one was meant is anybody's guess. */
function textsOf(record: object): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
}

async function send(response: Response, reply: RouteReply, signal: AbortSignal): Promise<void> {
  switch (reply.kind) {
    case "json":
      response.status(reply.status).json(reply.body);
      return;
    case "bytes":
      // A view, not Buffer.from(bytes), which would copy.
      response.type(reply.contentType).send(Buffer.from(reply.bytes.buffer, reply.bytes.byteOffset, reply.bytes.byteLength));
      return;
    case "events":
      await sendEvents(response, reply.events, signal);
      return;
  }
}

async function sendEvents(response: Response, events: AsyncIterable<StreamEvent>, signal: AbortSignal): Promise<void> {
  response.status(200).set("Content-Type", EVENT_STREAM_CONTENT_TYPE);
  response.flushHeaders();
  const heartbeat = setInterval(() => response.write(HEARTBEAT), HEARTBEAT_EVERY_MS);
  try {
    for await (const event of events) {
      if (signal.aborted) break;
      if (!response.write(formatEvent(event))) await drained(response, signal);
    }
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

function drained(response: Response, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    response.once("drain", resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function sendProblem(onUnexpected: HttpAppOptions["onUnexpected"]): ErrorRequestHandler {
  // express knows an error handler by its four parameters.
  return (error: unknown, _request, response, _next) => {
    const refusal = error instanceof Refusal ? error : refusalOfParser(error);
    if (refusal === null) onUnexpected(error);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const problem = toProblem(refusal ?? INTERNAL);
    response.status(problem.status).type(PROBLEM_CONTENT_TYPE).send(JSON.stringify(problem));
  };
}

const INTERNAL = new Refusal({
  code: "INTERNAL", title: "this is our fault", detail: "an unexpected error; the process's log has it", fix: "report it with the log lines around this time",
});

/** What express and its body parser say about a body or an address, in our words. */
function refusalOfParser(error: unknown): Refusal | null {
  const status = error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : 500;
  if (status === 413) return new Refusal({ code: "REQUEST_TOO_LARGE", title: "the body is too large", detail: "it is over this route's limit", status });
  if (status >= 400 && status < 500) return new Refusal({ code: "REQUEST_UNREADABLE", title: "the request cannot be read", detail: "JSON in UTF-8 expected", status });
  return null;
}
