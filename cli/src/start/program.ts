import { resolve } from "node:path";
import { Command as Parser } from "commander";
import { AUDIT } from "../commands/audit.js";
import { BUDGET } from "../commands/budget.js";
import { CHARTER } from "../commands/charter.js";
import { CONFIG } from "../commands/config.js";
import { COORDINATOR } from "../commands/coordinator.js";
import { DSR } from "../commands/dsr.js";
import { EGRESS } from "../commands/egress.js";
import { ENROLL } from "../commands/enroll.js";
import { EVIDENCE } from "../commands/evidence.js";
import { FEED } from "../commands/feed.js";
import { MODEL } from "../commands/model.js";
import { NODE } from "../commands/node.js";
import { QUALITY } from "../commands/quality.js";
import { QUESTION } from "../commands/question.js";
import { ROUND } from "../commands/round.js";
import { SCHEMA } from "../commands/schema.js";
import { paintFor } from "../text/paint.js";
import type { Command, CommandGroup, Context, Options } from "../world/context.js";
import type { Outcome } from "../world/outcome.js";
import { progressOn } from "../world/progress.js";
import type { World } from "../world/world.js";

/** In the order in which people meet them. */
export const GROUPS: readonly CommandGroup[] = [
  COORDINATOR, NODE, ENROLL, FEED, SCHEMA, QUALITY, CHARTER, QUESTION, ROUND, MODEL, EGRESS, BUDGET, EVIDENCE, DSR, AUDIT, CONFIG,
];

/** The command line as commander reads it. `conclude` is told what the command that ran has to say. */
export function programOver(world: World, version: string, conclude: (outcome: Outcome) => void): Parser {
  const program = new Parser("cohortium")
    .description("Several companies learn one model together; nobody's rows leave home.")
    .option("--folder <dir>", "the folder of the process to talk to (default: $COHORTIUM_HOME, or the current folder)")
    .option("--json", "one JSON document on standard output; progress goes to standard error")
    .option("--quiet", "no progress and no notes")
    .option("--yes", "yes to what would be asked; without a terminal nobody can be, and what cannot be undone needs it")
    .option("--no-color", "no colours; NO_COLOR does the same")
    .version(version, "--version", "the version")
    .helpOption("--help", "this text")
    .showSuggestionAfterError()
    .showHelpAfterError("(--help after any command says more)")
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({ writeOut: (text) => world.out.write(text), writeErr: (text) => world.err.write(text) })
    .addHelpText("after", example("--folder ./harbour node status"));
  for (const group of GROUPS) {
    const parser = program.command(group.name).description(group.says).helpCommand(false).addHelpText("after", example(group.commands[0]?.example ?? ""));
    for (const command of group.commands) addCommand(parser, command, { world, conclude });
  }
  return program;
}

/** The global options, settled. */
export function contextOf(world: World, options: Options): Context {
  const folder = typeof options["folder"] === "string" ? options["folder"] : world.environment["COHORTIUM_HOME"] ?? ".";
  const paint = paintFor(world.out.isTerminal, options["color"] === false, world.environment);
  return {
    world, paint,
    folder: resolve(world.callerFolder, folder === "" ? "." : folder),
    json: options["json"] === true,
    yes: options["yes"] === true,
    progress: progressOn(world.err, options["quiet"] === true, world.nowMs),
  };
}

function addCommand(group: Parser, command: Command, { world, conclude }: { readonly world: World; conclude(outcome: Outcome): void }): void {
  const parser = group.command(command.usage).description(command.says).addHelpText("after", example(command.example));
  for (const [flags, says, fallback] of command.options ?? []) parser.option(flags, says, fallback);
  parser.action(async () => {
    const context = contextOf(world, parser.optsWithGlobals());
    try {
      conclude(await command.run(context, parser.args, parser.opts()));
    } finally {
      context.progress.clear();
    }
  });
}

function example(line: string): string {
  return `\nExample:\n  $ cohortium ${line}`;
}
