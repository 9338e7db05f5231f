import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { questionSessions } from "../answers/questions.js";
import { nodeStatus } from "../answers/status.js";
import { ownTrainings } from "../answers/trainings.js";
import { pickByPrefix } from "./pick.js";

/** Which lines of the ledger are meant, as somebody typed it. */
export interface EgressWanted {
  readonly session?: string | undefined;
  readonly round?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const DAY_MS = 86_400_000;

/** The question to the node. @throws Refusal USAGE_… for a session it does not know, or a day that is none. */
export async function egressQuery(admin: AdminClient, { session, round, from, to }: EgressWanted): Promise<string> {
  const query = new URLSearchParams();
  if (session !== undefined) query.set("session", await sessionNamed(admin, session));
  if (round !== undefined) query.set("round", round);
  const fromMs = from === undefined ? null : instantIn("--from", from).atMs;
  const toMs = to === undefined ? null : endOf(instantIn("--to", to));
  if (fromMs !== null && toMs !== null && fromMs >= toMs) {
    throw new Refusal({ code: "USAGE_TIME", title: "the time would end before it begins", detail: `--from ${from ?? ""} is not before --to ${to ?? ""}`, fix: "write the earlier one with --from" });
  }
  if (fromMs !== null) query.set("fromMs", String(fromMs));
  if (toMs !== null) query.set("toMs", String(toMs));
  return `/v1/egress${query.size === 0 ? "" : `?${query.toString()}`}`;
}

/** The whole name of a training or a question this node took part in, or takes part in now. */
async function sessionNamed(admin: AdminClient, prefix: string): Promise<string> {
  const [{ trainings: over }, { questions }, { trainings: running }] = [
    await admin.get("/v1/trainings", ownTrainings), await admin.get("/v1/questions", questionSessions), await admin.get("/v1/status", nodeStatus),
  ];
  const sessions = [...new Set([...over, ...questions, ...running].map(({ session }) => session))];
  return pickByPrefix({ noun: "session", listedBy: "egress show", items: sessions, idOf: (session) => session, labelOf: () => "session" }, prefix);
}

interface Typed {
  readonly atMs: number;
  readonly isDay: boolean;
}

/** Times are UTC, as everywhere here: a local one would mean another thing to whoever reads the script. */
function instantIn(flag: string, text: string): Typed {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z$/.test(text);
  const atMs = isDay ? Date.parse(`${text}T00:00:00Z`) : isInstant ? Date.parse(text) : Number.NaN;
  // A day such as the 31st of February becomes another when it is read.
  if (Number.isFinite(atMs) && new Date(atMs).toISOString().startsWith(text.slice(0, 10))) return { atMs, isDay };
  throw new Refusal({ code: "USAGE_TIME", title: `${flag} is a day or an instant in UTC`, detail: `"${text}" is none`, fix: "write it as 2026-11-27 or 2026-11-27T14:00:00Z" });
}

function endOf({ atMs, isDay }: Typed): number {
  return isDay ? atMs + DAY_MS : atMs;
}
