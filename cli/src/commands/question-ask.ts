import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import { exitCodeOf } from "@cohortium/protocol/host/exit-codes";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { budgetShare } from "@cohortium/protocol/charter/budget-share";
import type { Query } from "@cohortium/protocol/statistics/query";
import { queryDigest, queryJson } from "@cohortium/protocol/statistics/query-schema";
import { askedReply, questionDigests, questionView, type QuestionView } from "../answers/questions.js";
import { charterAsked, type CharterAsked } from "../found/charter-asked.js";
import { adminOfRole } from "../found/place.js";
import { budgetSeen, costIfAsked } from "../prices/budget-seen.js";
import { leftOf, type Cost } from "../prices/cost.js";
import { askingWithFound } from "../question/found-words.js";
import { queryUnder } from "../question/query-asked.js";
import { takesText } from "../show/price.js";
import { keptText, questionText } from "../show/question.js";
import { short } from "../text/amounts.js";
import { confirmSpending, textOption, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";
import { QUESTION_FOLLOWED, watchTraining } from "./watch.js";

const COMMAND = "question ask";

/** Says the price, asks, watches and shows the answer; one that is kept is shown at once. */
export async function askQuestion(context: Context, kind: string | undefined, options: Options): Promise<Outcome> {
  const admin = adminOfRole(context.folder, "coordinator", COMMAND);
  const asking = await askingWithFound(admin, context, kind, options);
  const asked = await charterAsked(admin, textOption(options, "charter"));
  const { digest, charter } = asked;
  const budget = await budgetSeen(admin, asked);
  const query = queryUnder(asking, charter, leftOf(budget));
  const fresh = options["fresh"] === true;
  if (fresh || !(await wasAsked(admin, digest, query))) await agreeOnPrice(context, await costIfAsked(admin, asked, query.nanoRho, budget), charter);
  const reply = await admin.post("/v1/questions", { charter: digest, query: queryJson(query), fresh }, askedReply, crypto.randomUUID());
  switch (reply.kind) {
    case "kept": return done(reply, keptText(reply, context.paint));
    case "launched": case "running": {
      const says = reply.kind === "launched" ? `asked ${reply.session} under ${charter.name}` : `somebody asks the same already: ${reply.session}`;
      if (options["detach"] === true) return done(reply, `${says}. To see the answer: cohortium question result ${short(reply.session)}`);
      context.progress.note(says);
      return followQuestion(context, reply.session, asked);
    }
  }
}

/** Whether there is an answer to it, or will be: then asking costs nothing. */
async function wasAsked(admin: AdminClient, digest: string, query: Query): Promise<boolean> {
  const wanted = queryDigest(query);
  const { questions } = await admin.get("/v1/questions", questionDigests);
  return questions.some(({ charter, queryDigest: own, state }) => charter === digest && own === wanted && state !== "aborted");
}

/** What it costs, and whether that is meant. */
async function agreeOnPrice(context: Context, cost: Cost | null, { name }: Charter): Promise<void> {
  if (cost !== null) await confirmSpending(context, takesText("This", cost), `Ask it, for ${budgetShare(cost.share, 1)} of the budget of ${name}?`);
}

/** Follows a question to its answer. */
async function followQuestion(context: Context, session: string, asked: CharterAsked): Promise<Outcome> {
  const watched = await watchTraining(context, () => adminOfRole(context.folder, "coordinator", COMMAND), session, QUESTION_FOLLOWED);
  if (watched.exit === 130) return watched;
  const admin = adminOfRole(context.folder, "coordinator", COMMAND);
  const view = await admin.get(`/v1/questions/${session}`, questionView);
  const { limit, spent } = await budgetSeen(admin, asked);
  if (limit !== null) context.progress.note(`${view.charged === 0 ? "nothing" : `${budgetShare(view.charged, limit)} of the budget`} was charged; ${budgetShare(Math.max(0, limit - spent), limit)} is left`);
  return resultOf(view, context);
}

/** A question that was aborted gives the exit code of its fault. */
export function resultOf(view: QuestionView, { paint }: Context): Outcome {
  const { state, fault } = view;
  return { json: view, text: questionText(view, paint), exit: state === "aborted" ? exitCodeOf(fault?.cause ?? fault?.code ?? "CHARTER_EXPIRED") : 0 };
}
