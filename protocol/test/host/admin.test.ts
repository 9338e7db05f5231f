import { statSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { openAdminClient, type AdminClient } from "../../src/host/admin-client.js";
import { ADMIN_BODY_SIZE_MAX_BYTES, openAdminServer, type AdminServer, type AdminServerOptions } from "../../src/host/admin-server.js";
import { openAdminToken } from "../../src/host/admin-token.js";
import { EventFeed, type StreamEvent } from "../../src/host/event-stream.js";
import { json, parseInput } from "../../src/host/http-route.js";
import type { IdempotencyStore, KeyClaim } from "../../src/host/idempotency.js";
import type { Logger } from "../../src/host/logger.js";
import { createMetrics } from "../../src/host/metrics.js";
import { Refusal } from "../../src/host/refusal.js";
import { scratchFolder } from "./scratch-folder.js";

const folder = scratchFolder();
const feed = new EventFeed();
const logged: string[] = [];
const logger: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (message) => void logged.push(message), child: () => logger };
const target = { folder, role: "coordinator", startCommand: "cohortium coordinator start" };
const Launched = z.object({ launched: z.number() });

let waitingFor: readonly string[] = ["a charter in force"];
let launches = 0;
let failNext = false;
let release = (): void => undefined;
let server: AdminServer;
let client: AdminClient;

const options: AdminServerOptions = {
  folder, host: "127.0.0.1", port: 0, allowRemote: false, waitingFor: () => waitingFor, metrics: createMetrics(), logger,
  idempotency: { store: memoryStore(), nowMs: () => 1_000 },
  routes: [
    { method: "GET", path: "/v1/rounds/:round", handle: ({ params, query }) => json({ round: params["round"], verbose: query["verbose"] ?? null }) },
    {
      method: "POST", path: "/v1/rounds", handle: ({ body }) => {
        parseInput(z.strictObject({ parties: z.int() }), body);
        if (failNext) {
          failNext = false;
          throw new Refusal({ code: "CHARTER_QUESTION", title: "not in the charter", detail: "d", rule: "§4", entry: 17, fix: "sign a new version" });
        }
        return json({ launched: ++launches }, 201);
      },
    },
    { method: "POST", path: "/v1/slow", handle: () => new Promise((resolve) => { release = () => resolve(json({ launched: 7 })); }) },
    { method: "GET", path: "/v1/bug", handle: () => { throw new Error("secret inner words"); } },
    { method: "GET", path: "/v1/log", handle: () => ({ kind: "bytes", contentType: "application/octet-stream", bytes: Uint8Array.of(0, 255, 10) }) },
    { method: "GET", path: "/v1/events", handle: ({ signal }) => ({ kind: "events", events: feed.listen(signal) }) },
  ],
};

beforeAll(async () => {
  server = await openAdminServer(options);
  client = openAdminClient(target);
});
afterAll(() => server.close());

interface Raw { readonly status: number; readonly type: string; readonly body: string }

/** Speaks plain HTTP, for what the client would never say. */
function raw(path: string, headers: Record<string, string> = {}, method = "GET", body?: string): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port: server.port, path, method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk)).on("end", () => {
        resolve({ status: response.statusCode ?? 0, type: response.headers["content-type"] ?? "", body: text });
      });
    });
    call.on("error", reject);
    call.end(body);
  });
}
const bearer = () => ({ Authorization: `Bearer ${openAdminToken(folder)}` });
const post = (path: string, body: string, headers: Record<string, string> = {}) => raw(path, { ...bearer(), "Content-Type": "application/json", ...headers }, "POST", body);

