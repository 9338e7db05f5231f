import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { coordinatorConfig } from "@cohortium/coordinator/config";
import { nodeConfig } from "@cohortium/node/settings/config";
import { openFeedDesk } from "@cohortium/node/desks/feed-desk";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { CoordinatorInit } from "@cohortium/coordinator/init";
import type { NodeInit } from "@cohortium/node/settings/init";
import type { StartInput } from "../src/world/programs.js";
import { emptyStage, get, NOW_MS, openStage, play, post, scratchFolder } from "./stage.js";

const made = (folder: string) => ({ folder, configFile: `${folder}/x.yaml`, fingerprintWords: "abacus acorn" });

describe("init", () => {
  test("takes options, and asks a person for the rest", async () => {
    const seen: NodeInit[] = [];
    const folder = scratchFolder();
    const played = await play(["node", "init", "--party", "harbour", "--rows", "rows.csv"], {
      folder, answers: ["hub.example:7443", "", "https://hub.example:7444"],
      programs: { initNode: async (answers) => (seen.push(answers), made(folder)) },
    });
    expect(seen).toEqual([{
      folder, party: "harbour", coordinator: "hub.example:7443", enrolment: "https://hub.example:7444", adminPort: 7450, rows: `${folder}/rows.csv`, delimiter: ",", holdout: null,
    }]);
    expect(played).toMatchObject({ code: 0, out: expect.stringContaining("node enroll --code CODE") });
    // The words to compare by phone come with the request, and cover more than one key; other words before that would only confuse.
    expect(played.out).not.toContain("fingerprint");
  });

  test("names every missing option at once where nobody can be asked", async () => {
    const { code, err } = await play(["coordinator", "init", "--name", "hub"]);
    expect(code).toBe(2);
    expect(err).toContain("not given: --consortium (the consortium's name, as in term-deposit-circle), --host (the name or address that nodes dial)");
  });

  test("passes ports on as numbers, and refuses what is none", async () => {
    const seen: CoordinatorInit[] = [];
    const folder = scratchFolder();
    const programs = { initCoordinator: async (answers: CoordinatorInit) => (seen.push(answers), made(folder)) };
    const args = ["coordinator", "init", "--name", "hub", "--consortium", "circle", "--host", "hub.example", "--exchange-port"];
    expect(await play([...args, "9000"], { folder, programs })).toMatchObject({ code: 0 });
    expect(seen).toMatchObject([{ exchangePort: 9_000, enrolmentPort: 7_444, adminPort: 7_445 }]);
    for (const port of ["0", "65536", "x", "80.5"]) expect(await play([...args, port], { folder, programs })).toMatchObject({ code: 2 });
    expect(seen).toHaveLength(1);
  });
});

describe("start", () => {
  test("hands over folder, environment and --set, and ends with what keeps it from starting", async () => {
    const seen: StartInput[] = [];
    const folder = emptyStage("node");
    const startNode = async (input: StartInput) => {
      seen.push(input);
      throw new Refusal({ code: "LOCK_HELD", title: "another process works here", detail: folder });
    };
    const played = await play(["node", "start", "--set", "admin.port=7451", "log.level=debug"], { folder, environment: { HOME: "/h" }, programs: { startNode } });
    expect(seen).toEqual([{
      folder, environment: { HOME: "/h" },
      flags: [{ name: "--set admin.port", key: "admin.port", text: "7451" }, { name: "--set log.level", key: "log.level", text: "debug" }],
    }]);
    expect(played).toMatchObject({ code: 2, out: "" });
    expect(await play(["node", "start", "--set", "admin.port"], { folder, programs: { startNode } })).toMatchObject({ code: 2, err: expect.stringContaining("USAGE_SET") });
  });
});

