import { plainLine } from "../text/plain.js";
import type { Sink } from "./world.js";

/** What a waiting person is told, on standard error. */
export interface Progress {
  /** A line that stays. */
  note(text: string): void;
  /** What is true at the moment: on a terminal it replaces what it said before, elsewhere it is a line now and then. */
  now(text: string): void;
  /** Takes the moving line away. */
  clear(): void;
}

/** Whoever waits less asks nothing. */
const PLAIN_AFTER_MS = 2_000;
/** A log file of a waiting command should show that it lives, not scroll. */
const PLAIN_EVERY_MS = 10_000;

export function progressOn(sink: Sink, quiet: boolean, nowMs: () => number): Progress {
  if (quiet) return { note: () => undefined, now: () => undefined, clear: () => undefined };
  let moving = false;
  let sayAtMs = nowMs() + PLAIN_AFTER_MS;
  const clear = (): void => {
    if (moving) sink.write("\r\u001b[K");
    moving = false;
  };
  return {
    clear,
    note: (text) => {
      clear();
      sink.write(`${text}\n`);
    },
    now: (text) => {
      if (sink.isTerminal) {
        sink.write(`\r\u001b[K${fitting(plainLine(text), sink.columns)}`);
        moving = true;
      } else if (nowMs() >= sayAtMs) {
        sayAtMs = nowMs() + PLAIN_EVERY_MS;
        sink.write(`${plainLine(text)}\n`);
      }
    },
  };
}

/** A line that wraps could not be taken away again: only its last row would go. */
function fitting(text: string, columns: number | undefined): string {
  return columns === undefined || columns < 2 || text.length < columns ? text : `${text.slice(0, columns - 2)}…`;
}
