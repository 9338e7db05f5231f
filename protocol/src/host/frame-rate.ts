import { setTimeout as sleep } from "node:timers/promises";

/** A gigabyte a second in full chunks; tiny frames beyond that rate keep a processor busy for nothing. */
export const FRAMES_PER_SECOND_MAX = 1_000;

/** Slows a reader down to `FRAMES_PER_SECOND_MAX`; flow control then slows the sender down. A second's worth may come at once. */
export class FrameRate {
  #budget = FRAMES_PER_SECOND_MAX;
  #filledAtMs: number;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#filledAtMs = nowMs();
  }

  /** Resolves when one more frame may be read. */
  async admit(): Promise<void> {
    const nowMs = this.#nowMs();
    this.#budget = Math.min(FRAMES_PER_SECOND_MAX, this.#budget + ((nowMs - this.#filledAtMs) * FRAMES_PER_SECOND_MAX) / 1_000);
    this.#filledAtMs = nowMs;
    this.#budget -= 1;
    if (this.#budget < 0) await sleep((-this.#budget * 1_000) / FRAMES_PER_SECOND_MAX);
  }
}