describe("enrolment", () => {
  test("of a node tells what it waits for, and what came of it", async () => {
    const folder = emptyStage("node");
    const { code, out, err } = await play(["node", "enroll", "--code", "COH1-XYZ"], {
      folder,
      programs: { enrollNode: async (_, code, onProgress) => (onProgress(`waiting, with ${code}`), { party: "harbour", coordinator: "hub", fingerprintWords: "abacus acorn" }) },
    });
    expect({ code, err, first: out.split("\n")[0] }).toEqual({ code: 0, err: "waiting, with COH1-XYZ\n", first: "Enrolled as harbour with hub." });
  });

  const waiting = { party: "harbour", state: "waiting", fingerprintWords: "abacus acorn", requestedAt: NOW_MS, notAfter: null };
  const office = () => openStage("coordinator", [
    get("/v1/enrolments", { enrolments: [waiting, { party: "mill", state: "approved", fingerprintWords: "zebra", requestedAt: NOW_MS, notAfter: NOW_MS + 86_400_000 }] }),
    post("/v1/enrolments/:party/approve", { party: "harbour", entry: 3 }), post("/v1/enrolments/:party/revoke", {}),
    post("/v1/invitations", { code: "COH1-XYZ", party: "orchard", expiresAt: "2026-11-23T10:00:00.000Z", enrolment: "https://hub:7444" }),
  ]);

  test("is approved once the words were compared by phone", async () => {
    const { folder, asked } = await office();
    expect(await play(["enroll", "approve", "harbour"], { folder, answers: ["n"] })).toMatchObject({ code: 2 });
    const { code, out, err } = await play(["enroll", "approve", "harbour"], { folder, answers: ["y"] });
    expect(err).toContain("harbour should read out: abacus acorn\nDid it read these eight words to you by phone?");
    expect({ code, out, asked }).toEqual({ code: 0, out: "Approved harbour: entry 3 of the log.\n", asked: [{ path: "/v1/enrolments/harbour/approve", body: { fingerprintWords: "abacus acorn" } }] });
  });

  test("is not approved by half a name, nor for who does not wait", async () => {
    const { folder, asked } = await office();
    expect(await play(["enroll", "approve", "harb", "--yes"], { folder })).toMatchObject({ code: 2, err: expect.stringContaining("it was never invited; waiting: harbour") });
    expect(await play(["enroll", "approve", "mill", "--yes"], { folder })).toMatchObject({ code: 2, err: expect.stringContaining("it is approved; waiting: harbour") });
    expect(asked).toEqual([]);
  });

  test("begins with a code and ends with a reason", async () => {
    const { folder, asked } = await office();
    expect((await play(["enroll", "invite", "orchard"], { folder })).out).toContain("they run     cohortium node enroll --code COH1-XYZ");
    expect(await play(["enroll", "revoke", "mill", "--yes"], { folder })).toMatchObject({ code: 2 });
    expect(await play(["enroll", "revoke", "mill", "--yes", "--reason", "left"], { folder })).toMatchObject({ code: 0 });
    expect(asked.at(-1)).toEqual({ path: "/v1/enrolments/mill/revoke", body: { reason: "left" } });
    expect((await play(["enroll", "ls"], { folder })).out).toBe([
      "party    state     fingerprint   asked                certificate ends",
      "harbour  waiting   abacus acorn  2026-11-22 10:00:00",
      "mill     approved  zebra         2026-11-22 10:00:00  2026-11-23 10:00:00",
      "",
    ].join("\n"));
  });
});

describe("status", () => {
  test("of a coordinator says who is there, and the key of its log", async () => {
    const { folder } = await openStage("coordinator", [get("/v1/status", {
      coordinator: "hub", consortium: "circle", exchange: "hub:7443", enrolment: "https://hub:7444", log: { origin: "log.example", size: 12, logKey: "log.example+00000000+AQ" },
      connected: [{ party: "harbour", connected: true, sinceMs: NOW_MS - 3_605_000 }, { party: "mill", connected: false, sinceMs: 0 }],
    })]);
    expect((await play(["coordinator", "status"], { folder })).out).toBe([
      "coordinator  hub of circle", "nodes dial   hub:7443", "enrolment    https://hub:7444", "log          log.example, 12 entries", "log key      log.example+00000000+AQ", "",
      "party    state            for", "harbour  connected  1 h 0 min", "mill     away        not seen", "",
    ].join("\n"));
  });

  test("of a node says when it no longer believes the log", async () => {
    const { folder } = await openStage("node", [get("/v1/status", {
      party: "harbour", coordinator: "hub", link: { kind: "retrying", says: "not connected: ECONNREFUSED" }, trainings: [], log: { size: 4, distrust: "two histories" }, feed: { rows: "rows.csv", holdout: null },
    })]);
    const { out } = await play(["node", "status"], { folder });
    expect(out).toContain("log seen     not believed any more: two histories");
    expect(out).toContain("link         not connected: ECONNREFUSED");
  });
});

