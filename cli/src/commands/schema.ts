import type { ContractColumn } from "@cohortium/node/data/contract/contract";
import type { LintLine, Mapped } from "@cohortium/node/desks/schema-desk";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Paint } from "../text/paint.js";
import { plainLine } from "../text/plain.js";
import { facts, table } from "../text/table.js";
import { given, pathOf, textOption, type CommandGroup, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";
import { SET_OPTION } from "../world/settings.js";
import { contractNamed, deskOf } from "./data-desk.js";

/** What a feed holds: its data contract. */
export const SCHEMA: CommandGroup = {
  name: "schema",
  says: "the data contract of a feed: what its columns mean (partner)",
  commands: [
    {
      usage: "map <feed>", says: "propose a contract from the feed's rows; what is guessed is marked", example: "--folder ./harbour schema map rows",
      options: [["--out <file>", "where to write it (default: contracts/FEED.odcs.yaml in the node's folder)"], ["--force", "write over a contract that is there"], SET_OPTION],
      run: (context, args, options) => map(context, given(args, 0), options),
    },
    {
      usage: "lint <contract-or-feed>", says: "what is wrong with a contract; of a feed, also where its contract contradicts the rows", example: "--folder ./harbour schema lint rows",
      options: [["--format <format>", "text, json or sarif", "text"], SET_OPTION],
      run: (context, args, options) => lint(context, given(args, 0), options),
    },
    {
      usage: "show <contract-or-feed>", says: "a contract's columns, as it is read", example: "--folder ./harbour schema show rows", options: [SET_OPTION],
      run: (context, args, options) => show(context, given(args, 0), options),
    },
  ],
};

async function map(context: Context, feed: string, options: Options): Promise<Outcome> {
  const desk = await deskOf(context, options, "schema map");
  const out = textOption(options, "out");
  const { path, proposal } = await desk.map(feed, { path: out === undefined ? null : pathOf(context, out), overwrite: options["force"] === true });
  context.progress.clear();
  return done({ path, ...proposal }, [
    `Proposed a contract for ${context.paint.bold(feed)} in ${path}.`, "", proposalTable(proposal, context.paint), "",
    facts([["guessed", "everything listed there under guessed; correct it and delete the word"], ["next", `cohortium --folder ${context.folder} schema lint ${out === undefined ? feed : path}`]]),
  ].join("\n"));
}

function proposalTable({ columns }: Mapped["proposal"], paint: Paint): string {
  const rows = columns.map(({ name, source, type, classification, unit, values, hashed, bounds, notes }) => [
    name, source === name ? "" : plainLine(source), type ?? "?", classification, unit ?? "",
    values === null ? (hashed ? "hashed" : bounds === null ? "" : `${bounds.min} to ${bounds.max}`) : `${values.length} listed`, plainLine(notes[0] ?? ""),
  ]);
  return table([{ head: "column" }, { head: "in the feed" }, { head: "type" }, { head: "class" }, { head: "unit" }, { head: "values" }, { head: "look at" }], rows, { paint, empty: "The feed has no columns." });
}

async function lint(context: Context, name: string, options: Options): Promise<Outcome> {
  const format = textOption(options, "format") ?? "text";
  if (!["text", "json", "sarif"].includes(format)) throw new Refusal({ code: "USAGE_FORMAT", title: "--format is text, json or sarif", detail: `"${format}" is none of them`, fix: "write one of them; without it text" });
  const desk = await deskOf(context, options, "schema lint");
  const { contract, feed } = contractNamed(context, desk, name);
  const lines = await desk.lint(contract, feed);
  context.progress.clear();
  const count = (level: LintLine["level"]): number => lines.filter((one) => one.level === level).length;
  const json = format === "sarif" ? desk.sarif(lines, contract) : { contract, feed, fatal: count("fatal"), errors: count("error"), warnings: count("warning"), findings: lines };
  const exit = count("fatal") > 0 ? 2 : count("error") > 0 ? 3 : 0;
  return { json, text: format === "text" ? lintText(contract, lines, context.paint) : JSON.stringify(json, null, 2), exit };
}

function lintText(path: string, lines: readonly LintLine[], paint: Paint): string {
  if (lines.length === 0) return `${paint.good("Nothing is wrong")} with ${path}.`;
  const shown = lines.map(({ line, level, rule, says, fix }) => {
    const word = level === "warning" ? paint.warn(level) : paint.bad(level);
    return `${path}:${line}: ${word} ${rule}\n    ${plainLine(says)}\n    to do: ${plainLine(fix)}`;
  });
  const errors = lines.filter(({ level }) => level !== "warning").length;
  return [...shown, "", `${errors} ${errors === 1 ? "error" : "errors"}, ${lines.length - errors} ${lines.length - errors === 1 ? "warning" : "warnings"}`].join("\n");
}

async function show(context: Context, name: string, options: Options): Promise<Outcome> {
  const desk = await deskOf(context, options, "schema show");
  const contract = desk.show(contractNamed(context, desk, name).contract);
  const { id, version, status, purpose, digest, tables } = contract;
  const shown = tables.map(({ name: feed, columns }) => `${context.paint.bold(feed)}\n${columnsTable(columns, context.paint)}`);
  return done(contract, [facts([["contract", plainLine(id)], ["version", plainLine(version)], ["status", plainLine(status)], ["purpose", plainLine(purpose ?? "none")], ["digest", digest]]), "", ...shown].join("\n"));
}

function columnsTable(columns: readonly ContractColumn[], paint: Paint): string {
  const rows = columns.map(({ name, source, type, classification, bounds, required, primaryKey, extension, rules }) => [
    name, source === name ? "" : plainLine(source), type ?? "?", classification ?? "?", extension.unit ?? "",
    [bounds.min?.value ?? "", bounds.max?.value ?? ""].join(" … ").replace(/^ … $/, ""),
    [primaryKey ? "key" : "", required ? "required" : "", extension.positive === null ? "" : "label", ...rules.map(({ measure }) => measure.metric)].filter((word) => word !== "").join(", "),
    extension.guessed.length === 0 ? "" : paint.warn(extension.guessed.map(plainLine).join(", ")),
  ]);
  return table([{ head: "column" }, { head: "in the feed" }, { head: "type" }, { head: "class" }, { head: "unit" }, { head: "bounds" }, { head: "rules" }, { head: "guessed" }], rows, { paint, empty: "" });
}
