/** Node's timers hold 31 bits of milliseconds; a longer one would fire at once. */
const TIMER_MAX_MS = 2_147_483_647;

/** One wake-up per key, at a point in time. */
export class Wakes {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Replaces any earlier wake-up of this key. A time that has passed wakes soon, never within this call. */
  set(key: string, atMs: number, wake: () => void): void {
    this.drop(key);
    const inMs = Math.max(0, atMs - this.#nowMs());
    if (inMs > TIMER_MAX_MS) return;
    // One millisecond more than asked, because timers may fire early by a fraction and a deadline that comes early is no deadline.
    const timer = setTimeout(wake, inMs + 1);
    timer.unref();
    this.#timers.set(key, timer);
  }

  drop(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }

  close(): void {
    for (const key of [...this.#timers.keys()]) this.drop(key);
  }
}
