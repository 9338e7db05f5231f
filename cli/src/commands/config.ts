import { describeOrigin, explainConfig } from "@cohortium/protocol/host/config";
import { placeAt } from "../found/place.js";
import { plainLine } from "../text/plain.js";
import { given, type CommandGroup, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";
import { SET_OPTION, settingsOf } from "../world/settings.js";

/** A process's settings. */
export const CONFIG: CommandGroup = {
  name: "config",
  says: "settings of the process in this folder",
  commands: [{
    usage: "explain <key>", says: "what a setting is, and who set it: file and line, environment, option or default",
    example: "--folder ./harbour config explain admin.port", options: [SET_OPTION],
    run: (context, args, options) => explain(context, given(args, 0), options),
  }],
};

async function explain(context: Context, key: string, options: Options): Promise<Outcome> {
  const { value, origin } = explainConfig(await settingsOf(context, placeAt(context.folder), options), key);
  const where = describeOrigin(origin);
  return done({ key, value, origin: where }, `${key} is ${plainLine(JSON.stringify(value))}, from ${where}`);
}
