import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";
import { openAdminServer } from "@cohortium/protocol/host/admin-server";
import { json, type Route, type RouteRequest } from "@cohortium/protocol/host/http-route";
import { createLogger } from "@cohortium/protocol/host/logger";
import { createMetrics } from "@cohortium/protocol/host/metrics";
import type { Programs } from "../src/world/programs.js";
import { run } from "../src/start/run.js";
import type { World } from "../src/world/world.js";

/** 2026-11-22T10:00:00Z. */
export const NOW_MS = Date.UTC(2026, 10, 22, 10);

/** What the tests of a file have opened; a hook inside a test would come too late. */
const opened: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of opened) await close();
});

/** What a command line said and how it ended. */
export interface Played {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Cast {
  readonly folder?: string;
  /** What the person answers, in order; nobody is there once they run out. */
  readonly answers?: readonly string[];
  readonly programs?: Partial<Programs>;
  readonly environment?: World["environment"];
  readonly isTerminal?: boolean;
  readonly interrupt?: AbortSignal;
}

/** Plays one command line in a made-up world. */
export async function play(args: readonly string[], cast: Cast = {}): Promise<Played> {
  const answers = [...(cast.answers ?? [])];
  let [out, err] = ["", ""];
  const isTerminal = cast.isTerminal ?? false;
  const nothing = () => Promise.reject(new Error("this program is not part of the test"));
  const world: World = {
    environment: cast.environment ?? {},
    callerFolder: cast.folder ?? "/nowhere",
    out: { isTerminal, write: (text) => void (out += text) },
    err: { isTerminal, write: (text) => void (err += text) },
    ask: async (question) => {
      err += question;
      return answers.shift() ?? null;
    },
    isAttended: isTerminal,
    nowMs: () => NOW_MS,
    interruptible: () => cast.interrupt ?? new AbortController().signal,
    openShutdown: () => ({ begun: new AbortController().signal, onClose: () => undefined, end: async () => undefined }),
    programs: {
      initCoordinator: nothing, startCoordinator: nothing, coordinatorSettings: nothing,
      initNode: nothing, checkHeader: async () => undefined, enrollNode: nothing, startNode: nothing, nodeSettings: nothing, openDataDesk: nothing, openFeedDesk: nothing, dataRules: nothing, runCanary: nothing, ...cast.programs,
    },
  };
  const code = await run(args, world, "9.8.7");
  return { code, out, err };
}

/** What a process was asked to do. */
export interface Asked {
  readonly path: string;
  readonly body: unknown;
}

/** A folder whose process answers these routes, and everything that was posted to it. */
export async function openStage(role: "node" | "coordinator", routes: readonly Route[]): Promise<{ readonly folder: string; readonly asked: readonly Asked[] }> {
  const folder = scratchFolder();
  writeFileSync(join(folder, `${role}.yaml`), "# settings\n");
  const asked: Asked[] = [];
  const server = await openAdminServer({
    folder, host: "127.0.0.1", port: 0, allowRemote: false, waitingFor: () => [], metrics: createMetrics(),
    routes: routes.map((route) => ({ ...route, handle: (request: RouteRequest) => (route.method === "POST" && asked.push({ path: pathOf(route, request), body: request.body }), route.handle(request)) })),
    idempotency: { store: { claim: () => ({ kind: "fresh" }), answer: () => undefined, forget: () => undefined }, nowMs: () => NOW_MS },
    logger: createLogger("test", "silent", { kind: "stdout" }),
  });
  opened.push(() => server.close());
  return { folder, asked };
}

/** A folder with settings, whose process has never run. */
export function emptyStage(role: "node" | "coordinator", yaml = "# settings\n"): string {
  const folder = scratchFolder();
  writeFileSync(join(folder, `${role}.yaml`), yaml);
  return folder;
}

export const get = (path: Route["path"], body: unknown): Route => ({ method: "GET", path, handle: () => json(body) });
export const post = (path: Route["path"], body: unknown): Route => ({ method: "POST", path, handle: () => json(body) });

/** Files under a new folder. */
export function folderWith(files: Iterable<readonly [path: string, bytes: string | Uint8Array]>): string {
  const folder = scratchFolder();
  for (const [path, bytes] of files) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "cohortium-cli-"));
  opened.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function pathOf({ path }: Route, { params }: RouteRequest): string {
  return path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? "");
}
