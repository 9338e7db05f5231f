import type { PaidQuestion } from "./paid-questions.js";

/** How fast a budget is spent. `runsOutAtMs` is when it would not cover another such day's share; null where nothing is spent. */
export interface Pace {
  readonly nanoRhoPerDay: number;
  readonly runsOutAtMs: number;
}

const DAY_MS = 86_400_000;

/**
 * The pace so far: what was spent after the first question, over the time since it. A gap that is still open counts once it is longer than the others were
 * on average: who asks once a week has not slowed down by Wednesday. Null before a second question that cost something.
 */
export function paceOf(asked: readonly PaidQuestion[], left: number, nowMs: number): Pace | null {
  const [first, ...later] = asked;
  const last = later.at(-1);
  if (first === undefined || last === undefined) return null;
  const meanGapMs = (last.atMs - first.atMs) / later.length;
  const overMs = nowMs - last.atMs > meanGapMs ? nowMs - first.atMs : last.atMs - first.atMs;
  const spent = later.reduce((sum, { nanoRho }) => sum + nanoRho, 0);
  if (!(overMs > 0 && spent > 0)) return null;
  return { nanoRhoPerDay: (spent * DAY_MS) / overMs, runsOutAtMs: Math.max(nowMs, Math.round(last.atMs + (left * overMs) / spent)) };
}
