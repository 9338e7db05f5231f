import { Refusal } from "@cohortium/protocol/host/refusal";
import { utf8 } from "@cohortium/crypto/bytes";
import { modelOfOperator, modelsOfOperator, modelsOfPartner } from "../answers/model.js";
import { ownTrainings, trainingView } from "../answers/trainings.js";
import { writeOut } from "../files/write-out.js";
import { pickModel } from "../found/model-found.js";
import { adminOf, placeAt, type Place } from "../found/place.js";
import { reportPage } from "../report/page.js";
import type { ModelReport } from "../report/report.js";
import { evaluationText } from "../show/evaluation.js";
import { partnersText } from "../show/partners.js";
import { gainText } from "../show/training.js";
import { short } from "../text/amounts.js";
import { pathOf, textOption, type Command, type Context } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";

/** `cohortium model report`: for a marketer, who opens the page in a browser. */
export const MODEL_REPORT: Command = {
  usage: "report [digest]",
  says: "how good a model is, with intervals; by default the newest. A partner's report also says what she gained",
  example: "--folder ./harbour model report --html report.html",
  options: [["--html <file>", "write a page with plots that needs no server"]],
  run: async (context, [prefix], options) => {
    const place = placeAt(context.folder);
    const report = place.role === "coordinator" ? await ofOperator(place, prefix) : await ofPartner(place, prefix);
    return written(context, report, textOption(options, "html"));
  },
};

function written(context: Context, report: ModelReport, html: string | undefined): Outcome {
  const { paint } = context;
  if (html === undefined) {
    return done(report, [evaluationText(report.evaluation, paint), ...(report.own === null ? [] : ["", gainText(report.own, paint)]), ...(report.partners.length === 0 ? [] : ["", partnersText(report.partners, paint)])].join("\n"));
  }
  const path = pathOf(context, html);
  writeOut(path, utf8(reportPage(report)), 0o644);
  return done({ ...report, html: path }, `${path}: open it in any browser; it needs nothing else`);
}

async function ofOperator(place: Place, prefix: string | undefined): Promise<ModelReport> {
  const admin = adminOf(place);
  const { models } = await admin.get("/v1/models", modelsOfOperator);
  const listed = pickModel(models.filter(({ final }) => final), prefix);
  const { digest, session, charter, model, evaluation, comparisons } = await admin.get(`/v1/models/${listed.digest}`, modelOfOperator);
  if (evaluation === null) throw notEvaluated(digest);
  const { rounds } = await admin.get(`/v1/trainings/${session}`, trainingView);
  return { digest, kind: model.kind, session, charter, evaluation, own: null, partners: comparisons, rounds };
}

async function ofPartner(place: Place, prefix: string | undefined): Promise<ModelReport> {
  const admin = adminOf(place);
  const { models } = await admin.get("/v1/models", modelsOfPartner);
  const { digest, session, model, evaluation, comparisons } = pickModel(models.filter((one) => one.evaluation !== null), prefix);
  if (evaluation === null) throw notEvaluated(digest);
  const training = (await admin.get("/v1/trainings", ownTrainings)).trainings.find((one) => one.session === session);
  const own = training?.outcome.kind === "done" ? training.outcome.comparison : null;
  return { digest, kind: model.kind, session, charter: training?.charter ?? "", evaluation, own, partners: comparisons, rounds: [] };
}

function notEvaluated(digest: string): Refusal {
  return new Refusal({ code: "USAGE_MODEL", title: "this model was not evaluated", detail: `${short(digest)} is a step on the way`, fix: "name a final one: cohortium model ls" });
}
