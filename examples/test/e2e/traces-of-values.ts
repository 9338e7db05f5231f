import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Something that must not stand in a file, and the bytes it would stand there as. */
export interface Needle {
  readonly what: string;
  readonly bytes: Buffer;
}

/** A value as text; a number also as the eight bytes of a double, in either order. Choose values too unusual to occur by chance. */
export function needlesOf(value: string): readonly Needle[] {
  const text = { what: value, bytes: Buffer.from(value) };
  const number = Number(value);
  if (!Number.isFinite(number)) return [text];
  const [little, big] = [Buffer.alloc(8), Buffer.alloc(8)];
  little.writeDoubleLE(number);
  big.writeDoubleBE(number);
  return [text, { what: `${value} as a double`, bytes: little }, { what: `${value} as a double`, bytes: big }];
}

/** The files under these places that hold any of the needles. A file that a running process has just replaced counts under its new name. */
export function filesHolding(places: readonly string[], needles: readonly Needle[]): readonly string[] {
  return places.flatMap(filesUnder).flatMap((file) => {
    if (!existsSync(file)) return [];
    const bytes = readFileSync(file);
    return needles.filter((needle) => bytes.includes(needle.bytes)).map(({ what }) => `${file}: ${what}`);
  });
}

export function filesUnder(place: string): readonly string[] {
  if (!existsSync(place)) return [];
  if (!statSync(place).isDirectory()) return [place];
  return readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
