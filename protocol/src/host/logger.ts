/** The door to pino: JSON lines with a closed set of levels, redacted on the way out. */
import { pino, type DestinationStream, type Logger as Pino } from "pino";
import { redact, type LogFields } from "./log-redaction.js";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type LogDestination = { readonly kind: "stdout" } | { readonly kind: "file"; readonly path: string };

/** Messages are constant sentences; what varies goes into fields, where names decide what may be printed. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line. */
  child(fields: LogFields): Logger;
}

/** Writes each line before the call returns, so that the last words before a crash are there to read. @param name - The process, as in `node`. */
export function createLogger(name: string, level: LogLevel, destination: LogDestination): Logger {
  const options = {
    name, level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(pino(options, open(destination)));
}

function open(destination: LogDestination): DestinationStream {
  switch (destination.kind) {
    case "stdout": return pino.destination({ dest: 1, sync: true });
    case "file": return pino.destination({ dest: destination.path, sync: true, mkdir: true, append: true, mode: 0o640 });
  }
}

function wrap(inner: Pino): Logger {
  return {
    debug: (message, fields = {}) => inner.debug(redact(fields), message),
    info: (message, fields = {}) => inner.info(redact(fields), message),
    warn: (message, fields = {}) => inner.warn(redact(fields), message),
    error: (message, fields = {}) => inner.error(redact(fields), message),
    child: (fields) => wrap(inner.child(redact(fields))),
  };
}
