import { Refusal } from "@cohortium/protocol/host/refusal";
import { approved, decided, enrolments, invitation, type Enrolment } from "../answers/enrolments.js";
import { adminOfRole } from "../found/place.js";
import { instant } from "../text/amounts.js";
import type { Paint } from "../text/paint.js";
import { facts, table } from "../text/table.js";
import { confirm, given, textOption, type CommandGroup, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";
import { reasonOf } from "./reason.js";

const REASON = ["--reason <text>", "why; the party reads it"] as const;

/** Who may take part. */
export const ENROLL: CommandGroup = {
  name: "enroll",
  says: "let companies' nodes in, and turn them out (operator)",
  commands: [
    {
      usage: "invite <party>", says: "a join code for one company, to hand over by phone or in person", example: "--folder ./hub enroll invite harbour",
      run: (context, args) => invite(context, given(args, 0)),
    },
    { usage: "ls", says: "who is invited, waits, or is in", example: "--folder ./hub enroll ls", run: (context) => list(context) },
    {
      usage: "approve <party>", says: "let a waiting node in, once its fingerprint was compared by phone", example: "--folder ./hub enroll approve harbour",
      run: (context, args) => approve(context, given(args, 0)),
    },
    {
      usage: "refuse <party>", says: "turn a waiting node away", example: '--folder ./hub enroll refuse harbour --reason "the fingerprint differs"', options: [REASON],
      run: (context, args, options) => decide(context, { party: given(args, 0), verb: "refuse", options }),
    },
    {
      usage: "revoke <party>", says: "take a node's certificate back; its signatures stay in the log", example: '--folder ./hub enroll revoke harbour --reason "left the circle"',
      options: [REASON],
      run: (context, args, options) => decide(context, { party: given(args, 0), verb: "revoke", options }),
    },
  ],
};

async function invite({ folder, paint }: Context, party: string): Promise<Outcome> {
  // No Idempotency-Key: the coordinator would have to keep the answer, and with it the code, which it otherwise forgets.
  const answer = await adminOfRole(folder, "coordinator", "enroll invite").post("/v1/invitations", { party }, invitation);
  return done(answer, [
    `Tell ${answer.party} this code, by phone or in person. It works once.`,
    "",
    `  ${paint.bold(answer.code)}`,
    "",
    facts([["valid until", answer.expiresAt], ["enrolment", answer.enrolment], ["they run", `cohortium node enroll --code ${answer.code}`]]),
  ].join("\n"));
}

async function list({ folder, paint }: Context): Promise<Outcome> {
  const answer = await adminOfRole(folder, "coordinator", "enroll ls").get("/v1/enrolments", enrolments);
  const rows = answer.enrolments.map((one) => [one.party, stateText(one, paint), one.fingerprintWords, instantOr(one.requestedAt), instantOr(one.notAfter)]);
  const columns = [{ head: "party" }, { head: "state" }, { head: "fingerprint" }, { head: "asked" }, { head: "certificate ends" }];
  return done(answer, table(columns, rows, { paint, empty: "Nobody is invited yet: cohortium enroll invite NAME" }));
}

async function approve(context: Context, party: string): Promise<Outcome> {
  const admin = adminOfRole(context.folder, "coordinator", "enroll approve");
  const { enrolments: all } = await admin.get("/v1/enrolments", enrolments);
  // The whole name, never a part of it: who is let in must be meant.
  const waiting = all.find((one) => one.party === party && one.state === "waiting");
  if (waiting === undefined) throw notWaiting(party, all);
  await confirm(context, `${party} should read out: ${context.paint.bold(waiting.fingerprintWords)}\nDid it read these eight words to you by phone?`);
  const answer = await admin.post(`/v1/enrolments/${encodeURIComponent(party)}/approve`, { fingerprintWords: waiting.fingerprintWords }, approved, crypto.randomUUID());
  return done(answer, `${context.paint.good("Approved")} ${answer.party}: entry ${answer.entry} of the log.`);
}

async function decide(context: Context, { party, verb, options }: { readonly party: string; readonly verb: "refuse" | "revoke"; readonly options: Options }): Promise<Outcome> {
  const admin = adminOfRole(context.folder, "coordinator", `enroll ${verb}`);
  const reason = reasonOf(textOption(options, "reason"));
  await confirm(context, verb === "revoke" ? `Take the certificate of ${party} back?` : `Turn ${party} away?`);
  await admin.post(`/v1/enrolments/${encodeURIComponent(party)}/${verb}`, { reason }, decided, crypto.randomUUID());
  return done({ party, reason }, `${party} is ${verb === "revoke" ? "revoked" : "refused"}: ${reason}`);
}

function notWaiting(party: string, all: readonly Enrolment[]): Refusal {
  const state = all.find((one) => one.party === party)?.state;
  const waiting = all.filter((one) => one.state === "waiting").map((one) => one.party);
  return new Refusal({
    code: "USAGE_UNKNOWN", title: `${party} is not waiting to be let in`,
    detail: `${state === undefined ? "it was never invited" : `it is ${state}`}; waiting: ${waiting.length === 0 ? "nobody" : waiting.join(", ")}`,
  });
}

function instantOr(atMs: number | null): string {
  return atMs === null ? "" : instant(atMs);
}

function stateText({ state }: Enrolment, paint: Paint): string {
  switch (state) {
    case "approved": return paint.good(state);
    case "waiting": return paint.warn(state);
    case "refused":
    case "revoked": return paint.bad(state);
    case "invited": return state;
  }
}
