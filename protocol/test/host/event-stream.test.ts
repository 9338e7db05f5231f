import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { EventFeed, formatEvent, HEARTBEAT, readEvents, type StreamEvent } from "../../src/host/event-stream.js";

async function* chunked(text: string, sizes: readonly number[]): AsyncGenerator<string> {
  let at = 0;
  for (const size of sizes) yield text.slice(at, (at += size));
  yield text.slice(at);
}

async function collect(events: AsyncIterable<StreamEvent>): Promise<readonly StreamEvent[]> {
  const all: StreamEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

test("events come back as they went, however the network cuts them", async () => {
  const events: readonly StreamEvent[] = [
    { id: "7", event: "round", data: { phase: "mask", note: "two\nlines: and a colon" } }, { event: "node", data: [3, null, "船"] },
  ];
  const text = events.map(formatEvent).join(HEARTBEAT);
  await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }), async (sizes) => {
    expect(await collect(readEvents(chunked(text, sizes)))).toEqual(events);
  }));
});

test("a name that would break out of its line is refused", () => {
  expect(() => formatEvent({ event: "a\ndata: forged", data: 7 })).toThrow(RangeError);
});

describe("a feed", () => {
  test("tells every listener what is said after it began to listen, until it leaves", async () => {
    const feed = new EventFeed();
    const leave = new AbortController();
    feed.publish({ event: "early", data: 2 });
    const [one, two] = [collect(feed.listen(leave.signal)), collect(feed.listen(leave.signal))];
    feed.publish({ event: "first", data: 3 });
    await sleep(1);
    feed.publish({ event: "second", data: 4 });
    await sleep(1);
    leave.abort();
    feed.publish({ event: "late", data: 5 });
    const heard = [{ event: "first", data: 3 }, { event: "second", data: 4 }];
    expect(await Promise.all([one, two])).toEqual([heard, heard]);
  });

  test("lets a listener go that does not listen", async () => {
    const feed = new EventFeed();
    const stream = feed.listen(new AbortController().signal);
    for (let i = 0; i < 1_001; i++) feed.publish({ event: "e", data: i });
    expect(await collect(stream)).toEqual([]);
  });
});
