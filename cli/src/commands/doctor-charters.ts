import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { charterFit, chartersOfPartner } from "../answers/charters.js";
import { count, short } from "../text/amounts.js";
import type { Found } from "./doctor-checks.js";

/**
 * Whether headers and held-out file fit every charter that this node may have to train under, and rows are held to what noise counts on. The running
 * node is asked: it alone holds the charters. @param admin - Opens the connection to it, or throws.
 */
export async function chartersFit(admin: () => AdminClient, nowMs: number): Promise<Found> {
  try {
    return await look(admin(), nowMs);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "NETWORK_UNREACHABLE") throw error;
    return { state: "warn", says: "not compared with any charter: this node does not run", ...(error.fix === undefined ? {} : { fix: error.fix }) };
  }
}

async function look(admin: AdminClient, nowMs: number): Promise<Found> {
  const { charters } = await admin.get("/v1/charters", chartersOfPartner);
  const open = charters.filter(({ state, expires }) => state !== "refused" && nowMs < Date.parse(expires));
  if (open.length === 0) return { state: "ok", says: "no charter asks anything of the rows yet" };
  const unheld: Found[] = [];
  for (const { digest, name } of open) {
    const { problems: [first, ...more], unheldRows } = await admin.get(`/v1/charters/${digest}/fit`, charterFit);
    if (unheldRows !== null && unheldRows !== undefined) unheld.push({ state: "warn", says: `${name} (${short(digest)}) wants noise, and ${unheldRows.because}; ${unheldRows.means}`, fix: unheldRows.fix });
    if (first === undefined) continue;
    const others = more.length === 0 ? "" : `, and ${count(more.length)} more`;
    return { state: "fail", says: `${name} (${short(digest)}) will refuse the ${first.file}: ${first.says}${others}`, fix: `see all of it with: cohortium charter show ${short(digest)}` };
  }
  return unheld[0] ?? { state: "ok", says: `header and held-out file fit ${count(open.length)} ${open.length === 1 ? "charter" : "charters"}; rows are checked when a training begins` };
}
