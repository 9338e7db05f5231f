/** How many requests a minute are too many. */
export interface RateLimit {
  /** Counts one request; false if it is over the limit of its address or of all together. */
  admit(address: string): boolean;
}

/** Fixed windows of a minute. At a window's edge twice the limit may pass, which is fine for limits that guard memory and patience. */
export function createRateLimit(perAddress: number, overall: number, nowMs: () => number): RateLimit {
  let windowStartMs = nowMs();
  let total = 0;
  // At most `overall` addresses are ever in it.
  let counts = new Map<string, number>();
  return {
    admit(address) {
      if (nowMs() - windowStartMs >= WINDOW_MS) {
        windowStartMs = nowMs();
        total = 0;
        counts = new Map();
      }
      if (total >= overall) return false;
      const count = counts.get(address) ?? 0;
      if (count >= perAddress) return false;
      total += 1;
      counts.set(address, count + 1);
      return true;
    },
  };
}

const WINDOW_MS = 60_000;
