import type { FeedSeen } from "@cohortium/node/desks/feed-desk";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { SLUG } from "@cohortium/protocol/session/ids";
import { requireRole } from "../found/place.js";
import { count } from "../text/amounts.js";
import { plainLine } from "../text/plain.js";
import { facts, table } from "../text/table.js";
import { confirm, given, textOption, type CommandGroup, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";

const READING: readonly (readonly [flags: string, says: string])[] = [
  ["--table <name>", "the table of a database: NAME or SCHEMA.NAME"], ["--format <format>", "csv, parquet, json or jsonl, where the name does not tell"],
  ["--delimiter <character>", "between the fields of a CSV file (default: , and a tab for .tsv)"], ["--quote <character>", "round fields of a CSV file that need it (default: \")"],
  ["--encoding <name>", "of a CSV file: utf-8, gb18030, big5, shift_jis, windows-1252, utf-16le, … (default: utf-8)"], ["--nulls <words>", "words that mean no value in a CSV file, with commas between"],
  ["--password-env <name>", "the environment variable with the database's password"], ["--password-file <file>", "the file with it"],
  ["--tls <mode>", "verify (the default), or off for a server on this machine"], ["--ca <file>", "the authority of the database's certificate"],
];

/** Where a company's rows lie. */
export const FEED: CommandGroup = {
  name: "feed",
  says: "where this company's rows lie: files and databases (partner)",
  commands: [
    {
      usage: "add <name>", says: "name a feed; it is read once, and its rows stay where they are", example: "--folder ./harbour feed add orders --from ./orders.parquet",
      options: [["--from <where>", "a file, a folder, a pattern like 'day-*.csv.gz', postgres://user@host/database or mysql://user@host/database"], ["--as <kind>", "customers, transactions or events", "customers"], ...READING],
      run: (context, args, options) => add(context, given(args, 0), options),
    },
    { usage: "discover <where>", says: "what is there, in counts, without naming it", example: "--folder ./harbour feed discover ./orders.csv.gz", options: READING, run: (context, args, options) => discover(context, given(args, 0), options) },
    { usage: "ls", says: "the feeds of this node", example: "--folder ./harbour feed ls", run: (context) => list(context) },
    { usage: "preview <name>", says: "five rows with every value masked", example: "--folder ./harbour feed preview orders", run: (context, args) => preview(context, given(args, 0)) },
    { usage: "rm <name>", says: "forget a feed; its rows are untouched", example: "--folder ./harbour feed rm orders", run: (context, args) => remove(context, given(args, 0)) },
  ],
};

async function desk(context: Context, command: string) {
  const { folder } = requireRole(context.folder, "node", command);
  const { callerFolder, environment, programs } = context.world;
  return programs.openFeedDesk({ folder, callerFolder, environment }, context.progress.now);
}

function reading(options: Options) {
  const text = (name: string) => textOption(options, name);
  return {
    table: text("table"), format: text("format"), delimiter: text("delimiter"), quote: text("quote"), encoding: text("encoding"), nulls: text("nulls"),
    passwordEnv: text("passwordEnv"), passwordFile: text("passwordFile"), tls: text("tls"), ca: text("ca"),
  };
}

async function add(context: Context, name: string, options: Options): Promise<Outcome> {
  const from = textOption(options, "from");
  if (from === undefined) throw new Refusal({ code: "USAGE_MISSING", title: "it is not said where the rows lie", detail: "not given: --from", fix: "name a file, a folder, a pattern or a database with --from" });
  const kind = (["customers", "transactions", "events"] as const).find((known) => known === textOption(options, "as"));
  if (kind === undefined) throw new Refusal({ code: "USAGE_FEED", title: "there is no such kind of feed", detail: textOption(options, "as") ?? "", fix: "write --as customers, transactions or events" });
  if (!SLUG.test(name)) throw new Refusal({ code: "USAGE_FEED", title: "this is no name for a feed", detail: name, fix: "2 to 32 lower-case letters, digits and hyphens, starting with a letter" });
  const opened = await desk(context, "feed add");
  const seen = await opened.add(name, kind, from, reading(options));
  context.progress.clear();
  return done({ name, kind, ...seen }, [
    `Added the feed ${context.paint.bold(name)}.`, "", seenText(seen, context), "",
    facts([["next", `in node.yaml write rows: { feed: ${name} }`], ["", `cohortium --folder ${context.folder} feed preview ${name}`]]),
  ].join("\n"));
}

async function discover(context: Context, where: string, options: Options): Promise<Outcome> {
  const seen = await (await desk(context, "feed discover")).discover(where, reading(options));
  context.progress.clear();
  return done(seen, seenText(seen, context));
}

function seenText({ rows, digest, columns }: FeedSeen, { paint }: Context): string {
  const lines = columns.map(({ name, type, likeness, nulls, distinct }) => [plainLine(name), type, likeness, nulls === 0 ? "" : `${((100 * nulls) / rows).toFixed(2)} %`, `about ${count(distinct)}`]);
  return [
    facts([["rows", count(rows)], ["digest", digest]]), "",
    table([{ head: "column" }, { head: "type" }, { head: "looks like" }, { head: "empty", right: true }, { head: "distinct", right: true }], lines, { paint, empty: "" }),
  ].join("\n");
}

async function list(context: Context): Promise<Outcome> {
  const feeds = (await desk(context, "feed ls")).list();
  const rows = feeds.map(({ name, kind, source }) => [name, kind, source.kind === "files" ? source.reading.format : source.kind,
    source.kind === "files" ? source.path : `${source.user}@${source.host}:${source.port}/${source.database} ${source.table.schema === null ? "" : `${source.table.schema}.`}${source.table.name}`]);
  return done({ feeds }, table([{ head: "feed" }, { head: "kind" }, { head: "form" }, { head: "where" }], rows, { paint: context.paint, empty: "There is no feed yet: cohortium feed add." }));
}

async function preview(context: Context, name: string): Promise<Outcome> {
  const { columns, rows } = await (await desk(context, "feed preview")).preview(name);
  context.progress.clear();
  const shown = table(columns.map((head) => ({ head: plainLine(head) })), rows.map((row) => row.map(plainLine)), { paint: context.paint, empty: "" });
  return done({ columns, rows }, `${shown}\n\nEvery value is masked; the rows themselves are never shown.`);
}

async function remove(context: Context, name: string): Promise<Outcome> {
  const opened = await desk(context, "feed rm");
  await confirm(context, `Forget the feed ${name}? Its rows stay where they are.`);
  opened.remove(name);
  return done({ removed: name }, `Forgot the feed ${name}.`);
}