describe("who may come in", () => {
  test("health, readiness and metrics are open on this machine", async () => {
    expect(await raw("/healthz")).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect(await raw("/readyz")).toMatchObject({ status: 503, body: '{"status":"waiting","waitingFor":["a charter in force"]}' });
    waitingFor = [];
    expect(await raw("/readyz")).toMatchObject({ status: 200 });
    expect((await raw("/metrics")).body).toContain("cohortium_connected_nodes 0");
  });

  test.each([
    ["no token", {}], ["another token", { Authorization: "Bearer x" }], ["the token in another scheme", () => ({ Authorization: openAdminToken(folder) })],
  ])("everything else is closed to %s, routes that do not exist too", async (_what, headers) => {
    const given = typeof headers === "function" ? headers() : headers;
    for (const path of ["/v1/rounds/3", "/v1/nothing", "/nothing"]) {
      const { status, type, body } = await raw(path, given as Record<string, string>);
      expect({ status, type, code: (JSON.parse(body) as { code: string }).code }).toEqual({ status: 401, type: "application/problem+json; charset=utf-8", code: "ACCESS_TOKEN" });
    }
  });

  test("a request under a foreign host name is refused, token or not", async () => {
    expect(await raw("/metrics", { Host: "evil.example:80" })).toMatchObject({ status: 421 });
    expect(await raw("/v1/rounds/3", { ...bearer(), Host: "127.0.0.1.evil.example" })).toMatchObject({ status: 421 });
    expect(await raw("/v1/rounds/3", { ...bearer(), Host: "localhost:1" })).toMatchObject({ status: 200 });
  });

  test("the token lies where only its owner reads it, and outlives a restart", () => {
    expect((statSync(join(folder, "admin", "token")).mode & 0o777).toString(8)).toBe("600");
    expect(openAdminToken(folder)).toBe(openAdminToken(folder));
    expect(openAdminToken(folder)).toMatch(/^[\w-]{43}$/);
  });

  test("an address beyond this machine needs an explicit word", async () => {
    const elsewhere = { ...options, folder: scratchFolder(), host: "0.0.0.0" };
    await expect(openAdminServer(elsewhere)).rejects.toMatchObject({ code: "CONFIG_ADMIN_HOST" });
    await (await openAdminServer({ ...elsewhere, allowRemote: true })).close();
  });

  test("a route outside /v1 would be open, so there is none", async () => {
    await expect(openAdminServer({ ...options, routes: [{ method: "GET", path: "/open", handle: () => json({}) }] })).rejects.toThrow(RangeError);
  });
});

describe("answers", () => {
  test("carry parameters, bytes and statuses through", async () => {
    expect(await client.get("/v1/rounds/3?verbose=yes", z.unknown())).toEqual({ round: "3", verbose: "yes" });
    expect(await client.getBytes("/v1/log")).toEqual(Uint8Array.of(0, 255, 10));
    expect(await client.post("/v1/rounds", { parties: 3 }, Launched)).toEqual({ launched: launches });
  });

  test("of refusal reach the command line whole", async () => {
    failNext = true;
    await expect(client.post("/v1/rounds", { parties: 3 }, Launched)).rejects.toMatchObject({
      name: "Refusal", code: "CHARTER_QUESTION", rule: "§4", entry: 17, fix: "sign a new version", exitCode: 4, status: 403,
    });
    await expect(client.get("/v1/nothing", z.unknown())).rejects.toMatchObject({ code: "REQUEST_NOT_FOUND", status: 404 });
    await expect(client.post("/v1/rounds", { parties: 3.5, partys: 2 }, Launched)).rejects.toMatchObject({ code: "REQUEST_INVALID", detail: expect.stringMatching(/parties: .*partys/s) });
  });

  test("to our own bugs say nothing of the inside, which goes to the log", async () => {
    logged.length = 0;
    const { status, body } = await raw("/v1/bug", bearer());
    expect(status).toBe(500);
    expect(body).not.toContain("inner words");
    expect(logged).toEqual(["an admin request failed unexpectedly"]);
  });

  test("to a body that is too long or no JSON are refusals", async () => {
    const padded = (sizeBytes: number) => JSON.stringify({ parties: 3, pad: "" }).replace('""', `"${"x".repeat(sizeBytes - 22)}"`);
    expect(padded(ADMIN_BODY_SIZE_MAX_BYTES).length).toBe(ADMIN_BODY_SIZE_MAX_BYTES);
    expect(await post("/v1/rounds", padded(ADMIN_BODY_SIZE_MAX_BYTES))).toMatchObject({ status: 400, body: expect.stringContaining("REQUEST_INVALID") });
    expect(await post("/v1/rounds", padded(ADMIN_BODY_SIZE_MAX_BYTES + 1))).toMatchObject({ status: 413, body: expect.stringContaining("REQUEST_TOO_LARGE") });
    expect(await post("/v1/rounds", "{")).toMatchObject({ status: 400, body: expect.stringContaining("REQUEST_UNREADABLE") });
  });

  test("that are not what the client knows are said to be so", async () => {
    await expect(client.get("/v1/rounds/3", Launched)).rejects.toMatchObject({ code: "NETWORK_ANSWER" });
  });
});

