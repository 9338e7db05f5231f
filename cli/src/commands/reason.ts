import { Refusal } from "@cohortium/protocol/host/refusal";

/** The reason in a `--reason`. @throws Refusal USAGE_REASON without one: whoever is refused is told why. */
export function reasonOf(given: string | undefined): string {
  const reason = given?.trim() ?? "";
  if (reason !== "") return reason;
  throw new Refusal({ code: "USAGE_REASON", title: "a refusal has a reason", detail: "the other side reads it", fix: "add --reason TEXT" });
}
