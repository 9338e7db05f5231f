import { checkCharter } from "../charter/check.js";
import type { Json } from "@cohortium/crypto/canonical-json";
import { Refusal } from "./refusal.js";

/**
 * What to say of a charter that was signed under older rules and breaks a newer one: it binds nobody any more, and must stop nothing else. Null
 * if it keeps them all.
 */
export function outdatedCharter(charter: Json, fix: string): Refusal | null {
  const check = checkCharter(charter);
  if (check.kind === "ok") return null;
  const detail = check.problems.map(({ clause, path, says }) => `${clause} at ${path === "" ? "the whole" : path}: ${says}`).join("; ");
  return new Refusal({ code: "CHARTER_OUTDATED", title: "this charter breaks a rule that is newer than it", detail, rule: check.problems[0]?.clause, fix, status: 409 });
}
