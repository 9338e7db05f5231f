import { Refusal } from "@cohortium/protocol/host/refusal";
import { utf8 } from "@cohortium/crypto/bytes";
import { parseTreesModel } from "@cohortium/protocol/training/trees/model";
import { exportedColumns, xgboostText } from "@cohortium/protocol/training/trees/xgboost";
import { writeOut } from "../files/write-out.js";
import { featuresOfModel, findModel } from "../found/model-found.js";
import { placeAt } from "../found/place.js";
import { short } from "../text/amounts.js";
import { given, pathOf, textOption, type Command, type Context } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";

/** `cohortium model export`: for programs that score with the joint model and know nothing of us. */
export const MODEL_EXPORT: Command = {
  usage: "export <digest>",
  says: "the model in the form of another program, without counts or weights of its rows",
  example: "--folder ./harbour model export 0f3c --format xgboost --to model.json",
  options: [["--format <name>", "xgboost, for boosted trees", "xgboost"], ["--to <file>", "where to write it; otherwise it is printed"]],
  run: (context, args, options) => exported(context, given(args, 0), { format: textOption(options, "format") ?? "", to: textOption(options, "to") }),
};

async function exported(context: Context, prefix: string, { format, to }: { readonly format: string; readonly to: string | undefined }): Promise<Outcome> {
  if (format !== "xgboost") throw new Refusal({ code: "USAGE_FORMAT", title: `there is no format ${format}`, detail: "a model can be written for xgboost", fix: "--format xgboost" });
  const place = placeAt(context.folder);
  const found = await findModel(place, prefix);
  const { digest, model } = found;
  if (model.kind !== "trees") {
    throw new Refusal({
      code: "USAGE_FORMAT", title: "XGBoost scores with trees, and this is no model of trees", detail: `${short(digest)} is of kind ${model.kind}`,
      fix: "take its numbers from: cohortium model show --json",
    });
  }
  const features = await featuresOfModel(place, found);
  const text = xgboostText(parseTreesModel(model, features), features);
  const columns = exportedColumns(features);
  const written: unknown = JSON.parse(text);
  if (to === undefined) return done({ digest, format, columns, model: written }, text);
  const path = pathOf(context, to);
  writeOut(path, utf8(text), 0o644);
  return done({ digest, format, columns, path }, [
    `${path}: XGBoost 1.7 or newer loads it (Booster.load_model)`,
    `It reads ${columns.length} columns in this order, a category as 1 or 0, a missing number as NaN:`,
    ...columns.map((column) => `  ${column}`),
  ].join("\n"));
}
