import type { Fault } from "./fault.js";
import type { Entry } from "../log/entry.js";

/** The types one protocol is made of, so that generic code names one parameter instead of six. */
export interface Shape {
  readonly given: unknown;
  readonly state: unknown;
  readonly event: unknown;
  readonly send: unknown;
  readonly ask: unknown;
  readonly result: unknown;
}

/**
 * What one event made of a session. `log` must be in the transparency log before anything in `send` leaves, because the messages cite it;
 * `send` is for peers; `ask` is work for our own host, whose result returns as an event.
 */
export type Step<P extends Shape> = { readonly log: readonly Entry[]; readonly send: readonly P["send"][] } & (
  | { readonly kind: "wait"; readonly state: P["state"]; readonly ask: readonly P["ask"][]; readonly untilMs: number }
  | { readonly kind: "done"; readonly result: P["result"] }
  | { readonly kind: "abort"; readonly fault: Fault }
);

/** A protocol as two pure functions. Neither reads a clock, draws randomness or waits. */
export interface Machine<P extends Shape> {
  open(given: P["given"]): Step<P>;
  step(state: P["state"], event: P["event"]): Step<P>;
}

/** Rebuilds a session from what happened to it. Recovery, audit and tests all come through here. */
export function replay<P extends Shape>(machine: Machine<P>, given: P["given"], events: readonly P["event"][]): Step<P> {
  let step = machine.open(given);
  for (const event of events) {
    if (step.kind !== "wait") return step;
    step = machine.step(step.state, event);
  }
  return step;
}
