import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { checkCharter } from "@cohortium/protocol/charter/check";
import type { StatisticsClause } from "@cohortium/protocol/charter/statistics-clause";
import { charterNames, charterText, type CharterName } from "../answers/charters.js";
import { short } from "../text/amounts.js";
import { pick, pickNamed, type Listing } from "./pick.js";

/** A charter under which one may ask. */
export interface CharterAsked {
  readonly digest: string;
  readonly charter: Charter;
  readonly statistics: StatisticsClause;
}

/**
 * The charter of this name or digest, or the only one in force that allows statistics.
 *
 * @throws Refusal USAGE_UNKNOWN, USAGE_AMBIGUOUS or USAGE_NOTHING; CHARTER_QUESTION if the one that is named allows no statistics.
 */
export async function charterAsked(admin: AdminClient, named: string | undefined): Promise<CharterAsked> {
  const { charters } = await admin.get("/v1/charters", charterNames);
  const inForce = charters.filter(({ state }) => state === "in-force");
  if (named !== undefined) {
    const { digest } = pickNamed(inForceListed(inForce), named);
    const found = allowing(digest, await readCharter(admin, digest));
    if (found !== null) return found;
    throw new Refusal({
      code: "CHARTER_QUESTION", title: "this charter allows no statistics", detail: `${named} (${short(digest)}) has no clause named statistics`, rule: "request.statistics",
      fix: "name another charter with --charter, or propose one with a clause named statistics",
    });
  }
  const allowed: CharterAsked[] = [];
  for (const { digest } of inForce) {
    const found = allowing(digest, await readCharter(admin, digest));
    if (found !== null) allowed.push(found);
  }
  return pick({ noun: "charter in force that allows statistics", listedBy: "charter ls", items: allowed, idOf: ({ digest }) => digest, labelOf: ({ charter }) => charter.name }, undefined);
}

function inForceListed(items: readonly CharterName[]): Listing<CharterName> {
  return { noun: "charter in force", listedBy: "charter ls", items, idOf: ({ digest }) => digest, labelOf: ({ name }) => name };
}

/** What this charter says. @throws Refusal CHARTER_UNREADABLE where that breaks the rules as they are here. */
export async function readCharter(admin: AdminClient, digest: string): Promise<Charter> {
  const { charter } = await admin.get(`/v1/charters/${digest}`, charterText);
  const check = checkCharter(charter);
  if (check.kind === "ok") return check.charter;
  throw new Refusal({ code: "CHARTER_UNREADABLE", title: "this charter cannot be read here", detail: short(digest), fix: "use the version of cohortium that the coordinator has" });
}

function allowing(digest: string, charter: Charter): CharterAsked | null {
  return charter.statistics === undefined ? null : { digest, charter, statistics: charter.statistics };
}
