import { setImmediate as breathe } from "node:timers/promises";

/** So long may the process not hear its peers. In milliseconds. */
const STRETCH_MS = 25;

/** A pause to be offered after each small piece of long work: it lets others have their turn when enough time has passed, and says whether it did. */
export function breathing(): () => Promise<boolean> {
  let sinceMs = performance.now();
  return async () => {
    if (performance.now() - sinceMs < STRETCH_MS) return false;
    await breathe();
    sinceMs = performance.now();
    return true;
  };
}
