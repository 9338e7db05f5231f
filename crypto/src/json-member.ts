import type { Json } from "./canonical-json.js";

/** One member of what may be an object, or undefined. For foreign JSON: no inherited name is found, and nothing throws. */
export function memberOf(json: Json | undefined, name: string): Json | undefined {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? Object.entries(json).find(([key]) => key === name)?.[1] : undefined;
}

/** What is in a list; of anything else, nothing. */
export function itemsOf(json: Json | undefined): readonly Json[] {
  return Array.isArray(json) ? json.map((item: Json) => item) : [];
}