describe("an Idempotency-Key", () => {
  test("does the work once and repeats the answer", async () => {
    const before = launches;
    const [first, again] = [await client.post("/v1/rounds", { parties: 3 }, Launched, "k-1"), await client.post("/v1/rounds", { parties: 3 }, Launched, "k-1")];
    expect([first, again, launches]).toEqual([{ launched: before + 1 }, { launched: before + 1 }, before + 1]);
    expect(await client.post("/v1/rounds", { parties: 3 }, Launched, "k-2")).toEqual({ launched: before + 2 });
  });

  test("belongs to its first request", async () => {
    await client.post("/v1/rounds", { parties: 3 }, Launched, "k-3");
    await expect(client.post("/v1/rounds", { parties: 4 }, Launched, "k-3")).rejects.toMatchObject({ code: "REQUEST_KEY_REUSED", status: 422 });
    await expect(client.post("/v1/slow", { parties: 3 }, Launched, "k-3")).rejects.toMatchObject({ code: "REQUEST_KEY_REUSED" });
  });

  test("of a refused request may be used again", async () => {
    failNext = true;
    await expect(client.post("/v1/rounds", { parties: 3 }, Launched, "k-4")).rejects.toMatchObject({ code: "CHARTER_QUESTION" });
    expect(await client.post("/v1/rounds", { parties: 3 }, Launched, "k-4")).toEqual({ launched: launches });
  });

  test("whose first request still runs is refused for now", async () => {
    const first = client.post("/v1/slow", {}, Launched, "k-5");
    await until(async () => (await post("/v1/slow", "{}", { "Idempotency-Key": "k-5" })).body.includes("REQUEST_RUNNING"));
    release();
    expect(await first).toEqual({ launched: 7 });
    expect(await client.post("/v1/slow", {}, Launched, "k-5")).toEqual({ launched: 7 });
  });

  test("that is empty or too long is refused", async () => {
    expect(await post("/v1/rounds", '{"parties":3}', { "Idempotency-Key": "k".repeat(129) })).toMatchObject({ status: 400, body: expect.stringContaining("REQUEST_KEY") });
    expect(await post("/v1/rounds", '{"parties":3}', { "Idempotency-Key": "k".repeat(128) })).toMatchObject({ status: 201 });
  });
});

describe("a stream of events", () => {
  test("tells what happens while it is open, and ends when the listener leaves", async () => {
    const leave = new AbortController();
    const heard: StreamEvent[] = [];
    const teller = setInterval(() => feed.publish({ id: "9", event: "round", data: { phase: "mask" } }), 5);
    for await (const event of client.events("/v1/events", leave.signal)) {
      heard.push(event);
      if (heard.length === 2) leave.abort();
    }
    clearInterval(teller);
    expect(heard.slice(0, 2)).toEqual(Array(2).fill({ id: "9", event: "round", data: { phase: "mask" } }));
  });

  test("does not keep the server from closing, and a client then hears who is missing", async () => {
    const own = { ...target, folder: scratchFolder() };
    const brief = await openAdminServer({ ...options, folder: own.folder });
    const brieflyOpen = openAdminClient(own);
    const stream = brieflyOpen.events("/v1/events", new AbortController().signal);
    const next = stream.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await brief.close();
    expect(await next).toMatchObject({ done: true });
    await expect(brieflyOpen.get("/v1/rounds/3", z.unknown())).rejects.toMatchObject({
      code: "NETWORK_UNREACHABLE", title: `no coordinator answers on 127.0.0.1:${brief.port}`, fix: "start it with: cohortium coordinator start", exitCode: 7,
    });
  });
});

test("where no process ever started, the client says so", () => {
  expect(() => openAdminClient({ ...target, folder: scratchFolder() })).toThrow(expect.objectContaining({ title: "no coordinator has ever started here" }));
});

test("a port that is taken is named", async () => {
  await expect(openAdminServer({ ...options, folder: scratchFolder(), port: server.port })).rejects.toMatchObject({ code: "NETWORK_PORT", detail: expect.stringContaining(String(server.port)) });
});

function memoryStore(): IdempotencyStore {
  const claims = new Map<string, Exclude<KeyClaim, { kind: "fresh" }>>();
  return {
    claim(key, digest) {
      const before = claims.get(key);
      if (before === undefined) claims.set(key, { kind: "running", digest });
      return before ?? { kind: "fresh" };
    },
    answer: (key, reply) => void claims.set(key, { kind: "answered", digest: claims.get(key)?.digest ?? "", reply }),
    forget: (key) => void claims.delete(key),
  };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
