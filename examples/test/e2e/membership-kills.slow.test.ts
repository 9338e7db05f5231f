import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { toBase64 } from "@cohortium/crypto/bytes";
import { openSigningKey } from "@cohortium/protocol/host/keys";
import { z } from "zod";
import { typeCommand } from "./command-line.js";
import { entriesIn } from "./published-log.js";
import { objectionsTo } from "./released-once.js";
import { checkpointOf, crash, foundTiny, untilTrue, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";

const NAMES = ["alder", "birch", "cedar"];
let tiny: TinyConsortium;

beforeAll(async () => { tiny = await foundTiny(NAMES); });
afterAll(async () => tiny.end());

const asked = z.object({ enrolments: z.array(z.object({ party: z.string(), state: z.string(), fingerprintWords: z.string() })) });

describe("enrolment", () => {
  test("a node that is killed while it waits, asks again with the same keys and is the same request, also across a kill of the coordinator", async () => {
    const { folder } = tiny.consortium.node("alder");
    const code = await invite("alder");
    const first = typeCommand(folder, "node", "enroll", "--code", code);
    const words = await untilWaiting("alder");
    first.child.kill("SIGKILL");
    await first.ended;

    const second = typeCommand(folder, "node", "enroll", "--code", code);
    await untilTrue("it waits again", () => second.said().includes(words));
    await crash(tiny.consortium.coordinator);
    expect(await untilWaiting("alder")).toBe(words);
    await approve("alder", words);

    expect(await second.ended).toMatchObject({ code: 0, says: expect.stringContaining(words) });
    expect(enrolmentsOf("alder")).toEqual([ownKey("alder")]);
  });

  test("a node that was killed before it read the answer gets the same certificate, and the approval survives a kill of the coordinator", async () => {
    const { folder } = tiny.consortium.node("birch");
    const code = await invite("birch");
    const first = typeCommand(folder, "node", "enroll", "--code", code);
    const words = await untilWaiting("birch");
    first.child.kill("SIGKILL");
    await first.ended;
    await approve("birch", words);
    await crash(tiny.consortium.coordinator);

    expect(await typeCommand(folder, "node", "enroll", "--code", code).ended).toMatchObject({ code: 0 });
    expect(enrolmentsOf("birch")).toEqual([ownKey("birch")]);
  });

  test("a join code that was used opens nothing for other keys", async () => {
    const { folder } = tiny.consortium.node("cedar");
    const code = await invite("cedar");
    const own = typeCommand(folder, "node", "enroll", "--code", code);
    const words = await untilWaiting("cedar");
    const thief = join(tiny.folder, "thief");
    cpSync(folder, thief, { recursive: true });
    for (const secret of ["keys", "tls"]) rmSync(join(thief, secret), { recursive: true, force: true });

    const answer = await typeCommand(thief, "node", "enroll", "--code", code).ended;
    await approve("cedar", words);
    expect(answer).toMatchObject({ code: 8, says: expect.stringContaining("ENROL_") });
    expect(await own.ended).toMatchObject({ code: 0 });
    expect(enrolmentsOf("cedar")).toEqual([ownKey("cedar")]);
  });
});

describe("signing a charter", () => {
  test("survives a kill of the coordinator after each step and of each node right after it signed, with one signature each", async () => {
    const { coordinator, nodes } = tiny.consortium;
    await Promise.all(nodes.map((node) => node.start()));
    const { digest } = await coordinator.admin.post("/v1/charters", { draft: tinyDraft(NAMES) }, z.object({ digest: z.string() }));
    await crash(coordinator);
    for (const node of nodes) {
      await untilTrue(`${node.name} has the charter`, async () => (await charterAt(node.name, digest)) !== undefined);
      await node.admin.post(`/v1/charters/${digest}/sign`, {}, z.unknown());
      await crash(node);
      if (node.name === "birch") await crash(coordinator);
    }
    for (const node of nodes) await untilTrue(`it is in force at ${node.name}`, async () => (await charterAt(node.name, digest)) === "in-force");

    const types = entriesIn(tiny.published).filter(({ statement }) => statement.charter === digest).map(({ statement }) => `${statement.type} ${statement.actor}`);
    expect(types.sort()).toEqual(["charter coordinator", ...NAMES.map((name) => `charter.signature ${name}`)]);
    for (const node of nodes) expect(objectionsTo(tiny.published, (await checkpointOf(node)).checkpoint)).toEqual([]);
  });
});

async function invite(party: string): Promise<string> {
  return (await tiny.consortium.coordinator.admin.post("/v1/invitations", { party }, z.object({ code: z.string() }))).code;
}

async function approve(party: string, fingerprintWords: string): Promise<void> {
  await tiny.consortium.coordinator.admin.post(`/v1/enrolments/${party}/approve`, { fingerprintWords }, z.unknown());
}

/** The words the operator sees beside a request that waits. */
async function untilWaiting(party: string): Promise<string> {
  let words = "";
  await untilTrue(`${party} waits`, async () => {
    const found = (await tiny.consortium.coordinator.admin.get("/v1/enrolments", asked)).enrolments.filter((one) => one.party === party);
    words = found[0]?.fingerprintWords ?? "";
    return found.length === 1 && found[0]?.state === "waiting";
  });
  return words;
}

/** The signing keys that the log says were enrolled under this name. */
function enrolmentsOf(party: string): readonly unknown[] {
  return entriesIn(tiny.published).filter(({ statement }) => statement.type === "enrolment").map(({ statement }) => statement.body as { party: string; signingKey: string })
    .filter((body) => body.party === party).map(({ signingKey }) => signingKey);
}

function ownKey(party: string): string {
  return toBase64(openSigningKey(tiny.consortium.node(party).folder, "signing").publicKey);
}

async function charterAt(party: string, digest: string): Promise<string | undefined> {
  const answer = z.object({ charters: z.array(z.object({ digest: z.string(), state: z.string() })) });
  return (await tiny.consortium.node(party).admin.get("/v1/charters", answer)).charters.find((charter) => charter.digest === digest)?.state;
}
