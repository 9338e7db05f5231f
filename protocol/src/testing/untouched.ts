/**
 * Makes "a step does not change its input" a fact of a run. Plain objects and arrays are frozen for good, so that a change throws where it
 * happens; bytes, words and maps, which cannot be frozen, are remembered and compared at the end.
 */
export class Untouched {
  readonly #seen = new Set<object>();
  readonly #prints = new Map<object, string>();

  watch(value: unknown): void {
    if (typeof value !== "object" || value === null || this.#seen.has(value)) return;
    this.#seen.add(value);
    if (value instanceof Map) this.#remember(value, value.values());
    else if (ArrayBuffer.isView(value)) this.#remember(value, []);
    else for (const inner of Object.values(Object.freeze(value))) this.watch(inner);
  }

  /** @throws Error if anything that was watched has changed since. */
  verify(): void {
    for (const [what, print] of this.#prints) if (fingerprint(what) !== print) throw new Error("a step changed its input");
  }

  #remember(what: object, inner: Iterable<unknown>): void {
    this.#prints.set(what, fingerprint(what));
    for (const value of inner) this.watch(value);
  }
}

/** A map by its keys, since what it holds is watched itself; memory by FNV-1a (RFC 9923), in which accidents do not collide. */
function fingerprint(what: object): string {
  if (what instanceof Map) return [...what.keys()].join();
  if (!ArrayBuffer.isView(what)) return "";
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(what.buffer, what.byteOffset, what.byteLength)) hash = Math.imul(hash ^ byte, 0x01000193);
  return String(hash);
}
