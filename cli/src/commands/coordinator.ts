import { coordinatorStatus } from "../answers/status.js";
import { adminOfRole, requireRole } from "../found/place.js";
import { duration } from "../text/amounts.js";
import { facts, table } from "../text/table.js";
import { answersTo } from "../world/answers-asked.js";
import { portOption, type CommandGroup, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";
import { runProcess } from "../world/run-process.js";
import { SET_OPTION, startInput } from "../world/settings.js";

const PORTS = { exchange: "7443", enrolment: "7444", admin: "7445" } as const;

/** The operator's process. */
export const COORDINATOR: CommandGroup = {
  name: "coordinator",
  says: "the process that starts rounds, relays sealed messages and keeps the log (operator)",
  commands: [
    {
      usage: "init", says: "make a folder for a coordinator: settings, keys, an empty log",
      example: "--folder ./hub coordinator init --name hub --consortium term-deposit-circle --host hub.example",
      options: [
        ["--name <name>", "the operator's name in charters and in the log"],
        ["--consortium <name>", "what the circle of companies is called"],
        ["--host <name>", "the name or address that nodes dial"],
        ["--exchange-port <port>", "where nodes connect", PORTS.exchange],
        ["--enrolment-port <port>", "where new nodes ask to be let in", PORTS.enrolment],
        ["--admin-port <port>", "where this command line connects, on this machine alone", PORTS.admin],
      ],
      run: (context, _, options) => init(context, options),
    },
    {
      usage: "start", says: "run the coordinator until it is told to stop", example: "--folder ./hub coordinator start", options: [SET_OPTION],
      run: (context, _, options) => {
        const { folder } = requireRole(context.folder, "coordinator", "coordinator start");
        return runProcess(context, (shutdown) => context.world.programs.startCoordinator({ ...startInput(context, options), folder }, shutdown));
      },
    },
    { usage: "status", says: "who is connected, and how long the log is", example: "--folder ./hub coordinator status", run: (context) => status(context) },
  ],
};

async function init(context: Context, options: Options): Promise<Outcome> {
  const [name = "", consortium = "", host = ""] = await answersTo(context, options, [
    { option: "name", flag: "--name", asks: "the operator's name, as in hub" },
    { option: "consortium", flag: "--consortium", asks: "the consortium's name, as in term-deposit-circle" },
    { option: "host", flag: "--host", asks: "the name or address that nodes dial" },
  ]);
  const made = await context.world.programs.initCoordinator({
    folder: context.folder, name, consortium, host,
    exchangePort: portOption(options, "exchangePort", "--exchange-port"),
    enrolmentPort: portOption(options, "enrolmentPort", "--enrolment-port"),
    adminPort: portOption(options, "adminPort", "--admin-port"),
  });
  const { paint } = context;
  return done(made, [
    `The coordinator ${paint.bold(name)} of ${consortium} lives in ${made.folder}. Its keys are there, readable by you alone; back them up.`,
    facts([["settings", made.configFile], ["next", `cohortium --folder ${made.folder} coordinator start`]]),
  ].join("\n"));
}

async function status({ folder, paint, world }: Context): Promise<Outcome> {
  const answer = await adminOfRole(folder, "coordinator", "coordinator status").get("/v1/status", coordinatorStatus);
  const { coordinator, consortium, exchange, enrolment, connected, log } = answer;
  const rows = connected.map(({ party, connected: isHere, sinceMs }) => [
    party, isHere ? paint.good("connected") : paint.warn("away"), sinceMs === 0 ? "not seen" : duration((world.nowMs() - sinceMs) / 1_000),
  ]);
  return done(answer, [
    facts([["coordinator", `${coordinator} of ${consortium}`], ["nodes dial", exchange], ["enrolment", enrolment], ["log", `${log.origin}, ${log.size} entries`], ["log key", log.logKey]]),
    "",
    table([{ head: "party" }, { head: "state" }, { head: "for", right: true }], rows, { paint, empty: "No party is enrolled yet. Invite one: cohortium enroll invite NAME" }),
  ].join("\n"));
}
