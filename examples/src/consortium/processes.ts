import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openAdminClient, type AdminClient } from "@cohortium/protocol/host/admin-client";
import { z } from "zod";
import { CLI } from "./command-line.js";

/** Also on a machine that has much else to do. */
const START_TIMEOUT_MS = 60_000;

/** One coordinator or node in a folder of its own, as a process of its own. */
export class LocalProcess {
  readonly role: "coordinator" | "node";
  readonly name: string;
  readonly folder: string;
  #child: ChildProcess | null = null;

  constructor(role: "coordinator" | "node", name: string, folder: string) {
    this.role = role;
    this.name = name;
    this.folder = folder;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /**
   * Starts the process and waits until its admin port answers.
   *
   * @param nodeArguments - For Node itself, as `--import`.
   * @throws Error with the end of its log if it ends instead.
   */
  async start(nodeArguments: readonly string[] = []): Promise<void> {
    if (this.isRunning) throw new Error(`${this.name} runs already`);
    rmSync(join(this.folder, "admin", "address"), { force: true });
    const log = openSync(join(this.folder, "process.log"), "a");
    this.#child = spawn(process.execPath, [...nodeArguments, CLI, "--folder", this.folder, this.role, "start"], { stdio: ["ignore", log, log] });
    closeSync(log);
    const startedMs = Date.now();
    while (Date.now() - startedMs < START_TIMEOUT_MS) {
      if (!this.isRunning) throw new Error(`${this.name} ended while starting; its log ends with:\n${this.logTail(8)}`);
      if (await this.#answers()) return;
      await sleep(25);
    }
    throw new Error(`${this.name} did not start in ${START_TIMEOUT_MS / 1_000} s; its log ends with:\n${this.logTail(8)}`);
  }

  /** Ends the process. SIGKILL is what a power cut looks like. */
  async stop(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const child = this.#child;
    if (child === null || !this.isRunning) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  get admin(): AdminClient {
    return openAdminClient({ folder: this.folder, role: this.role, startCommand: `cohortium --folder ${this.folder} ${this.role} start` });
  }

  logTail(lines: number): string {
    return readFileSync(join(this.folder, "process.log"), "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  }

  async #answers(): Promise<boolean> {
    try {
      await this.admin.get("/v1/status", z.unknown());
      return true;
    } catch {
      // Not up yet: no address file, or nobody behind it. The caller bounds the wait.
      return false;
    }
  }
}

/** Ports that nobody holds at this moment. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return server;
  }));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
