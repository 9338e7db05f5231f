import { exitCodeOf } from "@cohortium/protocol/host/exit-codes";
import { queryJson } from "@cohortium/protocol/statistics/query-schema";
import { askedReply, questionView, type QuestionView } from "../answers/questions.js";
import { textOption, type Context, type Options } from "../context.js";
import { done, type Outcome } from "../outcome.js";
import { adminOfRole } from "../place.js";
import { charterAsked } from "../question/charter-asked.js";
import { askingWithFound } from "../question/found-words.js";
import { queryUnder } from "../question/query-asked.js";
import { short } from "../show/amounts.js";
import { keptText, questionText } from "../show/question.js";
import { watchTraining } from "./watch.js";

const COMMAND = "question ask";

/** Asks, watches and shows the answer; one that is kept is shown at once. */
export async function askQuestion(context: Context, kind: string | undefined, options: Options): Promise<Outcome> {
  const admin = adminOfRole(context.folder, "coordinator", COMMAND);
  const asking = await askingWithFound(admin, context, kind, options);
  const { digest, charter } = await charterAsked(admin, textOption(options, "charter"));
  const query = queryUnder(asking, charter);
  const reply = await admin.post("/v1/questions", { charter: digest, query: queryJson(query), fresh: options["fresh"] === true }, askedReply, crypto.randomUUID());
  switch (reply.kind) {
    case "kept": return done(reply, keptText(reply, context.paint));
    case "launched": case "running": {
      const says = reply.kind === "launched" ? `asked ${reply.session} under ${charter.name}` : `somebody asks the same already: ${reply.session}`;
      if (options["detach"] === true) return done(reply, `${says}. To see the answer: cohortium question result ${short(reply.session)}`);
      context.progress.note(says);
      return followQuestion(context, reply.session);
    }
  }
}

/** Follows a question to its answer. */
async function followQuestion(context: Context, session: string): Promise<Outcome> {
  const watched = await watchTraining(context, () => adminOfRole(context.folder, "coordinator", COMMAND), session);
  if (watched.exit === 130) return { ...watched, text: `${context.paint.warn("Stopped watching.")} The companies go on answering; to see what comes of it: cohortium question result ${short(session)}` };
  return resultOf(await adminOfRole(context.folder, "coordinator", COMMAND).get(`/v1/questions/${session}`, questionView), context);
}

/** A question that was aborted gives the exit code of its fault. */
export function resultOf(view: QuestionView, { paint }: Context): Outcome {
  const { state, fault } = view;
  return { json: view, text: questionText(view, paint), exit: state === "aborted" ? exitCodeOf(fault?.cause ?? fault?.code ?? "CHARTER_EXPIRED") : 0 };
}
