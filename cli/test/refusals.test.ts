import { describe, expect, test } from "@jest/globals";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { nodeVersionProblem } from "../src/start/node-version.js";
import { GROUPS } from "../src/start/program.js";
import { sideOf } from "../src/text/refusal-text.js";
import { emptyStage, folderWith, get, openStage, play } from "./stage.js";

/** As a shell splits it. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? "");
}

describe("whose folder it is", () => {
  test("a command of the operator says so in a node's folder", async () => {
    const folder = emptyStage("node");
    const { code, err } = await play(["round", "launch"], { folder });
    expect(err).toBe([
      "refused: round launch is for the operator",
      `  this folder is a node's: ${folder}`,
      "  side   yours: the command, its files or the settings",
      "  to do  name a coordinator's folder with --folder",
      "  code   USAGE_ROLE (exit 2)",
      "",
    ].join("\n"));
    expect(code).toBe(2);
  });

  test.each([
    [["enroll", "ls"], "node"], [["enroll", "invite", "mill"], "node"], [["coordinator", "start"], "node"], [["round", "watch"], "node"], [["round", "cancel", "5e"], "node"],
    [["egress", "show"], "coordinator"], [["node", "start"], "coordinator"], [["node", "doctor"], "coordinator"], [["charter", "refuse", "--reason", "no"], "coordinator"],
  ] as const)("%j is refused in the folder of a %s", async (args, role) => {
    expect(await play(args, { folder: emptyStage(role) })).toMatchObject({ code: 2, err: expect.stringContaining("USAGE_ROLE") });
  });

  test("a folder of nobody, and one of two, are refused", async () => {
    const nobody = await play(["node", "status"], { folder: folderWith([]) });
    const both = await play(["node", "status"], { folder: folderWith([["node.yaml", ""], ["coordinator.yaml", ""]]) });
    expect([nobody.code, both.code]).toEqual([2, 2]);
    expect(nobody.err).toContain("neither node.yaml nor coordinator.yaml");
    expect(both.err).toContain("two processes claim this folder");
  });

  test("--folder outranks COHORTIUM_HOME, which outranks the current folder", async () => {
    const [flag, home, here] = [emptyStage("node"), emptyStage("node"), emptyStage("node")];
    const environment = { COHORTIUM_HOME: home };
    expect((await play(["enroll", "ls", "--folder", flag], { folder: here, environment })).err).toContain(flag);
    expect((await play(["enroll", "ls"], { folder: here, environment })).err).toContain(home);
    expect((await play(["enroll", "ls"], { folder: here })).err).toContain(here);
  });
});

describe("a refusal", () => {
  test("of the process itself arrives as it was said, with rule, fix and entry", async () => {
    const refusal = new Refusal({ code: "BUDGET_SPENT", title: "the budget is spent", detail: "240 of 240 sums", rule: "privacy.budget.releasesMax", fix: "sign a new charter", entry: 17 });
    const { folder } = await openStage("node", [{ method: "GET", path: "/v1/status", handle: () => { throw refusal; } }]);
    const { code, err } = await play(["node", "status"], { folder });
    expect(err).toBe([
      "refused: the budget is spent",
      "  240 of 240 sums",
      "  rule   privacy.budget.releasesMax",
      "  side   the charter, whose budget it is",
      "  to do  sign a new charter",
      "  entry  17 of the log",
      "  code   BUDGET_SPENT (exit 5)",
      "",
    ].join("\n"));
    expect(code).toBe(5);
  });

  test("is the one JSON document on standard output with --json", async () => {
    const { code, out, err } = await play(["enroll", "ls", "--json"], { folder: emptyStage("node") });
    expect(JSON.parse(out)).toMatchObject({ type: "urn:cohortium:problem:usage_role", code: "USAGE_ROLE", status: 400 });
    expect({ code, err }).toEqual({ code: 2, err: "" });
  });

  test("names the command that starts a process which does not run", async () => {
    const folder = emptyStage("node");
    const { code, err } = await play(["node", "status"], { folder });
    expect(code).toBe(7);
    expect(err).toContain(`start it with: cohortium --folder ${folder} node start`);
  });

  test("blames whose move it is, for faults by their table", () => {
    expect(sideOf(new Refusal({ code: "TRAINING_DIVERGED", title: "", detail: "" }))).toBe("whose rows they are");
    expect(sideOf(new Refusal({ code: "AGGREGATION_GUARD", title: "", detail: "" }))).toContain("misbehaved");
    expect(sideOf(new Refusal({ code: "constructor", title: "", detail: "" }))).toContain("bug");
  });

  test("is what an answer in another language becomes", async () => {
    const { folder } = await openStage("node", [get("/v1/status", { party: 7 })]);
    expect(await play(["node", "status"], { folder })).toMatchObject({ code: 7, err: expect.stringContaining("NETWORK_ANSWER") });
  });
});

describe("the command line", () => {
  test("has an example for every command, in the words of that command", async () => {
    for (const { name, commands } of GROUPS) {
      for (const { usage, example } of commands) {
        const verb = usage.split(" ")[0] ?? "";
        expect(example).toMatch(new RegExp(`(^|\\s)${name} ${verb}(\\s|$)`));
        const { code, out } = await play([name, verb, "--help"]);
        expect({ code, shown: out.includes(`Example:\n  $ cohortium ${example}`) }).toEqual({ code: 0, shown: true });
      }
    }
  });

  test("reads every example of its help as printed", async () => {
    for (const { commands } of GROUPS) {
      for (const { example } of commands) {
        const { err } = await play(wordsOf(example));
        // Commander's own words for a line that it cannot read; without the folders of the examples the commands refuse in ours.
        expect({ example, misread: /^error: /m.exec(err)?.[0] ?? null }).toEqual({ example, misread: null });
      }
    }
    expect((await play(wordsOf("--folder ./hub question ask profile --bye region"))).err).toMatch(/^error: /m);
  });

  test("has an example in its own help too, and a version", async () => {
    expect((await play(["--help"])).out).toContain("Example:\n  $ cohortium --folder ./harbour node status");
    expect(await play(["--version"])).toEqual({ code: 0, out: "9.8.7\n", err: "" });
  });

  test.each([[["rounds"]], [["round", "lunch"]], [["round"]], [[]], [["round", "show"]], [["audit", "show", ".", "1", "2"]], [["round", "ls", "--wath"]]])("%j is a mistake of usage", async (args) => {
    expect(await play(args)).toMatchObject({ code: 2, out: "" });
  });

  test.each<[readonly string[], string, string]>([
    [["question"], "no command is named", "see what can be written with --help after the command"], [["question", "show"], "missing required argument 'kind'", "--help"], [["question", "aks"], "unknown command 'aks'", "--help"],
    [["egress", "show", "--sesion", "5e"], "unknown option '--sesion'", "--help"], [["doctor"], "unknown command 'doctor'", "Did you mean: cohortium node doctor?"],
  ])("%j with --json is a problem document too, with its side", async (args, detail, fix) => {
    const { code, out } = await play([...args, "--json"]);
    expect({ code, problem: JSON.parse(out) as unknown }).toMatchObject({
      code: 2, problem: { code: "USAGE_COMMAND", title: "this command line cannot be read", detail: expect.stringContaining(detail), fix: expect.stringContaining(fix), side: "yours: the command, its files or the settings" },
    });
  });

  test("with --json names the side of every refusal", async () => {
    const { code, out } = await play(["question", "status", "--json"], { folder: emptyStage("coordinator") });
    expect({ code, problem: JSON.parse(out) as unknown }).toMatchObject({ code: 7, problem: { code: "NETWORK_UNREACHABLE", side: "the other process, or the network between" } });
  });

  test.each([
    [["egress", "show", "--round", "two"], "node"], [["egress", "canary", "--rows", "many"], "node"], [["charter", "new", "a.yaml", "b.yaml", "--days", "soon"], "node"], [["node", "start", "--set", "x"], "node"],
  ] as const)("%j is refused with what to do", async (args, role) => {
    const { code, err } = await play(args, { folder: emptyStage(role) });
    if (code === 0) throw new Error("it is not refused");
    expect(err).toMatch(/^ {2}to do {2}./m);
  });

  test("suggests the word that was meant", async () => {
    expect((await play(["round", "lunch"])).err).toContain("Did you mean launch?");
  });

  test("finds a command whose group was left out", async () => {
    expect(await play(["doctor"])).toMatchObject({ code: 2, err: expect.stringContaining("Did you mean: cohortium node doctor?") });
    expect((await play(["--yes", "start"])).err).toContain("Did you mean: cohortium coordinator start, or cohortium node start?");
    for (const args of [["nonsense"], ["round", "doctor"]]) expect((await play(args)).err).not.toContain("Did you mean: ");
  });

  test("shows colours only to a terminal that wants them", async () => {
    const folder = emptyStage("node");
    const painted = async (args: readonly string[], environment = {}) => (await play(["enroll", "ls", ...args], { folder, isTerminal: true, environment })).err.includes("\u001b[31m");
    expect([await painted([]), await painted(["--no-color"]), await painted([], { NO_COLOR: "1" })]).toEqual([true, false, false]);
  });

  test.each([["22.19.0", true], ["22.18.9", false], ["23.11.0", false], ["24.14.0", false], ["24.15.0", true], ["26.0.0", true], ["20.20.0", false]])("runs on Node %s: %s", (version, runs) => {
    expect(nodeVersionProblem(version) === null).toBe(runs);
  });
});
