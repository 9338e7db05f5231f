import { nodeStatus } from "../answers/status.js";
import { adminOfRole, requireRole } from "../found/place.js";
import { duration, short } from "../text/amounts.js";
import { facts, table } from "../text/table.js";
import { answersTo } from "../world/answers-asked.js";
import { pathOf, portOption, textOption, type CommandGroup, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";
import { runProcess } from "../world/run-process.js";
import { SET_OPTION, startInput } from "../world/settings.js";
import { doctor } from "./doctor.js";

/** A partner's process. */
export const NODE: CommandGroup = {
  name: "node",
  says: "the process that keeps one company's rows and answers what its charter allows (partner)",
  commands: [
    {
      usage: "init", says: "make a folder for a node: settings and keys",
      example: "--folder ./harbour node init --party harbour --coordinator hub.example:7443 --enrolment https://hub.example:7444 --rows rows.csv",
      options: [
        ["--party <name>", "your company's name in charters, as in harbour"],
        ["--coordinator <host:port>", "where the coordinator waits for nodes"],
        ["--enrolment <url>", "where it lets new nodes in"],
        ["--rows <file>", "your rows, as CSV"],
        ["--delimiter <character>", "what stands between two columns of the CSV", ","],
        ["--holdout <file>", "the common held-out file, where the charter asks for one"],
        ["--admin-port <port>", "where this command line connects, on this machine alone", "7450"],
      ],
      run: (context, _, options) => init(context, options),
    },
    {
      usage: "enroll", says: "ask the coordinator to be let in, and wait for its operator", example: "--folder ./harbour node enroll --code COH1-7F3K-…",
      options: [["--code <code>", "the join code that the coordinator's operator told you"]],
      run: (context, _, options) => enroll(context, options),
    },
    {
      usage: "start", says: "run the node until it is told to stop", example: "--folder ./harbour node start", options: [SET_OPTION],
      run: (context, _, options) => {
        const { folder } = requireRole(context.folder, "node", "node start");
        return runProcess(context, (shutdown) => context.world.programs.startNode({ ...startInput(context, options), folder }, shutdown));
      },
    },
    { usage: "status", says: "the link to the coordinator, and what this node is doing", example: "--folder ./harbour node status", run: (context) => status(context) },
    {
      usage: "doctor", says: "check names, connections, clock, certificate and disk", example: "--folder ./harbour node doctor", options: [SET_OPTION],
      run: (context, _, options) => doctor(context, options),
    },
  ],
};

async function init(context: Context, options: Options): Promise<Outcome> {
  const [party = "", coordinator = "", enrolment = ""] = await answersTo(context, options, [
    { option: "party", flag: "--party", asks: "your company's name in charters, as in harbour" },
    { option: "coordinator", flag: "--coordinator", asks: "the coordinator, as in hub.example:7443" },
    { option: "enrolment", flag: "--enrolment", asks: "where it lets new nodes in, as in https://hub.example:7444" },
  ]);
  const [rows = null, holdout = null] = ["rows", "holdout"].map((name) => textOption(options, name)).map((path) => (path === undefined ? null : pathOf(context, path)));
  const delimiter = textOption(options, "delimiter") ?? ",";
  const { programs } = context.world;
  for (const file of [rows, holdout]) if (file !== null) await programs.checkHeader(file, delimiter);
  const made = await programs.initNode({
    folder: context.folder, party, coordinator, enrolment, adminPort: portOption(options, "adminPort", "--admin-port"), rows, delimiter, holdout,
  });
  return done(made, [
    `The node of ${context.paint.bold(party)} lives in ${made.folder}. Its keys are there, readable by you alone; back them up.`,
    facts([["settings", made.configFile], ["next", `cohortium --folder ${made.folder} node enroll --code CODE`]]),
  ].join("\n"));
}

async function enroll(context: Context, options: Options): Promise<Outcome> {
  const { folder } = requireRole(context.folder, "node", "node enroll");
  const { progress, world, paint } = context;
  const [code = ""] = await answersTo(context, options, [{ option: "code", flag: "--code", asks: "the join code from the coordinator's operator" }]);
  const enrolled = await world.programs.enrollNode(folder, code, progress.note, world.interruptible());
  const { party, coordinator, fingerprintWords } = enrolled;
  return done(enrolled, [
    `${paint.good("Enrolled")} as ${party} with ${coordinator}.`,
    facts([["fingerprint", fingerprintWords], ["next", `cohortium --folder ${folder} node start`]]),
  ].join("\n"));
}

async function status({ folder, paint, world }: Context): Promise<Outcome> {
  const answer = await adminOfRole(folder, "node", "node status").get("/v1/status", nodeStatus);
  const { party, coordinator, link, trainings, log, feed } = answer;
  const rows = trainings.map(({ session, charter, doing, sinceMs }) => [short(session), short(charter), doing, duration((world.nowMs() - sinceMs) / 1_000)]);
  return done(answer, [
    facts([
      ["party", party], ["coordinator", coordinator], ["link", link.says], ["rows", feed.rows ?? "none"], ["holdout", feed.holdout ?? "none"],
      ["log seen", log.distrust === null ? `${log.size} entries` : paint.bad(`not believed any more: ${log.distrust}`)],
    ]),
    "",
    table([{ head: "session" }, { head: "charter" }, { head: "doing" }, { head: "for", right: true }], rows, { paint, empty: "No training is running." }),
  ].join("\n"));
}
