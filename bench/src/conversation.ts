import type { Machine, Shape, Step } from "@cohortium/protocol/session/machine";

/** One more event for a session that waits. @throws Error if it has ended. */
export function goOn<P extends Shape>(machine: Machine<P>, step: Step<P> | undefined, event: P["event"]): Step<P> {
  if (step === undefined || step.kind !== "wait") throw new Error(`nobody waits: ${describe(step)}`);
  return machine.step(step.state, event);
}

/** What a session came to. @throws Error unless it is done. */
export function resultOf<P extends Shape>(step: Step<P> | undefined): P["result"] {
  if (step === undefined || step.kind !== "done") throw new Error(`not done: ${describe(step)}`);
  return step.result;
}

/** Carries letters up and down until nobody has anything left to say. */
export function converse<Up, Down>(
  first: readonly Up[],
  lead: (message: Up) => readonly Down[],
  hear: (message: Down) => readonly Up[],
): void {
  for (let up = first; up.length > 0;) up = up.flatMap(lead).flatMap(hear);
}

function describe<P extends Shape>(step: Step<P> | undefined): string {
  if (step === undefined) return "never opened";
  return step.kind === "abort" ? step.fault.code : step.kind;
}
