/** Server-sent events (WHATWG HTML §9.2): writing, reading, and a feed between one who speaks and many who listen. */

/** `id` is what a client sends back as Last-Event-ID to continue; `data` is JSON. */
export interface StreamEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

export const EVENT_STREAM_CONTENT_TYPE = "text/event-stream";
/** A comment line that keeps proxies from closing a silent stream. */
export const HEARTBEAT = ": still here\n\n";

/** @throws RangeError if a name or id would break out of its line. */
export function formatEvent({ id, event, data }: StreamEvent): string {
  if (/[\r\n\0]/.test(`${id ?? ""}${event}`)) throw new RangeError("an event's name and id are one line each");
  // JSON text holds no raw line break, so one data line is enough.
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Events from the text chunks of a response. @throws SyntaxError on data that is not JSON, RangeError on an event over 1 MiB. */
export async function* readEvents(chunks: AsyncIterable<string>): AsyncGenerator<StreamEvent> {
  let pending = "";
  for await (const chunk of chunks) {
    const blocks = (pending + chunk).split("\n\n");
    pending = blocks.pop() ?? "";
    if (pending.length > EVENT_LENGTH_MAX) throw new RangeError("a server-sent event without an end");
    for (const block of blocks) {
      const event = readBlock(block);
      if (event !== null) yield event;
    }
  }
}

/** Says each event to everybody listening at that moment. A listener that falls too far behind is let go; it reconnects and reads the state. */
export class EventFeed {
  readonly #listeners = new Set<(event: StreamEvent) => void>();

  publish(event: StreamEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** From now until `signal` aborts, or `BACKLOG_MAX` events wait to be read. Listening starts with the call, not with the first read. */
  listen(signal: AbortSignal): AsyncIterable<StreamEvent> {
    const waiting: StreamEvent[] = [];
    let wake = (): void => undefined;
    let overrun = false;
    const listener = (event: StreamEvent): void => {
      if (waiting.length < BACKLOG_MAX) waiting.push(event);
      else overrun = true;
      wake();
    };
    const onAbort = (): void => wake();
    this.#listeners.add(listener);
    signal.addEventListener("abort", onAbort);
    const stop = (): void => {
      this.#listeners.delete(listener);
      signal.removeEventListener("abort", onAbort);
    };
    return (async function* () {
      try {
        while (!signal.aborted && !overrun) {
          const next = waiting.shift();
          if (next !== undefined) yield next;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        stop();
      }
    })();
  }
}

const EVENT_LENGTH_MAX = 1024 * 1024;
const BACKLOG_MAX = 1_000;

function readBlock(block: string): StreamEvent | null {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const colon = line.indexOf(": ");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2));
  }
  const event = fields.get("event");
  const data = fields.get("data");
  const id = fields.get("id");
  if (event === undefined || data === undefined) return null;
  const parsed: unknown = JSON.parse(data);
  return { ...(id === undefined ? {} : { id }), event, data: parsed };
}
