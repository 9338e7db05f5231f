import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import Ajv2020 from "ajv/dist/2020.js";
import { configJsonSchema, describeOrigin, explainConfig, loadConfig, type ConfigSources } from "../../src/host/config.js";
import { chooseFolders } from "../../src/host/folders.js";
import { Refusal } from "../../src/host/refusal.js";

const SCHEMA = z.object({
  name: z.string(),
  server: z.object({ listenPort: z.int().min(1).max(65_535).default(7_443), names: z.array(z.string()).default([]) }).prefault({}),
  admin: z.object({ token: z.string().optional(), tokenFile: z.string().optional(), verbose: z.boolean().default(false) }).prefault({}),
  feeds: z.record(z.string(), z.object({ path: z.string() })).default({}),
  rules: z.array(z.object({ column: z.string() })).default([]),
});

const YAML = `# a comment
name: harbour
server:
  listenPort: 7001
feeds:
  customers:
    path: ./customers.csv
`;

const load = (text: string, rest: Partial<ConfigSources> = {}) =>
  loadConfig(SCHEMA, { file: { path: "c.yaml", text }, environment: {}, flags: [], ...rest });

function problemsOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error.detail;
    throw error;
  }
  throw new Error("no refusal");
}

describe("layers", () => {
  test("flags outrank the environment, which outranks the file, which outranks defaults", () => {
    const environment = { COHORTIUM__SERVER__LISTEN_PORT: "7002" };
    const flags = [{ name: "--port", key: "server.listenPort", text: "7003" }];
    const port = (loaded: { values: z.output<typeof SCHEMA> }) => loaded.values.server.listenPort;
    expect(port(load("name: harbour"))).toBe(7_443);
    expect(port(load(YAML))).toBe(7_001);
    expect(port(load(YAML, { environment }))).toBe(7_002);
    expect(port(load(YAML, { environment, flags }))).toBe(7_003);
  });

  test("explain names the value and the place it came from", () => {
    const loaded = load(YAML, { environment: { COHORTIUM__FEEDS__ORDERS__PATH: "./o.csv" }, flags: [{ name: "--verbose", key: "admin.verbose", text: "true" }] });
    const explain = (key: string) => {
      const { value, origin } = explainConfig(loaded, key);
      return [value, describeOrigin(origin)];
    };
    expect(explain("server.listenPort")).toEqual([7_001, "c.yaml:4"]);
    expect(explain("feeds.customers.path")).toEqual(["./customers.csv", "c.yaml:7"]);
    expect(explain("feeds.orders.path")).toEqual(["./o.csv", "COHORTIUM__FEEDS__ORDERS__PATH"]);
    expect(explain("admin.verbose")).toEqual([true, "--verbose"]);
    expect(explain("server.names")).toEqual([[], "default"]);
    expect(problemsOf(() => explain("server.listenPrt"))).toContain("did you mean listenPort?");
  });

  test("an override of one key leaves its neighbours", () => {
    const { values } = load(YAML, { environment: { COHORTIUM__FEEDS__ORDERS__PATH: "./o.csv" } });
    expect(values.feeds).toEqual({ customers: { path: "./customers.csv" }, orders: { path: "./o.csv" } });
  });

  test.each([
    ["a, b", ["a", "b"]],
    ['["a","b, c"]', ["a", "b, c"]],
    ["", []],
  ])("the text %j from the environment is a list", (text, expected) => {
    expect(load(YAML, { environment: { COHORTIUM__SERVER__NAMES: text } }).values.server.names).toEqual(expected);
  });
});

describe("what is wrong", () => {
  test("is said all at once, each with its place and the likely meaning", () => {
    const text = "nmae: harbour\nserver:\n  listenPort: many\nrules:\n  - column: a\n  - colum: b\n";
    const environment = { COHORTIUM__SERVER__LISTEN_PROT: "1", COHORTIUM__NAME: "harbour", OTHER: "x" };
    const detail = problemsOf(() => load(text, { environment, flags: [{ name: "--colour", key: "colour", text: "red" }] }));
    expect(detail).toContain("c.yaml:1: unknown key nmae; did you mean name?");
    expect(detail).toContain("c.yaml:3: server.listenPort: it is not a number");
    expect(detail).toContain("c.yaml:6: unknown key rules.1.colum; did you mean column?");
    expect(detail).toContain("c.yaml:6: rules.1.column is required");
    expect(detail).toContain("COHORTIUM__SERVER__LISTEN_PROT: unknown key; did you mean COHORTIUM__SERVER__LISTEN_PORT?");
    expect(detail).toContain("--colour: unknown key colour");
    expect(detail.trim().split("\n")).toHaveLength(6);
  });

  test("a missing setting is named with the variable that would set it", () => {
    expect(problemsOf(() => load("server: {}"))).toContain("name is required; set it in the file or as COHORTIUM__NAME");
  });

  test.each([
    ["text that is no YAML", "name: [harbour\n", "c.yaml:"],
    ["a key given twice", "name: a\nname: b\n", "c.yaml:2: Map keys must be unique"],
    ["a list where a mapping belongs", "- a\n", "c.yaml:1: a mapping of settings expected"],
  ])("%s is refused with its line", (_what, text, expected) => {
    expect(problemsOf(() => load(text))).toContain(expected);
  });

  test("the exit status is that of configuration", () => {
    expect(() => load("")).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", exitCode: 2 }));
  });
});

describe("a secret", () => {
  test("in YAML is refused, and not repeated", () => {
    const detail = problemsOf(() => load("name: harbour\nadmin:\n  token: hunter2hunter2\n"));
    expect(detail).toContain("c.yaml:3: admin.token is a secret and may not stand in YAML; set COHORTIUM__ADMIN__TOKEN");
    expect(detail).not.toContain("hunter2");
  });

  test("on the command line is refused", () => {
    expect(problemsOf(() => load(YAML, { flags: [{ name: "--token", key: "admin.token", text: "hunter2" }] }))).toContain("--token: a secret on the command line");
  });

  test("comes from the environment and is not shown", () => {
    const loaded = load(YAML, { environment: { COHORTIUM__ADMIN__TOKEN: "hunter2" } });
    expect(loaded.values.admin.token).toBe("hunter2");
    expect(explainConfig(loaded, "admin.token").value).toBe("[secret]");
  });

  test("may be named by its file", () => {
    expect(load("name: harbour\nadmin:\n  tokenFile: ./t\n").values.admin.tokenFile).toBe("./t");
  });
});

test("an editor's JSON Schema accepts what the loader accepts and refuses an unknown key", () => {
  const validate = new Ajv2020.default().compile(configJsonSchema(SCHEMA, "test"));
  expect(validate({ name: "harbour", server: { listenPort: 7_001 } })).toBe(true);
  expect(validate({ name: "harbour", server: { listenPrt: 7_001 } })).toBe(false);
  expect(validate({ server: {} })).toBe(false);
});

test("folders follow COHORTIUM_HOME, then XDG, and XDG's relative paths do not count", () => {
  expect(chooseFolders({ COHORTIUM_HOME: "/srv/c" }, "/home/a")).toEqual({ configFolder: "/srv/c", dataFolder: "/srv/c/data" });
  expect(chooseFolders({ XDG_CONFIG_HOME: "/etc/x", XDG_DATA_HOME: "relative" }, "/home/a"))
    .toEqual({ configFolder: "/etc/x/cohortium", dataFolder: "/home/a/.local/share/cohortium" });
});
