import { questionView, questionViews, type QuestionView } from "../answers/questions.js";
import { pickByPrefix } from "../found/pick.js";
import { adminOf, placeAt } from "../found/place.js";
import { questionsText } from "../show/question.js";
import type { Context } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";
import { resultOf } from "./question-ask.js";

/** How a question stands, or all of them; at a node those it has helped to answer. */
export async function questionStatus(context: Context, prefix: string | undefined): Promise<Outcome> {
  const admin = adminOf(placeAt(context.folder));
  const answer = await admin.get("/v1/questions", questionViews);
  if (prefix === undefined) return done(answer, questionsText(answer.questions, context.paint));
  const view = pickQuestion(answer.questions, prefix);
  return done(view, questionsText([view], context.paint));
}

/** The answer: the coordinator's, or the copy that this folder's node has kept. */
export async function questionResult(context: Context, prefix: string): Promise<Outcome> {
  const admin = adminOf(placeAt(context.folder));
  const { questions } = await admin.get("/v1/questions", questionViews);
  const { session } = pickQuestion(questions, prefix);
  return resultOf(await admin.get(`/v1/questions/${session}`, questionView), context);
}

function pickQuestion(items: readonly QuestionView[], prefix: string): QuestionView {
  return pickByPrefix({ noun: "question", listedBy: "question status", items, idOf: ({ session }) => session, labelOf: ({ query, state }) => `${query.kind}, ${state}` }, prefix);
}
