import type { Json } from "@cohortium/crypto/canonical-json";
import type { Charter } from "./charter.js";
import type { Problem } from "./charter-clauses.js";
import { problemsAcross } from "./charter-rules.js";
import { readForm } from "./charter-shape.js";

export type CharterCheck =
  | { readonly kind: "ok"; readonly charter: Charter }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** The only way to a `Charter`: every rule holds, or all problems are listed at once. */
export function checkCharter(json: Json): CharterCheck {
  const form = readForm(json);
  switch (form.kind) {
    case "whole": {
      const problems = problemsAcross(form.charter);
      return problems.length === 0 ? { kind: "ok", charter: form.charter } : { kind: "refused", problems };
    }
    case "parts": return { kind: "refused", problems: [...form.problems, ...problemsAcross(form.sections)] };
  }
}
