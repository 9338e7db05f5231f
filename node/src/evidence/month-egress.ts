import type { Json } from "@cohortium/crypto/canonical-json";
import { instantText } from "@cohortium/protocol/session/instant";
import type { EgressRecord } from "./egress-account.js";

/** What left, added up: by what was said, to whom, and by day. Lines that differ in numbers alone say the same. */
export function egressOf(lines: readonly EgressRecord[]): Json {
  const kinds = grouped(lines, ({ kind, meaning }) => `${kind}\n${meaning.replace(NUMBER, "#")}`);
  return {
    messages: lines.length, bytes: bytesOf(lines), firstLine: lines[0]?.n ?? null, lastLine: lines.at(-1)?.n ?? null,
    kinds: kinds.map(([, own]) => ({ kind: own[0]?.kind ?? "", ...sumsOf(own), meaning: meaningOfAll(own.map(({ meaning }) => meaning)) })),
    recipients: grouped(lines, ({ recipient }) => recipient).map(([recipient, own]) => ({ recipient, ...sumsOf(own) })),
    days: grouped(lines, ({ atMs }) => instantText(atMs).slice(0, 10)).map(([day, own]) => ({ day, ...sumsOf(own) })),
  };
}

/** A number that stands by itself: not the 5 of `round5`. */
const NUMBER = /(?<![\w.])\d+(?![\w.]*\w)/g;

/** One text for texts that are the same but for their numbers: each of these from the least to the greatest. */
export function meaningOfAll(meanings: readonly string[]): string {
  const numbers = meanings.map((meaning) => [...meaning.matchAll(NUMBER)].map(([digits]) => Number(digits)));
  let at = 0;
  return (meanings[0] ?? "").replace(NUMBER, () => {
    const here = numbers.map((own) => own[at] ?? 0);
    at++;
    const [least, most] = [Math.min(...here), Math.max(...here)];
    return least === most ? String(least) : `${least} to ${most}`;
  });
}

function grouped(lines: readonly EgressRecord[], keyOf: (line: EgressRecord) => string): readonly (readonly [string, readonly EgressRecord[]])[] {
  const groups = new Map<string, EgressRecord[]>();
  for (const line of lines) {
    const group = groups.get(keyOf(line));
    if (group === undefined) groups.set(keyOf(line), [line]);
    else group.push(line);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

function sumsOf(lines: readonly EgressRecord[]): { readonly messages: number; readonly bytes: number } {
  return { messages: lines.length, bytes: bytesOf(lines) };
}

function bytesOf(lines: readonly EgressRecord[]): number {
  return lines.reduce((sum, { bytes }) => sum + bytes, 0);
}
