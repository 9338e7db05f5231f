import { equalBytes } from "@cohortium/crypto/bytes";
import { decodeEvent, encodeEvent } from "../session/codec.js";
import type { Step } from "../session/machine.js";

/** A journal as it comes back from disk. */
export function parseJournal<E>(journal: readonly E[]): readonly E[] {
  return journal.map((event) => decodeEvent(encodeEvent(event)) as E);
}

/** Everything a session sends when it is replayed, in order. */
export function sentBy<P extends { given: unknown; state: unknown; event: unknown; send: unknown; ask: unknown; result: unknown }>(
  machine: { open(given: P["given"]): Step<P>; step(state: P["state"], event: P["event"]): Step<P> }, given: P["given"], events: readonly P["event"][]): readonly P["send"][] {
  let step = machine.open(given);
  const sent = [...step.send];
  for (const event of events) {
    if (step.kind !== "wait") break;
    step = machine.step(step.state, event);
    sent.push(...step.send);
  }
  return sent;
}

/** @throws Error if they differ by a byte. */
export function expectSame(replayed: readonly unknown[], live: readonly unknown[]): void {
  if (!equalBytes(encodeEvent(replayed), encodeEvent(live))) throw new Error("a replay sent other bytes than the live session");
}
