/** What a log line may hold: everything a field says is made safe here, however deep, whoever wrote the call. */

/** Fields as callers give them; anything may hide in them, so `unknown`. */
export type LogFields = Readonly<Record<string, unknown>>;

export const REDACTED = "[redacted]";

/**
 * A copy fit for a log. Values under telling names become `[redacted]`, bytes and long lists their length, long texts their beginning.
 * Never throws: a cycle ends at the depth bound.
 */
export function redact(fields: LogFields, depth = 0): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, isTelling(name) ? REDACTED : redactValue(value, depth)]));
}

/**
 * Whether a name promises something that must not be printed: `seed`, `joinSecret`, `SIGNING_KEY`, `authorization`, `rowValues`.
 * A count of such things, or the file they lie in, is harmless: `rowCount`, `tokenFile`.
 */
export function isTelling(name: string): boolean {
  const words = name.replace(/join.?code/i, "joincode").replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z0-9]+/);
  const last = words.at(-1) ?? "";
  return !HARMLESS_ENDINGS.has(last) && words.some((word) => TELLING_WORDS.has(word));
}

const TELLING_WORDS = new Set([
  "secret", "secrets", "seed", "seeds", "key", "keys", "pem", "token", "tokens", "authorization", "cookie", "password", "passwords", "passphrase",
  "row", "rows", "record", "records", "value", "values", "word", "words", "payload", "payloads", "body", "share", "shares", "proof", "joincode",
]);
const HARMLESS_ENDINGS = new Set(["count", "file", "folder"]);

const DEPTH_MAX = 6;
const LIST_LENGTH_MAX = 32;
const TEXT_LENGTH_MAX = 2_000;

function redactValue(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case "string": return value.length <= TEXT_LENGTH_MAX ? value : `${value.slice(0, TEXT_LENGTH_MAX)}… (${value.length} characters)`;
    case "number": case "boolean": case "undefined": return value;
    case "bigint": return value.toString();
    case "symbol": case "function": return `[${typeof value}]`;
    case "object": return value === null ? null : redactObject(value, depth + 1);
  }
}

function redactObject(value: object, depth: number): unknown {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (depth > DEPTH_MAX) return "[deep]";
  if (Array.isArray(value)) {
    return value.length <= LIST_LENGTH_MAX ? value.map((item) => redactValue(item, depth)) : `[list of ${value.length}]`;
  }
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date) return value.toISOString();
  const prototype: unknown = Object.getPrototypeOf(value);
  // Objects of a class decide for themselves what they show, and a `Secret` shows nothing; Map, Set and sockets show their kind.
  return prototype === Object.prototype || prototype === null ? redact({ ...value }, depth) : `[${value.constructor.name}]`;
}

/** Errors of others may carry anything as properties; name, message, code and place are what a reader needs. */
function redactError(error: Error, depth: number): unknown {
  return {
    name: error.name,
    message: redactValue(error.message, depth),
    ...("code" in error && typeof error.code === "string" ? { code: error.code } : {}),
    stack: redactValue(error.stack, depth),
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, depth) }),
  };
}
