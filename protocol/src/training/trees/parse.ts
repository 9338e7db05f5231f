/** Whether this is a finite number that 32 bits hold. */
export function isFloat(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && Math.fround(value) === value;
}

/** An object with these members and no other. @throws RangeError */
export function parseRecord<Name extends string>(raw: unknown, names: readonly Name[]): Readonly<Record<Name, unknown>> {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) throw new RangeError("an object was expected");
  const isComplete = names.every((name) => Object.hasOwn(raw, name));
  if (!isComplete || Object.keys(raw).length !== names.length) throw new RangeError(`an object of ${names.join(", ")} was expected`);
  return raw as Readonly<Record<Name, unknown>>;
}

/** Whole numbers from 0 to below `limit`, each above the one before. @throws RangeError */
export function parseAscending(raw: unknown, limit: number): readonly number[] {
  if (!Array.isArray(raw)) throw new RangeError("a list was expected");
  let last = -1;
  for (const item of raw as readonly unknown[]) {
    if (!(typeof item === "number" && Number.isInteger(item) && item > last && item < limit)) throw new RangeError("ascending whole numbers were expected");
    last = item;
  }
  return raw as readonly number[];
}
