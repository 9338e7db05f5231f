import { resolve } from "node:path";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Paint } from "../text/paint.js";
import type { Outcome } from "./outcome.js";
import type { Progress } from "./progress.js";
import type { World } from "./world.js";

/** The global options, settled, and the world. */
export interface Context {
  readonly world: World;
  /** The process's folder, absolute. */
  readonly folder: string;
  readonly json: boolean;
  readonly yes: boolean;
  readonly paint: Paint;
  readonly progress: Progress;
}

/** One command's own options by their long names in camel case, as commander reads them. */
export type Options = Readonly<Record<string, unknown>>;

/** `args` in the order of `usage`; one that was not given is undefined. */
export interface Command {
  /** As commander writes it: `approve <party>`. */
  readonly usage: string;
  readonly says: string;
  /** Without `cohortium`. */
  readonly example: string;
  readonly options?: readonly (readonly [flags: string, says: string, fallback?: string])[];
  run(context: Context, args: readonly (string | undefined)[], options: Options): Promise<Outcome>;
}

export interface CommandGroup {
  readonly name: string;
  readonly says: string;
  readonly commands: readonly Command[];
}

/** A required argument: commander has refused before, if it is missing. */
export function given(args: readonly (string | undefined)[], index: number): string {
  const value = args[index];
  if (value === undefined) throw new RangeError(`argument ${index} is optional in this command`);
  return value;
}

export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** @throws Refusal USAGE_PORT unless the text is a port number. */
export function portOption(options: Options, name: string, flag: string): number {
  const text = textOption(options, name) ?? "";
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535) return Number(text);
  throw new Refusal({ code: "USAGE_PORT", title: `${flag} is a port`, detail: `"${text}" is not a number from 1 to 65535`, fix: `write a free port, such as ${flag} 7450` });
}

/** A path on the command line, absolute. */
export function pathOf(context: Context, path: string): string {
  return resolve(context.world.callerFolder, path);
}

/**
 * Waits for a yes. What is asked must stand on the screen already.
 *
 * @throws Refusal USAGE_CONFIRM where there is nobody to ask, USAGE_DECLINED after a no.
 */
export async function confirm(context: Context, question: string): Promise<void> {
  if (context.yes) return;
  const answer = await context.world.ask(`${question} [y/N] `);
  if (answer === null) throw unconfirmed(question);
  if (!/^y(es)?$/i.test(answer.trim())) throw new Refusal({ code: "USAGE_DECLINED", title: "not done", detail: "the answer was no; nothing has changed" });
}

/**
 * Says what a yes would take, and waits for it. Where nobody is there, the refusal says what it would have taken.
 *
 * @throws Refusal as `confirm`.
 */
export async function confirmSpending(context: Context, takes: string, question: string): Promise<void> {
  if (!context.yes && !context.world.isAttended) throw unconfirmed(`${takes}\n${question}`);
  context.progress.note(takes);
  await confirm(context, question);
}

function unconfirmed(detail: string): Refusal {
  return new Refusal({ code: "USAGE_CONFIRM", title: "nobody is there to confirm this", detail, fix: "read it, then run the same command with --yes" });
}
