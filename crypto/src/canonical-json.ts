/**
 * JSON with exactly one spelling (RFC 8785), so that a signature over bytes is a signature over a value. Runs in a browser.
 *
 * Claims:   equal values have equal bytes, different values different bytes; -0 counts as 0.
 * Assumes:  ECMAScript's number to text conversion, on which RFC 8785 §3.2.2.3 rests.
 * Strength: exact; no probability involved.
 * Not for:  parsing. Whoever reads foreign JSON re-serialises it and compares bytes; a repeated member then shows.
 */
import canonicalize from "canonicalize";
import { utf8 } from "./bytes.js";

/** What JSON can say. Integers beyond 2^53 go in strings. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };

/** The RFC 8785 form in UTF-8. @throws RangeError where `canonicalText` does. */
export function canonicalBytes(value: Json): Uint8Array {
  return utf8(canonicalText(value));
}

/** @throws RangeError on NaN, infinities, lone surrogates, cycles, undefined, and whatever else JSON cannot say. */
export function canonicalText(value: Json): string {
  refuseForeign(value, 0);
  const text = canonicalize(value);
  if (text === undefined) throw new RangeError("a value outside JSON has no canonical form");
  return text;
}

/** Deep enough for any document of ours, shallow enough for the stack; a cycle ends here too. */
const DEPTH_MAX = 64;

// The types already forbid all this, but values come from casts and parsers too; the library would leave an undefined member out in
// silence and call a toJSON, and then what was signed is not what was said.
function refuseForeign(value: unknown, depth: number): void {
  if (depth > DEPTH_MAX) throw new RangeError(`nested deeper than ${DEPTH_MAX} levels, or a cycle`);
  switch (typeof value) {
    case "boolean": return;
    case "number":
      if (!Number.isFinite(value)) throw new RangeError("RFC 8785 §3.2.2.3: NaN and infinities have no canonical form");
      return;
    case "string": return refuseLoneSurrogate(value);
    case "object": return refuseForeignMembers(value, depth);
    case "undefined": case "function": case "symbol": case "bigint": throw new RangeError(`JSON has no ${typeof value}`);
  }
}

function refuseForeignMembers(value: object | null, depth: number): void {
  if (value === null) return;
  if (Array.isArray(value)) {
    // A hole reads as undefined by index; iterators such as forEach would skip it.
    for (let i = 0; i < value.length; i++) refuseForeign(value[i], depth + 1);
    return;
  }
  // One prototype at most, and that a root: plain objects of any realm, and no instance of a class.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw new RangeError("JSON has plain objects only");
  for (const [member, inner] of Object.entries(value)) {
    refuseLoneSurrogate(member);
    refuseForeign(inner, depth + 1);
  }
}

function refuseLoneSurrogate(text: string): void {
  if (/\p{Surrogate}/u.test(text)) throw new RangeError("RFC 8785 §3.2.2.2: a lone surrogate has no canonical form");
}