const NODE_YAML = 'party: harbour\ncoordinator: { exchange: "127.0.0.1:1", enrolment: "https://127.0.0.1:1" }\n';

describe("config explain", () => {
  const programs = { nodeSettings: async () => nodeConfig, coordinatorSettings: async () => coordinatorConfig };

  test.each([
    [["party"], 'party is "harbour", from .*node.yaml:1'],
    [["admin.port"], "admin.port is 7450, from default"],
    [["admin.port", "--set", "admin.port=7451"], "admin.port is 7451, from --set admin.port"],
    [["log.level"], 'log.level is "debug", from COHORTIUM__LOG__LEVEL'],
  ])("%j says: %s", async (args, says) => {
    const played = await play(["config", "explain", ...args], { folder: emptyStage("node", NODE_YAML), environment: { COHORTIUM__LOG__LEVEL: "debug" }, programs });
    expect(played.out).toMatch(new RegExp(`^${says}\n$`));
  });

  test("refuses a key that is not there", async () => {
    expect(await play(["config", "explain", "prty"], { folder: emptyStage("node", NODE_YAML), programs })).toMatchObject({ code: 2, err: expect.stringContaining("did you mean party?") });
  });
});

test("node doctor opens a feed that is named for the rows, and says what keeps it from being opened", async () => {
  const folder = emptyStage("node", `${NODE_YAML}rows: { feed: orders }\n`);
  const look = async () => {
    const { out } = await play(["node", "doctor", "--json"], { folder, programs: { nodeSettings: async () => nodeConfig, openFeedDesk: async (input, onProgress) => openFeedDesk(input, onProgress) } });
    return (JSON.parse(out) as { checks: readonly { name: string }[] }).checks.find(({ name }) => name === "rows");
  };
  expect(await look()).toMatchObject({ state: "fail", says: "there is no feed orders: none was added yet", fix: "name one of the node's feeds, or add it with: cohortium feed add" });
  writeFileSync(join(folder, "orders.csv"), "id,age\n1,30\n");
  await openFeedDesk({ folder, callerFolder: folder, environment: {} }, () => undefined).add("orders", "customers", "orders.csv", {});
  expect(await look()).toMatchObject({ state: "ok", says: "the feed orders can be opened and has 2 columns" });
  rmSync(join(folder, "orders.csv"));
  expect(await look()).toMatchObject({ state: "fail", says: expect.stringContaining("there is no such file") });
});

test("node doctor goes on after a failure, and says what to do about each", async () => {
  const folder = emptyStage("node", NODE_YAML);
  const { code, out } = await play(["node", "doctor", "--json"], { folder, programs: { nodeSettings: async () => nodeConfig } });
  const { checks } = JSON.parse(out) as { checks: readonly { name: string; state: string; fix?: string }[] };
  expect(checks.map(({ name, state }) => `${name} ${state}`).slice(0, 5)).toEqual(["name ok", "connection fail", "enrolment fail", "clock warn", "certificate warn"]);
  expect(checks.find(({ name }) => name === "tensors")).toMatchObject({ state: "ok", says: "networks train on WebAssembly, one thread" });
  expect(checks.at(-1)?.name).toBe("disk");
  for (const { state, fix } of checks) expect(fix !== undefined).toBe(state !== "ok");
  expect(code).toBe(7);
});
