import { Refusal } from "@cohortium/protocol/host/refusal";
import { egress } from "../answers/egress.js";
import { nodeStatus } from "../answers/status.js";
import { ownTrainings } from "../answers/trainings.js";
import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import { textOption, type CommandGroup, type Context, type Options } from "../context.js";
import { done, type Outcome } from "../outcome.js";
import { pickByPrefix } from "../pick.js";
import { adminOfRole } from "../place.js";
import { bytes, count, instant, short } from "../show/amounts.js";
import { table } from "../show/table.js";

/** What left this node. */
export const EGRESS: CommandGroup = {
  name: "egress",
  says: "every letter and vector that ever left this node (partner)",
  commands: [{
    usage: "show", says: "when, to whom, how many bytes, and what they say in plain words", example: "--folder ./harbour egress show --round 3",
    options: [["--session <session>", "only of this training"], ["--round <number>", "only of this round"]],
    run: (context, _, options) => show(context, options),
  }],
};

const COLUMNS = [{ head: "n", right: true }, { head: "when (UTC)" }, { head: "to" }, { head: "session" }, { head: "round", right: true }, { head: "kind" }, { head: "bytes", right: true }, { head: "meaning" }, { head: "digest" }];

async function show({ folder, paint }: Context, options: Options): Promise<Outcome> {
  const admin = adminOfRole(folder, "node", "egress show");
  const query = new URLSearchParams();
  const [prefix, round] = [textOption(options, "session"), textOption(options, "round")];
  if (round !== undefined && !/^\d{1,9}$/.test(round)) throw new Refusal({ code: "USAGE_ROUND", title: "--round is a number", detail: `"${round}" is none` });
  if (prefix !== undefined) query.set("session", await sessionNamed(admin, prefix));
  if (round !== undefined) query.set("round", round);
  const answer = await admin.get(`/v1/egress${query.size === 0 ? "" : `?${query.toString()}`}`, egress);
  const rows = answer.lines.map((line) => [
    String(line.n), instant(line.atMs), line.recipient, short(line.session), String(line.round), line.kind, count(line.bytes), line.meaning, short(line.digest),
  ]);
  const { messages, bytes: sizeBytes } = answer.totals;
  const total = rows.length === 0 ? "" : `\n\n${count(messages)} ${messages === 1 ? "message" : "messages"}, ${bytes(sizeBytes)} in all.`;
  return done(answer, `${table(COLUMNS, rows, { paint, empty: "Nothing has left this node." })}${total}`);
}

/** The whole name of a training this node took part in, or takes part in now. */
async function sessionNamed(admin: AdminClient, prefix: string): Promise<string> {
  const [{ trainings: over }, { trainings: running }] = [await admin.get("/v1/trainings", ownTrainings), await admin.get("/v1/status", nodeStatus)];
  const sessions = [...new Set([...over, ...running].map(({ session }) => session))];
  return pickByPrefix({ noun: "training", listedBy: "round ls", items: sessions, idOf: (session) => session, labelOf: () => "training" }, prefix);
}
