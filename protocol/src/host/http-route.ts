/** What an HTTP surface of ours is made of, without the framework that carries it. */
import type { IncomingHttpHeaders } from "node:http";
import type { z } from "zod";
import { issueWords } from "../session/issue-words.js";
import { Refusal } from "./refusal.js";
import type { StreamEvent } from "./event-stream.js";

/** One request. `body` and everything else foreign is unparsed; `signal` aborts when the caller is gone or the server closes. */
export interface RouteRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  readonly signal: AbortSignal;
}

export type RouteReply =
  | { readonly kind: "json"; readonly status: number; readonly body: unknown }
  | { readonly kind: "bytes"; readonly contentType: string; readonly bytes: Uint8Array }
  /** Server-sent events until the iterable ends. It must end when the request's `signal` aborts. */
  | { readonly kind: "events"; readonly events: AsyncIterable<StreamEvent> };

/** `path` as express writes it: `/v1/rounds/:round`. `handle` says no by throwing a `Refusal`; any other exception is our bug. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: `/${string}`;
  handle(request: RouteRequest): RouteReply | Promise<RouteReply>;
}

/** A 200 with a JSON body. */
export function json(body: unknown, status = 200): RouteReply {
  return { kind: "json", status, body };
}

/** Narrows foreign input. @throws Refusal REQUEST_INVALID with every problem and where it is; values are not repeated. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.map(String).join(".") || "the whole"}: ${issueWords(issue)}`);
  throw new Refusal({ code: "REQUEST_INVALID", title: "the request is not what this route expects", detail: problems.join("; ") });
}
