import { Refusal } from "@cohortium/protocol/host/refusal";
import { budgetShare } from "@cohortium/protocol/charter/budget-share";
import { closest } from "@cohortium/protocol/session/suggestion";
import { queryJson } from "@cohortium/protocol/statistics/query-schema";
import { scheduleView, scheduleViews, type ScheduleView } from "../answers/questions.js";
import { charterAsked } from "../found/charter-asked.js";
import { pickByPrefix } from "../found/pick.js";
import { adminOfRole } from "../found/place.js";
import { budgetSeen, costIfAsked } from "../prices/budget-seen.js";
import { leftOf, type Cost } from "../prices/cost.js";
import { askingWithFound } from "../question/found-words.js";
import { queryUnder } from "../question/query-asked.js";
import { eachRunText } from "../show/price.js";
import { schedulesText, timeText } from "../show/question.js";
import { confirm, confirmSpending, textOption, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";

interface Rhythm {
  readonly every: number;
  readonly unit: string;
  readonly start?: string;
}

const VERBS = ["add", "ls", "rm"] as const;

/** Questions by the calendar: each run is asked anew and paid for. */
export async function questionSchedule(context: Context, verb: string, what: string | undefined, options: Options): Promise<Outcome> {
  switch (verbNamed(verb)) {
    case "add": return addSchedule(context, what, options);
    case "ls": return listSchedules(context);
    case "rm": return removeSchedule(context, what);
  }
}

async function addSchedule(context: Context, kind: string | undefined, options: Options): Promise<Outcome> {
  const admin = adminOfRole(context.folder, "coordinator", "question schedule add");
  const rhythm: Rhythm = { ...everyIn(textOption(options, "every")), ...startIn(textOption(options, "start")) };
  const asking = await askingWithFound(admin, context, kind, options);
  const asked = await charterAsked(admin, textOption(options, "charter"));
  const { digest, charter } = asked;
  const budget = await budgetSeen(admin, asked);
  const query = queryUnder(asking, charter, leftOf(budget));
  await agreeOnRuns(context, await costIfAsked(admin, asked, query.nanoRho, budget), rhythm, charter.name);
  const schedule = await admin.post("/v1/question-schedules", { charter: digest, query: queryJson(query), ...rhythm }, scheduleView, crypto.randomUUID());
  return done(schedule, `${schedulesText([schedule], context.paint)}\n\n${firstText(schedule, rhythm.start, context.world.nowMs())}${termsText(schedule, charter.expires)}`);
}

/** What each run costs, and whether that is meant: nobody is asked again, and nobody need be there when it is paid. */
async function agreeOnRuns(context: Context, cost: Cost | null, { every, unit, start }: Rhythm, charter: string): Promise<void> {
  if (cost === null) return;
  const rhythm = `every ${every === 1 ? unit.replace(/s$/, "") : `${every} ${unit}`}`;
  const when = start === undefined ? `at once, and again ${rhythm}` : `${rhythm} from ${start} on`;
  await confirmSpending(context, eachRunText(cost), `Ask it ${when}, each time for ${budgetShare(cost.share, 1)} of the budget of ${charter}?`);
}

/** A start that has passed is no time to ask at. */
function firstText({ next, runs }: ScheduleView, start: string | undefined, nowMs: number): string {
  if (start === undefined || Date.parse(start) >= nowMs || next === null || runs > 0) return "";
  return `The start has passed; the first time it is asked is ${timeText(next)} UTC. `;
}

function termsText({ id }: ScheduleView, expires: string): string {
  return `Each run is asked anew and paid for; it stops when the budget would not cover the next, and at the latest with its charter, on ${timeText(expires)} UTC. To end it: cohortium question schedule rm ${id}`;
}

async function listSchedules(context: Context): Promise<Outcome> {
  const answer = await adminOfRole(context.folder, "coordinator", "question schedule ls").get("/v1/question-schedules", scheduleViews);
  return done(answer, schedulesText(answer.schedules, context.paint));
}

async function removeSchedule(context: Context, prefix: string | undefined): Promise<Outcome> {
  const admin = adminOfRole(context.folder, "coordinator", "question schedule rm");
  if (prefix === undefined) throw new Refusal({ code: "USAGE_SCHEDULE", title: "which schedule?", detail: "none is named", fix: "name one; see all with: cohortium question schedule ls" });
  const { schedules } = await admin.get("/v1/question-schedules", scheduleViews);
  const { id, query } = pickByPrefix({ noun: "schedule", listedBy: "question schedule ls", items: schedules, idOf: (one: ScheduleView) => one.id, labelOf: (one) => `${one.query.kind}, ${one.state}` }, prefix);
  await confirm(context, `End schedule ${id} (${query.kind})?`);
  const schedule = await admin.post(`/v1/question-schedules/${id}/remove`, {}, scheduleView, crypto.randomUUID());
  return done(schedule, schedulesText([schedule], context.paint));
}

function verbNamed(text: string): (typeof VERBS)[number] {
  const verb = VERBS.find((one) => one === text);
  if (verb !== undefined) return verb;
  const near = closest(text, VERBS);
  throw new Refusal({ code: "USAGE_SCHEDULE", title: `question schedule has no "${text.slice(0, 40)}"`, detail: near === undefined ? "it adds, lists and removes" : `did you mean ${near}?`, fix: `write one of: ${VERBS.join(", ")}` });
}

function everyIn(text: string | undefined): { readonly every: number; readonly unit: string } {
  const [, count, unit] = /^([1-9]\d{0,2})[ -]?(day|week|month)s?$/.exec(text ?? "") ?? [];
  if (count !== undefined && unit !== undefined) return { every: Number(count), unit: `${unit}s` };
  throw new Refusal({ code: "USAGE_SCHEDULE", title: "how often?", detail: `--every: ${text === undefined ? "it is missing" : `"${text.slice(0, 40)}" is no rhythm`}`, fix: "write --every 1week, 14days or 3months" });
}

/** RFC 3339 with an offset: a time without one is another time elsewhere. */
function startIn(text: string | undefined): { readonly start?: string } {
  if (text === undefined) return {};
  const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/.test(text);
  if (isInstant && Number.isFinite(Date.parse(text))) return { start: text };
  throw new Refusal({ code: "USAGE_SCHEDULE", title: "when first?", detail: `--start: "${text.slice(0, 40)}" is no RFC 3339 time with an offset`, fix: "write it as 2027-01-04T07:00:00Z" });
}
