import { join } from "node:path";
import { loadConfig, type Flag, type LoadedConfig } from "@cohortium/protocol/host/config";
import { readConfigText } from "@cohortium/protocol/host/config-file";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Place } from "../found/place.js";
import type { Context, Options } from "./context.js";
import type { StartInput } from "./programs.js";

/** The option of every command that reads a process's settings. */
export const SET_OPTION = ["--set <key=value...>", "settings that outrank the file, as in admin.port=7451"] as const;

/** What settles the settings of the process in this folder. @throws Refusal USAGE_SET for a `--set` without a key and a value. */
export function startInput({ folder, world }: Context, options: Options): StartInput {
  const texts = Array.isArray(options["set"]) ? options["set"].map(String) : [];
  return { folder, flags: texts.map(flagOf), environment: { ...world.environment } };
}

/** The settings as the process would read them. @throws Refusal CONFIG_INVALID with every problem at once. */
export async function settingsOf(context: Context, { folder, role }: Place, options: Options): Promise<LoadedConfig<Readonly<Record<string, unknown>>>> {
  const { programs } = context.world;
  const schema = role === "node" ? await programs.nodeSettings() : await programs.coordinatorSettings();
  const { environment, flags } = startInput(context, options);
  return loadConfig(schema, { file: readConfigText(join(folder, `${role}.yaml`)), environment, flags });
}

function flagOf(text: string): Flag {
  const [, key, value] = /^([A-Za-z][A-Za-z0-9.]*)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new Refusal({ code: "USAGE_SET", title: "--set takes key=value", detail: `"${text}" is not of that form`, fix: "write it as in --set admin.port=7451" });
  return { name: `--set ${key}`, key, text: value };
}
