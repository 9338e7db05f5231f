import { CommanderError } from "commander";
import type { ExitCode } from "@cohortium/protocol/host/exit-codes";
import { Refusal, toProblem } from "@cohortium/protocol/host/refusal";
import { paintFor } from "../text/paint.js";
import { plainText } from "../text/plain.js";
import { refusalText, sideOf } from "../text/refusal-text.js";
import type { Outcome } from "../world/outcome.js";
import type { World } from "../world/world.js";
import { GROUPS, programOver } from "./program.js";

/** Runs one command line to its end and says everything there is to say. Never throws, never exits. @param args - Without the program's name. */
export async function run(args: readonly string[], world: World, version: string): Promise<ExitCode> {
  const concluded: Outcome[] = [];
  const program = programOver(world, version, (outcome) => concluded.push(outcome));
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    return refuse(error, { world, args, isJson: args.includes("--json"), noColor: args.includes("--no-color") });
  }
  const [outcome] = concluded;
  if (outcome === undefined) return 0;
  const { json, text, exit } = outcome;
  world.out.write(`${program.opts()["json"] === true ? JSON.stringify(json, null, 2) : text}\n`);
  return exit;
}

interface Manner {
  readonly world: World;
  readonly args: readonly string[];
  readonly isJson: boolean;
  readonly noColor: boolean;
}

function refuse(error: unknown, { world, args, isJson, noColor }: Manner): ExitCode {
  // Commander has printed its own words by now. Help and version come this way too, as no error.
  if (error instanceof CommanderError) {
    const hints = error.code === "commander.unknownCommand" ? meantCommands(args) : [];
    for (const hint of hints) world.err.write(`${hint}\n`);
    if (error.exitCode === 0) return 0;
    if (isJson) world.out.write(problemText(misread(error, hints)));
    return 2;
  }
  const refusal = error instanceof Refusal ? error : unexpected(error);
  if (isJson) world.out.write(problemText(refusal));
  else world.err.write(`${refusalText(refusal, paintFor(world.err.isTerminal, noColor, world.environment))}\n`);
  return refusal.exitCode;
}

function problemText(refusal: Refusal): string {
  return `${JSON.stringify({ ...toProblem(refusal), side: sideOf(refusal) }, null, 2)}\n`;
}

/** What commander has said in its own words, for a program that reads. */
function misread({ code, message }: CommanderError, hints: readonly string[]): Refusal {
  // Its message for a line that ends before a command is none.
  const detail = code === "commander.help" ? "no command is named" : plainText(message.replace(/^error: /, ""));
  return new Refusal({ code: "USAGE_COMMAND", title: "this command line cannot be read", detail, fix: hints[0] ?? "see what can be written with --help after the command" });
}

/** Commands that are called like a word on the line, whose group was left out. */
function meantCommands(args: readonly string[]): readonly string[] {
  const words = new Set(args.filter((arg) => !arg.startsWith("-")));
  if (GROUPS.some(({ name }) => words.has(name))) return [];
  const meant = GROUPS.flatMap(({ name, commands }) => commands.map(({ usage }) => usage.split(" ")[0] ?? "").filter((verb) => words.has(verb)).map((verb) => `cohortium ${name} ${verb}`));
  return meant.length === 0 ? [] : [`Did you mean: ${meant.join(", or ")}?`];
}

/** An exception nobody expected, with where it came from: it is ours to mend. */
function unexpected(error: unknown): Refusal {
  const where = error instanceof Error ? error.stack ?? error.message : String(error);
  return new Refusal({ code: "INTERNAL", title: "this is our fault", detail: plainText(where), fix: "report it with these lines" }, { cause: error });
}
