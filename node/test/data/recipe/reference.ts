import { createHash } from "node:crypto";
import { featureOf } from "@cohortium/protocol/charter/recipe-lowering";
import type { RecipeFeature, TransactionsClause, WindowRecipe } from "@cohortium/protocol/charter/recipe";

/** One row as text, as a CSV has it; absent is null. */
export type Row = Readonly<Record<string, string | null>>;

/** What a recipe makes of one value, in plain JavaScript: a number or a place; "refused"; with what was noted. */
export interface Made {
  readonly value: number;
  readonly broken: string | null;
  readonly note: string | null;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const numberIn = (text: string | null): number | null => {
  if (text === null || !NUMBER.test(text)) return null;
  return Number.isFinite(Number(text)) ? Number(text) : null;
};
const broken = (code: string): Made => ({ value: Number.NaN, broken: code, note: null });
const fine = (value: number, note: string | null = null): Made => ({ value, broken: null, note });

/** The recipe by its definition, value by value: what the SQL is held to. */
export function referenceOf(feature: RecipeFeature, source: string | number | null): Made {
  switch (feature.kind) {
    case "numeric": return numberOf(feature, source, feature, (value) => value);
    case "log": return numberOf(feature, source, feature, (value) => {
      const { min, max } = featureOf(feature) as { min: number; max: number };
      return Math.min(max, Math.max(min, Math.log(1 + value) / Math.log(feature.base === "e" ? Math.E : feature.base)));
    });
    case "buckets": {
      const { edges } = feature;
      const places = numberOf(feature, source, { min: edges[0]!, max: edges.at(-1)! }, (value) => edges.slice(1, -1).filter((edge) => value >= edge).length);
      return places.note === "DATA_ABSENT" ? { ...places, value: edges.length - 1 } : places;
    }
    case "categorical": {
      if (source === null && feature.missing === "indicate") return fine(feature.categories.length, "DATA_ABSENT");
      const place = feature.categories.indexOf(String(source ?? ""));
      if (place >= 0) return fine(place);
      return feature.otherwise === undefined ? broken("DATA_UNKNOWN_CATEGORY") : fine(feature.categories.indexOf(feature.otherwise), "DATA_OTHERWISE");
    }
    case "open": {
      const written = (source === null ? "" : String(source)).normalize("NFC").replace(/^ +| +$/g, "");
      const cut = [...(feature.letters === "lower" ? written.toLowerCase() : written)].slice(0, feature.length).join("").replace(/ +$/, "");
      const { reads } = feature;
      const note = source === null && (reads.part === "word" || reads.place === 1) ? "DATA_ABSENT" : null;
      const place = (one: string, list: readonly string[], other: number) => (list.includes(one) ? list.indexOf(one) : other);
      if (reads.part === "word") return fine(place(cut, reads.words, reads.words.length), note);
      const character = [...cut][reads.place - 1];
      return fine(character === undefined ? reads.characters.length : place(character, reads.characters, reads.characters.length + 1), note);
    }
    case "hash": {
      if (source === null) return feature.missing === "indicate" ? fine(feature.buckets, "DATA_ABSENT") : broken("DATA_UNKNOWN_CATEGORY");
      return fine(parseInt(createHash("sha256").update(`${feature.salt}\n${source}`).digest("hex").slice(0, 12), 16) % feature.buckets);
    }
  }
}

type NumberFeature = Extract<RecipeFeature, { kind: "numeric" | "log" | "buckets" }>;

function numberOf({ missing, outside }: NumberFeature, source: string | number | null, { min, max }: { min: number; max: number }, then: (value: number) => number): Made {
  const value = typeof source === "number" ? source : numberIn(source);
  if (source === null && missing === "indicate") return fine(Number.NaN, "DATA_ABSENT");
  if (value === null) return broken("DATA_NOT_A_NUMBER");
  if (value >= min && value <= max) return fine(then(value));
  return outside === "clip" ? fine(then(Math.min(max, Math.max(min, value))), "DATA_CLIPPED") : broken("DATA_OUT_OF_BOUNDS");
}

/** A window's number for one key, over purchases with ISO days; null where it has none. */
export function windowOf({ measure, days }: WindowRecipe, { before, key, time, amount, order }: TransactionsClause, of: string, purchases: readonly Row[]): number | null {
  const end = Date.parse(before);
  const inside = purchases.filter((one) => one[key] === of && Date.parse((one[time] ?? "").slice(0, 10)) < end && Date.parse((one[time] ?? "").slice(0, 10)) >= end - days * 86_400_000);
  switch (measure) {
    case "recency": return inside.length === 0 ? null : Math.min(...inside.map((one) => (end - Date.parse((one[time] ?? "").slice(0, 10))) / 86_400_000));
    case "frequency": return order === undefined ? inside.length : new Set(inside.map((one) => one[order])).size;
    case "monetary": return inside.map((one) => Number(one[amount])).sort((a, b) => a - b).reduce((sum, value) => sum + value, 0);
  }
}

