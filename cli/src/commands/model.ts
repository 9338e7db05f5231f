import { modelsOfOperator, modelsOfPartner, type Model } from "../answers/model.js";
import { featuresOfModel, findModel, type FoundModel } from "../found/model-found.js";
import { adminOf, placeAt, type Place } from "../found/place.js";
import { evaluationText } from "../show/evaluation.js";
import { madeBefore } from "../show/made-before.js";
import { coefficientsText, layersText, treesText } from "../show/model.js";
import { partnersText } from "../show/partners.js";
import { instant, quality, short } from "../text/amounts.js";
import type { Paint } from "../text/paint.js";
import { facts, table } from "../text/table.js";
import type { CommandGroup, Context } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";
import { MODEL_EXPORT } from "./model-export.js";
import { MODEL_REPORT } from "./model-report.js";

/** Joint models. */
export const MODEL: CommandGroup = {
  name: "model",
  says: "joint models that came out of trainings",
  commands: [
    {
      usage: "ls", says: "the models that trainings ended with", example: "--folder ./hub model ls", options: [["--all", "the steps on the way too (operator)"]],
      run: (context, _, options) => list(context, options["all"] === true),
    },
    {
      usage: "show [digest]", says: "the coefficients, the heaviest first, what trees split on or the layers of a network, and how good the model is; without a digest the last one that a training ended with",
      example: "--folder ./harbour model show 0f3c", run: (context, args) => show(context, args[0]),
    },
    MODEL_REPORT,
    MODEL_EXPORT,
  ],
};

const EMPTY = "There is no model yet.";

async function list({ folder, paint }: Context, all: boolean): Promise<Outcome> {
  const place = placeAt(folder);
  switch (place.role) {
    case "coordinator": {
      const answer = await adminOf(place).get("/v1/models", modelsOfOperator);
      const shown = answer.models.filter(({ final }) => all || final);
      const rows = shown.map(({ digest, session, iteration, final, createdAtMs, auc }) => [
        short(digest), short(session), String(iteration), final ? paint.good("final") : "", instant(createdAtMs), auc === null ? "" : quality(auc),
      ]);
      return done({ models: shown }, table([{ head: "model" }, { head: "session" }, { head: "step", right: true }, { head: "" }, { head: "made" }, { head: "AUC", right: true }], rows, { paint, empty: EMPTY }));
    }
    case "node": {
      const answer = await adminOf(place).get("/v1/models", modelsOfPartner);
      const rows = answer.models.map(({ digest, session, model, evaluation, deletionsSinceMs }) => [
        short(digest), short(session), String(model.iteration), evaluation === null ? "" : quality(evaluation.auc), paint.warn(madeBefore(deletionsSinceMs)),
      ]);
      return done(answer, table([{ head: "model" }, { head: "session" }, { head: "step", right: true }, { head: "AUC", right: true }, { head: "" }], rows, { paint, empty: EMPTY }));
    }
  }
}

async function show({ folder, paint }: Context, prefix: string | undefined): Promise<Outcome> {
  const place = placeAt(folder);
  const found = await findModel(place, prefix);
  const { digest, session, model, evaluation, comparisons, deletionsSinceMs = [] } = found;
  const inside = await insideOf(found, place, paint);
  return done(found, [
    facts([["model", digest], ["session", session], [STEPS[model.kind], String(model.iteration)]]),
    ...(deletionsSinceMs.length === 0 ? [] : [paint.warn(madeBefore(deletionsSinceMs))]),
    "",
    inside,
    "",
    evaluation === null ? "Not evaluated: a step on the way." : evaluationText(evaluation, paint),
    ...(comparisons.length === 0 ? [] : ["", partnersText(comparisons, paint)]),
  ].join("\n"));
}

/** What can be said of the model without rows. */
async function insideOf(found: FoundModel, place: Place, paint: Paint): Promise<string> {
  switch (found.model.kind) {
    case "logistic": return coefficientsText(found.model, paint);
    case "trees": return treesText(found.model, await featuresOfModel(place, found), paint);
    case "network": return layersText(found.model);
  }
}

/** What `iteration` counts. */
const STEPS: Readonly<Record<Model["kind"], string>> = { logistic: "steps", trees: "trees", network: "rounds" };
