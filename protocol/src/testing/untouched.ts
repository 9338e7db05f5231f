/**
 * Freezes plain objects and arrays within `value`, and returns a function that throws if anything that cannot be frozen (bytes, words, maps)
 * has changed since. With it, "a step does not change its input" is a fact of every run.
 */
export function untouched(value: unknown): () => void {
  const before = new Map<object, string>();
  look(value, before, new Set());
  return () => {
    for (const [what, print] of before) if (fingerprint(what) !== print) throw new Error("a step changed its input");
  };
}

function look(value: unknown, before: Map<object, string>, seen: Set<object>): void {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  if (ArrayBuffer.isView(value) || value instanceof Map) before.set(value, fingerprint(value));
  else Object.freeze(value);
  for (const inner of value instanceof Map ? value.values() : ArrayBuffer.isView(value) ? [] : Object.values(value)) look(inner, before, seen);
}

/** A map by its keys, since what it holds is looked at for itself; memory by FNV-1a (RFC 9923), which accidents do not collide in. */
function fingerprint(what: object): string {
  if (what instanceof Map) return [...what.keys()].join();
  if (!ArrayBuffer.isView(what)) return "";
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(what.buffer, what.byteOffset, what.byteLength)) hash = Math.imul(hash ^ byte, 0x01000193);
  return String(hash);
}
