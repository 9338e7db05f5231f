import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import type { Charter } from "./charter.js";
import type { Problem } from "./clauses.js";
import { charterAsJson } from "./digest.js";
import { CHARTER_SIZE_MAX_BYTES } from "./limits.js";
import { problemsAcross } from "./rules.js";
import { readForm } from "./shape.js";

export type CharterCheck =
  | { readonly kind: "ok"; readonly charter: Charter }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** The only way to a `Charter`: every rule holds, or all problems are listed at once. */
export function checkCharter(json: Json): CharterCheck {
  const form = readForm(json);
  switch (form.kind) {
    case "whole": {
      const problems = [...problemsAcross(form.charter), ...nothing(form.charter), ...size(form.charter)];
      return problems.length === 0 ? { kind: "ok", charter: form.charter } : { kind: "refused", problems };
    }
    case "parts": return { kind: "refused", problems: [...form.problems, ...problemsAcross(form.sections)] };
  }
}

/** Asked of whole charters alone: statistics that are not right are reported as such. */
function nothing({ questions, statistics }: Charter): readonly Problem[] {
  if (questions.length > 0 || statistics !== undefined) return [];
  return [{ clause: "questions.none", path: "/questions", says: "nothing may be asked under this charter", fix: "list a training, or add statistics" }];
}

function size(charter: Charter): readonly Problem[] {
  const bytes = canonicalBytes(charterAsJson(charter)).length;
  if (bytes <= CHARTER_SIZE_MAX_BYTES) return [];
  return [{ clause: "charter.size", path: "", says: `the charter is ${bytes} bytes long`, fix: `write shorter names, or fewer columns and categories: ${CHARTER_SIZE_MAX_BYTES} bytes at most` }];
}
