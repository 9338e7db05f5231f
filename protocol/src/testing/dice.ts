/** A small seeded generator (xorshift32, Marsaglia 2003) for the order of events in tests. Never for anything secret. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  }

  /** Uniform enough over 0 … below − 1. */
  roll(below: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % below;
  }

  chance(probability: number): boolean {
    return this.roll(1_000_000) < probability * 1_000_000;
  }

  pick<T>(choices: readonly T[]): T | undefined {
    return choices.length === 0 ? undefined : choices[this.roll(choices.length)];
  }
}
