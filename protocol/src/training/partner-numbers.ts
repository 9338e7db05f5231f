import type { Json } from "@cohortium/crypto/canonical-json";
import { z } from "zod";
import { parseBody } from "../log/bodies.js";
import type { Entry } from "../log/entry.js";
import { SHARED_CLASS_ROWS_MIN, SHARED_ROWS_MIN } from "../charter/limits.js";
import type { Charter } from "../charter/charter.js";
import { publishedCount } from "../columns/published-count.js";
import type { Interval } from "./intervals.js";

/** How well one model ranks the rows that one company held out. */
export interface Ranking {
  readonly auc: number;
  readonly aucInterval: Interval;
  readonly ks: number;
  readonly ksInterval: Interval;
}

/** What a company's node finds out about its own gain, of which this is enough. `rows` and `positives` are those of the held-out rows. */
export interface OwnGain {
  readonly alone: Ranking & { readonly rows: number; readonly positives: number };
  readonly joint: Ranking;
  readonly gain: number;
  readonly gainInterval: Interval;
}

/** What a company publishes about its gain. `rows` is coarsened, every other number has four digits after the point. */
export type PartnerNumbers =
  | {
    readonly kind: "compared"; readonly rows: number; readonly alone: Ranking; readonly joint: Ranking; readonly gain: number;
    readonly gainInterval: Interval;
  }
  | { readonly kind: "withheld"; readonly because: Withheld };

/** `too-few`: fewer held-out rows, or fewer of a class, than `SHARED_ROWS_MIN` and `SHARED_CLASS_ROWS_MIN`. `not-comparable`: there is nothing to compare. */
export type Withheld = "too-few" | "not-comparable";

/** Whether companies publish what they gained: only where the charter that all have signed says so. */
export function sharesGains({ questions }: Pick<Charter, "questions">): boolean {
  return questions.length > 0 && questions.every(({ evaluation }) => evaluation.perPartner === "shared");
}

/**
 * What may be published of one company's gain; `null` where there is none.
 *
 * Reveals: to whoever reads it, two rankings of one company's held-out rows to four digits, and how many rows these are to three; below the
 * minimums only that it is below one of them.
 */
export function partnerNumbers(own: OwnGain | null): PartnerNumbers {
  if (own === null) return { kind: "withheld", because: "not-comparable" };
  const { alone, joint, gain, gainInterval } = own;
  const isEnough = alone.rows >= SHARED_ROWS_MIN && alone.positives >= SHARED_CLASS_ROWS_MIN && alone.rows - alone.positives >= SHARED_CLASS_ROWS_MIN;
  const rows = publishedCount(alone.rows);
  if (!isEnough || rows === "<10") return { kind: "withheld", because: "too-few" };
  return { kind: "compared", rows, alone: coarse(alone), joint: coarse(joint), gain: digits(gain), gainInterval: around(gainInterval) };
}

export function partnerNumbersJson(numbers: PartnerNumbers): Json {
  if (numbers.kind === "withheld") return { ...numbers };
  const { alone, joint, gainInterval, ...rest } = numbers;
  return { ...rest, alone: rankingJson(alone), joint: rankingJson(joint), gainInterval: { ...gainInterval } };
}

/** Reads what a company published, or `null` if it is of another form, finer than agreed, over fewer rows, or beside its own intervals. */
export function parsePartnerNumbers(raw: unknown): PartnerNumbers | null {
  const read = published.safeParse(raw);
  return read.success ? read.data : null;
}

const PLACES = 1e4;

function coarse({ auc, aucInterval, ks, ksInterval }: Ranking): Ranking {
  return { auc: digits(auc), aucInterval: around(aucInterval), ks: digits(ks), ksInterval: around(ksInterval) };
}

function around({ low, high }: Interval): Interval {
  return { low: digits(low), high: digits(high) };
}

/** Adding zero turns the −0 that rounding may leave into the 0 that JSON has one spelling for. */
function digits(value: number): number {
  return Math.round(value * PLACES) / PLACES + 0;
}

function rankingJson({ aucInterval, ksInterval, ...rest }: Ranking): Json {
  return { ...rest, aucInterval: { ...aucInterval }, ksInterval: { ...ksInterval } };
}

/** Rounding keeps order, so what was inside is inside after it. */
const isIn = (value: number, { low, high }: Interval) => low <= value && value <= high;
const within = (least: number) => z.number().min(least).max(1).refine((value) => digits(value) === value);
const interval = (least: number) => z.strictObject({ low: within(least), high: within(least) }).refine(({ low, high }) => low <= high);
const ranking = z.strictObject({ auc: within(0), aucInterval: interval(0), ks: within(0), ksInterval: interval(0) })
  .refine(({ auc, aucInterval, ks, ksInterval }) => isIn(auc, aucInterval) && isIn(ks, ksInterval));
const published = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("compared"), rows: z.int().min(SHARED_ROWS_MIN).refine((rows) => publishedCount(rows) === rows),
    alone: ranking, joint: ranking, gain: within(-1), gainInterval: interval(-1),
  }).refine(({ gain, gainInterval }) => isIn(gain, gainInterval)),
  z.strictObject({ kind: z.literal("withheld"), because: z.enum(["too-few", "not-comparable"]) }),
]) satisfies z.ZodType<PartnerNumbers>;

/** What one party published, for a person to see. */
export interface PublishedComparison {
  readonly party: string;
  readonly numbers: PartnerNumbers;
}

/** What a `comparison` entry says: the digest of the model that is compared with, and the numbers unless they are not of the form. Null if it says nothing. */
export function saidIn({ statement }: Entry): { readonly model: string; readonly numbers: PartnerNumbers | null } | null {
  const read = parseBody(statement);
  return read.ok && read.body.kind === "comparison" ? { model: read.body.model, numbers: parsePartnerNumbers(read.body.numbers) } : null;
}

/** What these entries publish about one model, in their order; others are passed over. */
export function publishedAbout(model: string, entries: readonly Entry[]): readonly PublishedComparison[] {
  return entries.flatMap((entry) => {
    const said = saidIn(entry);
    return said === null || said.model !== model || said.numbers === null ? [] : [{ party: entry.statement.actor, numbers: said.numbers }];
  });
}
