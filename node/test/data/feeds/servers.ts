import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync, chownSync, chmodSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** A database server of this test's own, on this machine's loopback address. */
export interface Server {
  readonly port: number;
  /** Runs SQL as the server's owner. */
  run(sql: string): Promise<void>;
  close(): Promise<void>;
}

const asked = promisify(execFile);
/** PostgreSQL does not run as root; nobody owns nothing. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const owner = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
const READY_MAX_MS = 60_000;

/** Where Debian and others put a server's programs, or null where it is not installed. */
export function programAt(name: string): string | null {
  const versions = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql").sort().reverse().map((version) => `/usr/lib/postgresql/${version}/bin`) : [];
  const folders = [...(process.env["PATH"] ?? "").split(":"), ...versions, "/usr/sbin"];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** @param password - Of the role `reader`, and of the server's owner `postgres`. */
export async function startPostgres(password: string): Promise<Server> {
  const folder = ownFolder("pg");
  const port = await freePort();
  writeFileSync(join(folder, "password"), password, { mode: 0o644 });
  await asked(need("initdb"), ["-D", join(folder, "data"), "-U", "postgres", "--auth=scram-sha-256", `--pwfile=${join(folder, "password")}`, "--no-sync", "--encoding=UTF8", "--locale=C"], owner);
  const args = ["-D", join(folder, "data"), "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${folder}`, "-c", "fsync=off"];
  const child = spawn(need("postgres"), args, { ...owner, stdio: "ignore" });
  const run = async (sql: string): Promise<void> => {
    const { default: pg } = await import("pg");
    const client = new pg.Client({ host: "127.0.0.1", port, user: "postgres", password, database: "postgres" });
    client.on("error", () => undefined);
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await ready(() => run("SELECT 1"));
  return { port, run, close: () => ended(child, folder, "SIGINT") };
}

/** MariaDB, whose owner `root` has this password. */
export async function startMariadb(password: string): Promise<Server> {
  const folder = ownFolder("my");
  const port = await freePort();
  const user = isRoot ? ["--user=nobody"] : [];
  await asked(need("mariadb-install-db"), ["--no-defaults", `--datadir=${join(folder, "data")}`, "--auth-root-authentication-method=normal", "--skip-test-db", ...user]);
  writeFileSync(join(folder, "init.sql"), `ALTER USER root@localhost IDENTIFIED BY '${password}';\n`, { mode: 0o644 });
  const args = [
    "--no-defaults", `--datadir=${join(folder, "data")}`, `--socket=${join(folder, "s")}`, `--pid-file=${join(folder, "pid")}`, `--port=${port}`, "--bind-address=127.0.0.1",
    `--init-file=${join(folder, "init.sql")}`, "--character-set-server=utf8mb4", ...user,
  ];
  const child = spawn(need("mariadbd"), args, { stdio: "ignore" });
  const run = async (sql: string): Promise<void> => {
    const { createConnection } = await import("mysql2/promise");
    const connection = await createConnection({ host: "localhost", port, user: "root", password, multipleStatements: true });
    await connection.query(sql).finally(() => connection.end());
  };
  await ready(() => run("SELECT 1"));
  return { port, run, close: () => ended(child, folder, "SIGTERM") };
}

function need(name: string): string {
  const path = programAt(name);
  if (path === null) throw new Error(`${name} is not installed`);
  return path;
}

function ownFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `cohortium-${name}-`));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, "data"), { mode: 0o700 });
  if (isRoot) for (const path of [folder, join(folder, "data")]) chownSync(path, NOBODY, NOBODY);
  return folder;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject).listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}

async function ready(attempt: () => Promise<void>): Promise<void> {
  const untilMs = Date.now() + READY_MAX_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > untilMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function ended(child: ReturnType<typeof spawn>, folder: string, signal: NodeJS.Signals): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  if (child.exitCode === null) { child.kill(signal); await gone; }
  rmSync(folder, { recursive: true, force: true });
}
