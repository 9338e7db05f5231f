import { randomInt } from "node:crypto";

const FIRST_MS = 200;
/** The longest pause between two attempts. */
export const BACKOFF_MAX_MS = 15_000;

/**
 * How long to wait before the next attempt to connect, after `failures` in a row (at least 1): doubling from 200 ms to 15 s, less up to half
 * of it at random, so that the nodes of a restarted coordinator do not all come back in the same moment.
 */
export function backoffMs(failures: number): number {
  const ceilingMs = Math.min(BACKOFF_MAX_MS, FIRST_MS * 2 ** (failures - 1));
  return randomInt(Math.ceil(ceilingMs / 2), ceilingMs + 1);
}
