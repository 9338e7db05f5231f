import { MODEL_REPORT } from "./model-report.js";
import { modelOfOperator, modelsOfOperator, modelsOfPartner, type ModelListing } from "../answers/model.js";
import { given, type CommandGroup, type Context } from "../context.js";
import { done, type Outcome } from "../outcome.js";
import { pickByPrefix } from "../pick.js";
import { adminOf, placeAt } from "../place.js";
import { instant, quality, short } from "../show/amounts.js";
import { evaluationText } from "../show/evaluation.js";
import { coefficientsText } from "../show/model.js";
import { facts, table } from "../show/table.js";

/** Joint models. */
export const MODEL: CommandGroup = {
  name: "model",
  says: "joint models that came out of trainings",
  commands: [
    { usage: "ls", says: "all models; a training has one per step, the last is evaluated", example: "--folder ./hub model ls", run: (context) => list(context) },
    {
      usage: "show <digest>", says: "the coefficients, the heaviest first, and how good the model is", example: "--folder ./harbour model show 0f3c",
      run: (context, args) => show(context, given(args, 0)),
    },
    MODEL_REPORT,
  ],
};

const EMPTY = "There is no model yet.";

async function list({ folder, paint }: Context): Promise<Outcome> {
  const place = placeAt(folder);
  switch (place.role) {
    case "coordinator": {
      const answer = await adminOf(place).get("/v1/models", modelsOfOperator);
      const rows = answer.models.map(({ digest, session, iteration, final, createdAtMs, auc }) => [
        short(digest), short(session), String(iteration), final ? paint.good("final") : "", instant(createdAtMs), auc === null ? "" : quality(auc),
      ]);
      return done(answer, table([{ head: "model" }, { head: "session" }, { head: "step", right: true }, { head: "" }, { head: "made" }, { head: "AUC", right: true }], rows, { paint, empty: EMPTY }));
    }
    case "node": {
      const answer = await adminOf(place).get("/v1/models", modelsOfPartner);
      const rows = answer.models.map(({ digest, session, model, evaluation }) => [short(digest), short(session), String(model.iteration), evaluation === null ? "" : quality(evaluation.auc)]);
      return done(answer, table([{ head: "model" }, { head: "session" }, { head: "step", right: true }, { head: "AUC", right: true }], rows, { paint, empty: EMPTY }));
    }
  }
}

async function show({ folder, paint }: Context, prefix: string): Promise<Outcome> {
  const place = placeAt(folder);
  const admin = adminOf(place);
  const found = place.role === "coordinator"
    ? await admin.get(`/v1/models/${pickByPrefix(listing((await admin.get("/v1/models", modelsOfOperator)).models), prefix).digest}`, modelOfOperator)
    : pickByPrefix(listing((await admin.get("/v1/models", modelsOfPartner)).models), prefix);
  const { digest, session, model, evaluation } = found;
  return done(found, [
    facts([["model", digest], ["session", session], ["steps", String(model.iteration)]]),
    "",
    coefficientsText(model, paint),
    "",
    evaluation === null ? "Not evaluated: a step on the way." : evaluationText(evaluation, paint),
  ].join("\n"));
}

/** The same model may come out of two trainings; under one digest it is one. */
function listing<T extends Pick<ModelListing, "digest" | "session">>(models: readonly T[]) {
  const items = [...new Map(models.map((model) => [model.digest, model])).values()];
  return { noun: "model", listedBy: "model ls", items, idOf: ({ digest }: T) => digest, labelOf: ({ session }: T) => `of ${short(session)}` };
}
