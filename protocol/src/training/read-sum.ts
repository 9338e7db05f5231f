import { decodeFixed, type Segment, type Words } from "@cohortium/crypto/fixed-point";
import { failed, type Failed } from "./advance.js";
import type { Layout } from "./layout-parts.js";

/** The numbers of a sum, if it can be the sum of so many answers. */
export function readSum(words: Words, { segments, ring }: Layout, survivors: number): { readonly kind: "read"; readonly values: Float64Array } | Failed {
  const values = decodeFixed(words, segments, ring);
  // Every survivor added exactly 1 here; any other number means that masks did not cancel and the rest is noise.
  if (values[0] !== survivors) return failed("AGGREGATION_GUARD", { survivors });
  const beyond = segmentBeyond(values, segments, survivors);
  return beyond === null ? { kind: "read", values } : failed("AGGREGATION_BOUNDS", { segment: beyond });
}

/** The first segment with a number that so many honest parties cannot add up to, or null. A bound is enforced by each sender for itself alone. */
function segmentBeyond(values: Float64Array, segments: readonly Segment[], survivors: number): string | null {
  let at = 0;
  for (const { name, length, boundAbs, scaleBits } of segments) {
    const largest = survivors * (boundAbs + 2 ** -scaleBits);
    if (!values.subarray(at, at + length).every((value) => Math.abs(value) <= largest)) return name;
    at += length;
  }
  return null;
}
