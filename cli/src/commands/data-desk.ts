import { existsSync, statSync } from "node:fs";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { DataDesk } from "@cohortium/node/desks/data-desk";
import { requireRole } from "../found/place.js";
import { pathOf, type Context, type Options } from "../world/context.js";
import { startInput } from "../world/settings.js";

/** The node's feeds and contracts, for a command of that name. Its settings are read; its process need not run. */
export async function deskOf(context: Context, options: Options, command: string): Promise<DataDesk> {
  const { folder } = requireRole(context.folder, "node", command);
  return context.world.programs.openDataDesk({ ...startInput(context, options), folder }, context.progress.now);
}

/** What a person named: a file, or one of the node's feeds with its contract. */
export interface Named {
  readonly contract: string;
  /** Null for a file. */
  readonly feed: string | null;
}

/** @throws Refusal CONFIG_CONTRACT if it is a feed without a contract. */
export function contractNamed(context: Context, desk: DataDesk, name: string): Named {
  const path = pathOf(context, name);
  if (existsSync(path) && statSync(path).isFile()) return { contract: path, feed: null };
  const contract = desk.contractOf(name);
  if (contract !== null) return { contract, feed: name };
  throw new Refusal({ code: "CONFIG_CONTRACT", title: `the feed ${name} has no contract`, detail: "its settings name none, and there is none in contracts/", fix: `let one be proposed with: cohortium schema map ${name}` });
}
