import { MODEL_REPORT } from "./model-report.js";
import { modelOfOperator, modelsOfOperator, modelsOfPartner, type ModelListing } from "../answers/model.js";
import type { CommandGroup, Context } from "../context.js";
import { done, type Outcome } from "../outcome.js";
import { pickByPrefix, pickOnly } from "../pick.js";
import { adminOf, placeAt, type Place } from "../place.js";
import { instant, quality, short } from "../show/amounts.js";
import { evaluationText } from "../show/evaluation.js";
import { coefficientsText } from "../show/model.js";
import { facts, table } from "../show/table.js";

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
      usage: "show [digest]", says: "the coefficients, the heaviest first, and how good the model is; without a digest the last one that a training ended with",
      example: "--folder ./harbour model show 0f3c", run: (context, args) => show(context, args[0]),
    },
    MODEL_REPORT,
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
      const rows = answer.models.map(({ digest, session, model, evaluation }) => [short(digest), short(session), String(model.iteration), evaluation === null ? "" : quality(evaluation.auc)]);
      return done(answer, table([{ head: "model" }, { head: "session" }, { head: "step", right: true }, { head: "AUC", right: true }], rows, { paint, empty: EMPTY }));
    }
  }
}

async function show({ folder, paint }: Context, prefix: string | undefined): Promise<Outcome> {
  const found = await modelAt(placeAt(folder), prefix);
  const { digest, session, model, evaluation } = found;
  return done(found, [
    facts([["model", digest], ["session", session], ["steps", String(model.iteration)]]),
    "",
    coefficientsText(model, paint),
    "",
    evaluation === null ? "Not evaluated: a step on the way." : evaluationText(evaluation, paint),
  ].join("\n"));
}

async function modelAt(place: Place, prefix: string | undefined) {
  const admin = adminOf(place);
  switch (place.role) {
    case "coordinator": {
      const { models } = await admin.get("/v1/models", modelsOfOperator);
      const { digest } = prefix === undefined ? lastOf(models.filter(({ final }) => final)) : pickByPrefix(listing(models), prefix);
      return admin.get(`/v1/models/${digest}`, modelOfOperator);
    }
    case "node": {
      const { models } = await admin.get("/v1/models", modelsOfPartner);
      return prefix === undefined ? lastOf(models) : pickByPrefix(listing(models), prefix);
    }
  }
}

/** @throws Refusal USAGE_NOTHING if no training has ended with a model. */
function lastOf<T extends Pick<ModelListing, "digest" | "session">>(models: readonly T[]): T {
  return models.at(-1) ?? pickOnly(listing(models));
}

/** The same model may come out of two trainings; under one digest it is one. */
function listing<T extends Pick<ModelListing, "digest" | "session">>(models: readonly T[]) {
  const items = [...new Map(models.map((model) => [model.digest, model])).values()];
  return { noun: "model", listedBy: "model ls", items, idOf: ({ digest }: T) => digest, labelOf: ({ session }: T) => `of ${short(session)}` };
}
