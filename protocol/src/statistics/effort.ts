/** Counts steps, so that what an attacker or a long history could make take hours ends instead, and at the same step on every machine. */
export class Effort {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  /** @throws RangeError once more is spent than there was. */
  spend(steps: number): void {
    this.#left -= steps;
    if (!(this.#left >= 0)) throw new RangeError("more steps than are allowed");
  }
}
