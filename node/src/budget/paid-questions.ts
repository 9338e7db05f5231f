import type { Charge } from "../store/charges.js";

/** A question as it was paid for: all its sums. */
export interface PaidQuestion {
  readonly kind: string;
  readonly atMs: number;
  readonly nanoRho: number;
  readonly sums: number;
}

/** In the order in which they were asked. */
export function questionsOf(charges: readonly Charge[]): readonly PaidQuestion[] {
  const bySession = new Map<string, PaidQuestion>();
  for (const { session, kind, atMs, nanoRho } of charges) {
    const before = bySession.get(session);
    bySession.set(session, { kind, atMs: before?.atMs ?? atMs, nanoRho: (before?.nanoRho ?? 0) + nanoRho, sums: (before?.sums ?? 0) + 1 });
  }
  return [...bySession.values()];
}
