/** What a round consists of. `machine` is signing, checking and deciding; `letters` is sealing, opening and parsing envelopes. */
export const STAGES = ["mask", "root", "sum", "unmask", "machine", "letters"] as const;
export type Stage = (typeof STAGES)[number];

/** Milliseconds and bytes of each party and of the coordinator: all run in one thread here, and each is charged for its own work. */
export class Accounts {
  readonly #ms = new Map<string, number>();
  readonly #sentBytes = new Map<string, number>();
  readonly #receivedBytes = new Map<string, number>();
  readonly #clockMs: () => number;

  constructor(clockMs: () => number) {
    this.#clockMs = clockMs;
  }

  /** Does the work, on this actor's time. Calls must not be nested. */
  spend<T>(actor: string, stage: Stage, work: () => T): T {
    const startMs = this.#clockMs();
    const result = work();
    add(this.#ms, `${actor}/${stage}`, this.#clockMs() - startMs);
    return result;
  }

  carry(from: string, to: string, bytes: number): void {
    add(this.#sentBytes, from, bytes);
    add(this.#receivedBytes, to, bytes);
  }

  stageMs(actor: string, stage: Stage): number {
    return this.#ms.get(`${actor}/${stage}`) ?? 0;
  }

  totalMs(actor: string): number {
    return STAGES.reduce((sum, stage) => sum + this.stageMs(actor, stage), 0);
  }

  sentBytes(actor: string): number {
    return this.#sentBytes.get(actor) ?? 0;
  }

  receivedBytes(actor: string): number {
    return this.#receivedBytes.get(actor) ?? 0;
  }
}

function add(totals: Map<string, number>, key: string, amount: number): void {
  totals.set(key, (totals.get(key) ?? 0) + amount);
}
