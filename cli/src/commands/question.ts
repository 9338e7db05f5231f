import { WORDS_FROM } from "../question/found-words.js";
import { QUERY_OPTIONS } from "../question/query-asked.js";
import { given, type CommandGroup } from "../world/context.js";
import { askQuestion } from "./question-ask.js";
import { planQuestion } from "./question-plan.js";
import { questionResult, questionStatus } from "./question-result.js";
import { questionSchedule } from "./question-schedule.js";
import { listKinds, showKind } from "./question-show.js";

const UNDER = ["--charter <name-or-digest>", "under which charter; needed if several in force allow statistics"] as const;

const ASKED = [
  UNDER,
  ["--epsilon <number>", "the privacy loss to pay for the whole answer; the more, the less noise"],
  ["--file <file>", "the question as YAML or JSON, instead of the flags below"],
  ...QUERY_OPTIONS,
] as const;

/** Statistics: one session each, of one sum or several. */
export const QUESTION: CommandGroup = {
  name: "question",
  says: "statistics over all companies' rows under a charter's privacy budget",
  commands: [
    { usage: "ls", says: "the catalogue: what can be asked, and what the charter allows", example: "--folder ./hub question ls", options: [UNDER], run: (context, _, options) => listKinds(context, options) },
    {
      usage: "show <kind>", says: "what a kind of question declares: inputs, sensitivity, bounds, threshold, mechanism, output", example: "--folder ./hub question show experiment", options: [UNDER],
      run: (context, args, options) => showKind(context, given(args, 0), options),
    },
    {
      usage: "plan [kind]", says: "the price as a share of the budget without its reserve, the error to expect and the cells likely to be withheld, before anything runs", example: "--folder ./hub question plan profile --by region --measure spend --epsilon 0.1",
      options: [...ASKED, WORDS_FROM, ["--rows <number>", "how many rows to reckon with in all; without it the fewest that the charter asks for"]],
      run: (context, args, options) => planQuestion(context, args[0], options),
    },
    {
      usage: "ask [kind]", says: "ask, follow, and show the answer; what was answered before is shown at once and costs nothing; what costs anything needs a yes, without a terminal --yes (operator)",
      example: "--folder ./hub question ask profile --cohort channel=Web,Phone --by region --measure spend --epsilon 0.1",
      options: [...ASKED, WORDS_FROM, ["--fresh", "ask the companies anew and pay for it, also where an answer is kept"], ["--detach", "do not wait for the answer"]],
      run: (context, args, options) => askQuestion(context, args[0], options),
    },
    { usage: "status [session]", says: "what was asked, and how it stands; at a node, what it helped to answer", example: "--folder ./hub question status", run: (context, args) => questionStatus(context, args[0]) },
    {
      usage: "result <session>", says: "an answer as tables: the coordinator's, or a node's own copy", example: "--folder ./harbour question result 5e5e5e",
      run: (context, args) => questionResult(context, given(args, 0)),
    },
    {
      usage: "schedule <verb> [what]", says: "add KIND, ls, or rm SCHEDULE: ask anew by the calendar until the budget would not cover the next; the yes to adding it, without a terminal --yes, is the yes to every run (operator)",
      example: "--folder ./hub question schedule add categories --dimension channel --epsilon 0.05 --every 1month --start 2027-01-04T07:00:00Z",
      options: [["--every <rhythm>", "1week, 14days, 3months"], ["--start <time>", "the first time, RFC 3339; without it now"], ...ASKED, WORDS_FROM],
      run: (context, args, options) => questionSchedule(context, given(args, 0), args[1], options),
    },
  ],
};
