import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readFileSync, statSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { LocalProcess } from "../../src/consortium/processes.js";
import { entriesIn } from "./published-log.js";
import { foundTiny, NO_STEPS, untilTrue, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";

const NAMES = ["alder", "birch", "cedar"];
let tiny: TinyConsortium;

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  await tiny.consortium.enrol(NO_STEPS);
});
afterAll(async () => tiny.end());

describe("a training is launched only under a charter that holds", () => {
  test("not before the last party has signed; with its signature the same launch is accepted", async () => {
    const digest = await propose(tinyDraft(NAMES, { name: "late-signature" }));
    await decide("alder", digest, "sign");
    await decide("birch", digest, "sign");
    await untilTrue("two signatures are in", async () => (await charterAt(digest)).signatures.length === 2);
    await expect(tiny.consortium.launch(digest)).rejects.toMatchObject({ code: "CHARTER_NOT_IN_FORCE" });

    await decide("cedar", digest, "sign");
    await untilTrue("it is in force", async () => (await charterAt(digest)).state === "in-force");
    expect(await tiny.consortium.follow(await tiny.consortium.launch(digest), () => undefined)).toMatchObject({ state: "done" });
  });

  test("not after one party has refused it, whatever the others signed; the refusal stands in the log with its reason", async () => {
    const digest = await propose(tinyDraft(NAMES, { name: "refused" }));
    await decide("alder", digest, "sign");
    await decide("birch", digest, "refuse", { reason: "the purpose is too vague" });
    await decide("cedar", digest, "sign");
    await untilTrue("all have answered", async () => (await charterAt(digest)).signatures.length === 2);
    expect(await charterAt(digest)).toMatchObject({ state: "refused", refusals: [{ party: "birch", reason: "the purpose is too vague" }] });
    await expect(tiny.consortium.launch(digest)).rejects.toMatchObject({ code: "CHARTER_NOT_IN_FORCE" });
    await expect(decide("birch", digest, "sign")).rejects.toMatchObject({ code: "CHARTER_DECIDED" });
    expect(entriesIn(tiny.published).filter(({ statement }) => statement.type === "charter.refusal").map(({ statement }) => [statement.actor, statement.charter])).toEqual([["birch", digest]]);
  });

  test("not beyond its end: when it expires in the middle, the nodes leave by their own clocks and the training ends without a model; after it not at all, and nothing about that attempt reaches a node", async () => {
    // Long enough for a busy machine to agree on it and to launch.
    const digest = await tiny.consortium.agree(tinyDraft(NAMES, { name: "short-lived", expiresInMs: 20_000, deadlineMs: 60_000 }));
    const cedar = tiny.consortium.node("cedar");
    await cedar.stop("SIGTERM");
    const view = await tiny.consortium.follow(await tiny.consortium.launch(digest), () => undefined);
    await cedar.start();
    expect(view).toMatchObject({ state: "aborted", model: null, fault: { code: "NODE_REFUSED", says: expect.stringContaining("refused with SESSION_EXPIRED") } });

    const offers = () => entriesIn(tiny.published).filter(({ statement }) => statement.type === "session.offer" && statement.charter === digest).length;
    const before = offers();
    await sleep(Math.max(0, Date.parse((await charterAt(digest)).expires) - Date.now()) + 100);
    await expect(tiny.consortium.launch(digest)).rejects.toMatchObject({ code: "CHARTER_EXPIRED" });
    expect([before > 0, offers()]).toEqual([true, before]);
  });

  test("not under one that nobody proposed", async () => {
    await expect(tiny.consortium.launch("ab".repeat(32))).rejects.toMatchObject({ code: "CHARTER_NOT_IN_FORCE" });
  });
});

describe("a charter that would hide nothing, or ask for more than the catalogue, is refused with the reason", () => {
  const draft = tinyDraft(NAMES);
  test.each([
    { what: "two parties", changed: tinyDraft(["alder", "birch"]), says: /each subtracts its own part/ },
    { what: "a minimum of two", changed: { ...draft, minimumParties: 2 }, says: /hide nothing/ },
    { what: "a quorum that could open two lists", changed: { ...draft, quorum: 2 }, says: /quorum\.range/ },
    { what: "a party that never enrolled", changed: tinyDraft([...NAMES, "dogwood"]), says: /dogwood.*has not enrolled/ },
    { what: "a question outside the catalogue", changed: { ...draft, questions: [{ id: "rows.download" }] }, says: /propensity\.train/ },
    { what: "no protection scheme", changed: { ...draft, aggregation: { ...draft.aggregation, scheme: "plain" } }, says: /masked/ },
    { what: "an unknown key", changed: { ...draft, override: true }, says: /override/ },
  ])("$what", async ({ changed, says }) => {
    await expect(propose(changed)).rejects.toMatchObject({ code: "CHARTER_REFUSED", detail: expect.stringMatching(says) });
  });

  test("the launch takes a charter and nothing else: a question cannot be slipped in", async () => {
    const { coordinator } = tiny.consortium;
    await expect(coordinator.admin.post("/v1/trainings", { charter: "ab".repeat(32), question: "rows.download" }, z.unknown())).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  });
});

