import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { questionViews, type QuestionView } from "../answers/questions.js";
import { pickByPrefix } from "../found/pick.js";
import { textOption, type Context, type Options } from "../world/context.js";
import type { Asking } from "./asking.js";
import { askingIn } from "./query-asked.js";

/** To count the words that an earlier answer found. */
export const WORDS_FROM = ["--words-from <session>", "categories: dimension, words and length as an answer of the kind words has them"] as const;

/** The question that was typed or lies in a file; with `--words-from`, completed by what was found. @throws Refusal as `askingIn`, or of the session. */
export async function askingWithFound(admin: AdminClient, context: Context, kind: string | undefined, options: Options): Promise<Asking> {
  const from = textOption(options, "wordsFrom");
  if (from === undefined) return askingIn(context, kind, options);
  if (kind !== "categories") throw wrong("it completes a question of the kind categories", "write the kind categories, as in: question ask categories --words-from SESSION");
  const given = (["dimension", "words", "length", "file"] as const).find((name) => options[name] !== undefined);
  if (given !== undefined) throw wrong(`--${given} says the same`, `leave --${given} out`);
  const { questions } = await admin.get("/v1/questions", questionViews);
  const { dimension, length, words } = pickByPrefix({ noun: "answer of the kind words", listedBy: "question status", items: questions.flatMap(foundIn), idOf: ({ session }) => session, labelOf: (one) => one.dimension }, from);
  if (words.length === 0) throw wrong("that answer found no word", "ask for words with a larger --epsilon, or a smaller --length");
  const asking = askingIn(context, kind, { ...options, dimension, length: String(length) });
  return { ...asking, members: { ...asking.members, words } };
}

interface Found {
  readonly session: string;
  readonly dimension: string;
  readonly length: number;
  readonly words: readonly string[];
}

function foundIn({ session, answer }: QuestionView): readonly Found[] {
  if (answer?.kind !== "words") return [];
  return [{ session, dimension: answer.dimension, length: answer.length, words: answer.words.map(({ word }) => word) }];
}

function wrong(says: string, fix: string): Refusal {
  return new Refusal({ code: "USAGE_QUESTION", title: "this is no question that can be asked", detail: `--words-from: ${says}`, fix });
}
