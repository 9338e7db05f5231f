import { Refusal } from "@cohortium/protocol/host/refusal";
import { short } from "../text/amounts.js";

/** What stands in a list under a long hexadecimal name. */
export interface Listing<T> {
  /** As in "charter". */
  readonly noun: string;
  /** The command that lists them, as in "charter ls". */
  readonly listedBy: string;
  readonly items: readonly T[];
  idOf(item: T): string;
  /** What tells two of them apart for a person. */
  labelOf(item: T): string;
}

/** The one item whose id begins so. @throws Refusal USAGE_UNKNOWN or USAGE_AMBIGUOUS, listing what there is. */
export function pickByPrefix<T>(listing: Listing<T>, prefix: string): T {
  const { noun, items, idOf } = listing;
  const wanted = prefix.toLowerCase();
  const found = items.filter((item) => wanted !== "" && idOf(item).startsWith(wanted));
  const [first] = found;
  if (first === undefined) {
    const detail = items.length === 0 ? `there is no ${noun} at all` : `there is ${items.map((item) => short(idOf(item))).join(", ")}`;
    throw new Refusal({ code: "USAGE_UNKNOWN", title: `there is no ${noun} "${prefix}"`, detail, fix: seeList(listing) });
  }
  if (found.length > 1) {
    throw new Refusal({ code: "USAGE_AMBIGUOUS", title: `"${prefix}" begins the name of more than one ${noun}`, detail: list(listing, found), fix: "type more of it" });
  }
  return first;
}

/** The only item, for a command that may leave it out. @throws Refusal USAGE_NOTHING or USAGE_AMBIGUOUS. */
export function pickOnly<T>(listing: Listing<T>): T {
  const { noun, items } = listing;
  const [first] = items;
  if (first === undefined) throw new Refusal({ code: "USAGE_NOTHING", title: `there is no ${noun}`, detail: "the list is empty", fix: seeList(listing) });
  if (items.length > 1) {
    throw new Refusal({ code: "USAGE_AMBIGUOUS", title: `there is more than one ${noun}`, detail: list(listing, items), fix: "name one by the beginning that stands there" });
  }
  return first;
}

/** The item of this prefix, or the only one. */
export function pick<T>(listing: Listing<T>, prefix: string | undefined): T {
  return prefix === undefined ? pickOnly(listing) : pickByPrefix(listing, prefix);
}

/** The items of this whole label, or else those of this prefix, must be one; or the only one. */
export function pickNamed<T>(listing: Listing<T>, named: string | undefined): T {
  const labelled = listing.items.filter((item) => listing.labelOf(item) === named);
  return labelled.length > 0 ? pickOnly({ ...listing, items: labelled }) : pick(listing, named);
}

function seeList({ listedBy }: { readonly listedBy: string }): string {
  return `see all there is with: cohortium ${listedBy}`;
}

function list<T>({ idOf, labelOf }: Listing<T>, items: readonly T[]): string {
  return items.map((item) => `${short(idOf(item))} (${labelOf(item)})`).join(", ");
}