describe("the admin port", () => {
  const roles = [{ name: "coordinator", path: "/v1/enrolments" }, { name: "birch", path: "/v1/egress" }] as const;

  test.each(roles)("of $name answers nobody without the token, nor with another", async ({ name, path }) => {
    for (const authorization of [undefined, "Bearer ", "Bearer wrong", `Basic ${tokenOf(processOf(name))}`]) {
      const answer = await ask(processOf(name), path, { authorization });
      expect(answer).toMatchObject({ status: 401, type: "application/problem+json", problem: { code: "ACCESS_TOKEN" } });
    }
    expect(await ask(processOf(name), path, { authorization: `Bearer ${tokenOf(processOf(name))}` })).toMatchObject({ status: 200 });
  });

  test.each(roles)("of $name answers no page that made its own name resolve to this machine", async ({ name, path }) => {
    const answer = await ask(processOf(name), path, { authorization: `Bearer ${tokenOf(processOf(name))}`, host: "evil.example:80" });
    expect(answer).toMatchObject({ status: 421, type: "application/problem+json", problem: { code: "ACCESS_HOST" } });
  });

  test.each(roles)("of $name says of an unknown route that nothing is there", async ({ name }) => {
    const answer = await ask(processOf(name), "/v1/rows", { authorization: `Bearer ${tokenOf(processOf(name))}` });
    expect(answer).toMatchObject({ status: 404, type: "application/problem+json", problem: { code: "REQUEST_NOT_FOUND" } });
  });

  test.each(roles)("of $name keeps its token, its keys and its database where nobody else can read them", ({ name }) => {
    const { folder, role } = processOf(name);
    const modeOf = (path: string) => (statSync(join(folder, path)).mode & 0o777).toString(8);
    expect([modeOf(""), modeOf("admin"), modeOf("admin/token"), modeOf("keys"), modeOf("keys/signing.seed")]).toEqual(["700", "700", "600", "700", "600"]);
    expect(modeOf(role === "node" ? "tls/node.key.pem" : "tls/authority.pem")).toBe("600");
  });
});

async function propose(draft: unknown): Promise<string> {
  return (await tiny.consortium.coordinator.admin.post("/v1/charters", { draft }, z.object({ digest: z.string() }))).digest;
}

async function decide(party: string, digest: string, verb: "sign" | "refuse", body: object = {}): Promise<void> {
  const { admin } = tiny.consortium.node(party);
  await untilTrue(`${party} has the charter`, async () => {
    const { charters } = await admin.get("/v1/charters", z.object({ charters: z.array(z.object({ digest: z.string() })) }));
    return charters.some((charter) => charter.digest === digest);
  });
  await admin.post(`/v1/charters/${digest}/${verb}`, body, z.unknown());
}

async function charterAt(digest: string) {
  const view = z.object({ state: z.string(), signatures: z.array(z.string()), refusals: z.array(z.object({ party: z.string(), reason: z.string() })), expires: z.string() });
  return tiny.consortium.coordinator.admin.get(`/v1/charters/${digest}`, view);
}

function processOf(name: string): LocalProcess {
  return name === "coordinator" ? tiny.consortium.coordinator : tiny.consortium.node(name);
}

function tokenOf({ folder }: LocalProcess): string {
  return readFileSync(join(folder, "admin", "token"), "utf8").trim();
}

/** One request as any program on this machine could make it. */
async function ask({ folder }: LocalProcess, path: string, { authorization, host }: { readonly authorization?: string | undefined; readonly host?: string }) {
  const address = readFileSync(join(folder, "admin", "address"), "utf8").trim();
  const headers = { ...(authorization === undefined ? {} : { authorization }), ...(host === undefined ? {} : { host }) };
  return new Promise<{ status: number; type: string; problem: unknown }>((resolve, reject) => {
    request(`http://${address}${path}`, { headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => { text += String(chunk); });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, type: response.headers["content-type"]?.split(";")[0] ?? "", problem: JSON.parse(text) }));
    }).on("error", reject).end();
  });
}
