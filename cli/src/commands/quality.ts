import { writeFileSync } from "node:fs";
import type { GateReport, ReportedCheck } from "@cohortium/node/data/quality/report";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { closest } from "@cohortium/protocol/session/suggestion";
import type { Paint } from "../text/paint.js";
import { plainLine } from "../text/plain.js";
import { facts, table } from "../text/table.js";
import { given, pathOf, textOption, type CommandGroup, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";
import { SET_OPTION } from "../world/settings.js";
import { deskOf } from "./data-desk.js";

const FEED_OPTION = ["--feed <name>", "which of the node's feeds (default: the only one)"] as const;

/** The gate a feed passes before a training. */
export const QUALITY: CommandGroup = {
  name: "quality",
  says: "the gate a feed passes before a training (partner)",
  commands: [
    {
      usage: "run", says: "hold a feed to its contract and the defaults; exit code 3 if it fails", example: "--folder ./harbour quality run",
      options: [
        FEED_OPTION, ["--contract <file>", "another contract than the feed's own"], ["--accept", "compare later runs with this one"],
        ["--junit <file>", "write the result as JUnit XML too"], SET_OPTION,
      ],
      run: (context, _, options) => run(context, options),
    },
    {
      usage: "report", says: "the result of the last run, and an X-ray of each column", example: "--folder ./harbour quality report", options: [FEED_OPTION, SET_OPTION],
      run: (context, _, options) => report(context, options),
    },
    {
      usage: "explain <rule>", says: "what a rule asks and what would make it pass", example: "quality explain QUALITY_NULLS",
      run: (context, args) => explain(context, given(args, 0)),
    },
  ],
};

async function run(context: Context, options: Options): Promise<Outcome> {
  const desk = await deskOf(context, options, "quality run");
  const feed = textOption(options, "feed") ?? desk.onlyFeed();
  const contract = textOption(options, "contract");
  const result = await desk.run({ feed, contract: contract === undefined ? null : pathOf(context, contract), accept: options["accept"] === true, nowMs: context.world.nowMs() });
  context.progress.clear();
  const junit = textOption(options, "junit");
  if (junit !== undefined) writeFileSync(pathOf(context, junit), desk.junit(result));
  return { json: result, text: runText(result, context.paint), exit: result.passed ? 0 : 3 };
}

/** What did not pass, each with what would; and how many checks there were. */
function runText(report: GateReport, paint: Paint): string {
  const { feed, rows, checks, passed, contract } = report;
  const count = (outcome: ReportedCheck["outcome"]): number => checks.filter((check) => check.outcome === outcome).length;
  const verdict = passed ? paint.good(`${feed} passes the gate`) : paint.bad(`${feed} fails the gate`);
  return [
    ...checks.filter(({ outcome }) => outcome === "fail" || outcome === "warn").flatMap((check) => [checkText(check, paint), ""]),
    `${verdict}: ${rows.toLocaleString("en-US")} rows, ${checks.length} checks, ${count("fail")} failed, ${count("warn")} warned, ${count("unmeasured")} not measured.`,
    contract === null ? "It has no contract; the defaults hold." : `Contract ${contract.slice(0, 12)}.`,
  ].join("\n");
}

function checkText({ rule, column, outcome, says, asks, source, wouldPass }: ReportedCheck, paint: Paint): string {
  const head = `${outcome === "fail" ? paint.bad("failed") : paint.warn("warned")}  ${rule}${column === null ? "" : `  ${plainLine(column)}`}`;
  const pairs = [["found", plainLine(says)], ["asked", `${asks} (${source})`], ...(wouldPass === null ? [] : [["passes", wouldPass]])] as const;
  return `${head}\n${facts(pairs.map(([name = "", value = ""]) => [`  ${name}`, value] as const))}`;
}

async function report(context: Context, options: Options): Promise<Outcome> {
  const desk = await deskOf(context, options, "quality report");
  const feed = textOption(options, "feed") ?? desk.onlyFeed();
  const last = desk.lastReport(feed);
  if (last === null) throw new Refusal({ code: "CONFIG_QUALITY", title: `the gate has not looked at ${feed} yet`, detail: "there is no report", fix: "cohortium quality run" });
  return { json: last, text: `${columnsTable(last, context.paint)}\n\n${runText(last, context.paint)}\nMeasured at ${last.at}.`, exit: last.passed ? 0 : 3 };
}

/** Column by column: how full, how many values, and how many of its checks hold. */
function columnsTable({ rows, columns, checks }: GateReport, paint: Paint): string {
  const lines = columns.map(({ name, type, nulls, different }) => {
    const own = checks.filter(({ column, outcome }) => column === name && outcome !== "unmeasured");
    const worst = own.find(({ outcome }) => outcome === "fail") ?? own.find(({ outcome }) => outcome === "warn");
    const share = nulls === null || rows === 0 ? "?" : `${((100 * nulls) / rows).toFixed(2)} %`;
    const held = own.filter(({ outcome }) => outcome === "pass").length;
    const verdict = worst === undefined ? (own.length === 0 ? "" : paint.good("ok")) : worst.outcome === "fail" ? paint.bad(worst.rule) : paint.warn(worst.rule);
    return [plainLine(name), type, share, different === null ? "?" : `~${different.toLocaleString("en-US")}`, own.length === 0 ? "" : `${held}/${own.length}`, verdict];
  });
  return table([{ head: "column" }, { head: "type" }, { head: "null", right: true }, { head: "different", right: true }, { head: "holds", right: true }, { head: "worst" }], lines, { paint, empty: "No columns." });
}

async function explain({ world: { programs } }: Context, id: string): Promise<Outcome> {
  const rules = await programs.dataRules();
  const key = id.toUpperCase();
  const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
  if (rule === undefined) {
    const near = closest(key, Object.keys(rules));
    throw new Refusal({ code: "USAGE_RULE", title: `there is no rule ${id.slice(0, 80)}`, detail: near === undefined ? "rules begin with QUALITY_ or SCHEMA_" : `did you mean ${near}?`, fix: "rules are listed in protocol/spec/data-contract.md" });
  }
  return done({ rule: key, ...rule }, facts([["rule", key], ["asks", rule.asks], ["otherwise", rule.weight], ["to do", rule.fix]]));
}
