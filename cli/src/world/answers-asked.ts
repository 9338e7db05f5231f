import { Refusal } from "@cohortium/protocol/host/refusal";
import { textOption, type Context, type Options } from "./context.js";

/** A thing a command must be told: by its option, or by a person who is asked. */
export interface Question {
  /** The option's long name in camel case, and as typed. */
  readonly option: string;
  readonly flag: string;
  readonly asks: string;
  /** What an empty answer means; undefined if there must be one. */
  readonly fallback?: string | undefined;
}

/**
 * An answer for each question, in order.
 *
 * @throws Refusal USAGE_MISSING with every option that is missing, where there is nobody to ask.
 */
export async function answersTo(context: Context, options: Options, questions: readonly Question[]): Promise<readonly string[]> {
  const answers: string[] = [];
  for (const question of questions) {
    const answer = textOption(options, question.option) ?? await askOne(context, question);
    if (answer === null) throw missing(questions.filter(({ option }) => textOption(options, option) === undefined));
    answers.push(answer);
  }
  return answers;
}

async function askOne({ world }: Context, { asks, fallback }: Question): Promise<string | null> {
  for (;;) {
    const answer = await world.ask(fallback === undefined ? `${asks}: ` : `${asks} [${fallback}]: `);
    if (answer === null) return null;
    const said = answer.trim() === "" ? fallback : answer.trim();
    if (said !== undefined) return said;
  }
}

function missing(questions: readonly Question[]): Refusal {
  const flags = questions.map(({ flag, asks }) => `${flag} (${asks})`);
  return new Refusal({ code: "USAGE_MISSING", title: "nobody is there to ask", detail: `not given: ${flags.join(", ")}`, fix: "give them as options" });
}
