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
  /** What to say where `step` failed with a bug of ours, so that nobody waits in vain. MUST abort with `fault`. Without it the session ends in silence. */
  broken?(state: P["state"], event: P["event"], fault: Fault): Step<P>;
}

/**
 * Opens a session. Machines are total: should one throw all the same, that session ends with `SESSION_BROKEN`, here and at every replay, and
 * nothing else stands still for it.
 */
export function opened<P extends Shape>(machine: Machine<P>, given: P["given"]): Step<P> {
  return unlessBroken(() => machine.open(given), silence);
}

/** One step of a session, on the terms of `opened`. */
export function stepped<P extends Shape>(machine: Machine<P>, state: P["state"], event: P["event"]): Step<P> {
  return unlessBroken(() => machine.step(state, event), (fault) => unlessBroken(() => machine.broken?.(state, event, fault) ?? silence(fault), silence));
}

/** Rebuilds a session from what happened to it. Recovery, audit and tests all come through here. */
export function replay<P extends Shape>(machine: Machine<P>, given: P["given"], events: readonly P["event"][]): Step<P> {
  let step = opened(machine, given);
  for (const event of events) {
    if (step.kind !== "wait") return step;
    step = stepped(machine, step.state, event);
  }
  return step;
}

/** The error's name alone: its text may hold what the step computed with, and a replay by another engine must say the same. */
function unlessBroken<P extends Shape>(attempt: () => Step<P>, otherwise: (fault: Fault) => Step<P>): Step<P> {
  try {
    return attempt();
  } catch (error) {
    return otherwise({ code: "SESSION_BROKEN", detail: { error: error instanceof Error ? error.name : "unknown" } });
  }
}

function silence<P extends Shape>(fault: Fault): Step<P> {
  return { kind: "abort", fault, log: [], send: [] };
}
