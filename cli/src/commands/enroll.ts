import { approved, decided, enrolments, invitation, type Enrolment } from "../answers/enrolments.js";
import { confirm, given, textOption, type CommandGroup, type Context, type Options } from "../context.js";
import { done, type Outcome } from "../outcome.js";
import { pickByPrefix } from "../pick.js";
import { adminOfRole } from "../place.js";
import type { Paint } from "../show/paint.js";
import { facts, table } from "../show/table.js";
import { Refusal } from "@cohortium/protocol/host/refusal";

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
  const answer = await adminOfRole(folder, "coordinator", "enroll invite").post("/v1/invitations", { party }, invitation, crypto.randomUUID());
  return done(answer, [
    `Tell ${answer.party} this code, by phone or in person. It works once.`,
    "",
    `  ${paint.bold(answer.code)}`,
    "",
    facts([["valid until", answer.expiresAt], ["enrolment", answer.enrolment], ["they run", `cohortium node enroll ${answer.code}`]]),
  ].join("\n"));
}

async function list({ folder, paint }: Context): Promise<Outcome> {
  const answer = await adminOfRole(folder, "coordinator", "enroll ls").get("/v1/enrolments", enrolments);
  const rows = answer.enrolments.map((one) => [one.party, stateText(one, paint), one.fingerprintWords ?? "", one.requestedAt ?? "", one.notAfter ?? ""]);
  const columns = [{ head: "party" }, { head: "state" }, { head: "fingerprint" }, { head: "asked" }, { head: "certificate ends" }];
  return done(answer, table(columns, rows, { paint, empty: "Nobody is invited yet: cohortium enroll invite NAME" }));
}

async function approve(context: Context, party: string): Promise<Outcome> {
  const admin = adminOfRole(context.folder, "coordinator", "enroll approve");
  const { enrolments: all } = await admin.get("/v1/enrolments", enrolments);
  const listing = { noun: "waiting party", items: all.filter(({ state }) => state === "waiting"), idOf: (one: Enrolment) => one.party, labelOf: () => "waiting" };
  const waiting = pickByPrefix(listing, party);
  context.progress.note(`${waiting.party} says its fingerprint is: ${waiting.fingerprintWords ?? ""}`);
  await confirm(context, `Did ${waiting.party} read out the same eight words to you?`);
  const answer = await admin.post(`/v1/enrolments/${encodeURIComponent(waiting.party)}/approve`, {}, approved, crypto.randomUUID());
  return done(answer, `${context.paint.good("Approved")} ${answer.party}: entry ${answer.entry} of the log.`);
}

async function decide(context: Context, { party, verb, options }: { readonly party: string; readonly verb: "refuse" | "revoke"; readonly options: Options }): Promise<Outcome> {
  const admin = adminOfRole(context.folder, "coordinator", `enroll ${verb}`);
  const reason = reasonOf(options);
  await confirm(context, verb === "revoke" ? `Take the certificate of ${party} back?` : `Turn ${party} away?`);
  await admin.post(`/v1/enrolments/${encodeURIComponent(party)}/${verb}`, { reason }, decided, crypto.randomUUID());
  return done({ party, reason }, `${party} is ${verb === "revoke" ? "revoked" : "refused"}: ${reason}`);
}

/** @throws Refusal USAGE_REASON: whoever is refused is told why. */
export function reasonOf(options: Options): string {
  const reason = textOption(options, "reason")?.trim() ?? "";
  if (reason !== "") return reason;
  throw new Refusal({ code: "USAGE_REASON", title: "a refusal has a reason", detail: "the other side reads it, and the log may keep it", fix: "add --reason" });
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
