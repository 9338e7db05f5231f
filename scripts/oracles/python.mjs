// A Python of our own, with what the two lists of requirements name, in a folder that nobody else uses.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const REQUIREMENTS = join(HERE, "requirements.txt");
const ALONE = join(HERE, "requirements-alone.txt");
const OUTPUT_MAX_BYTES = 64 * 1024 * 1024;

/** `run(script, ...args)` runs a script of this folder and returns the JSON values that it prints, line by line. */
export function findPython(cache) {
  const venv = join(cache, "venv");
  const python = process.platform === "win32" ? join(venv, "Scripts", "python.exe") : join(venv, "bin", "python");
  const because = install(venv, python);
  if (because !== null) return { kind: "missing", because };
  const run = (script, ...args) => linesOf(python, [join(HERE, script), ...args]);
  return { kind: "found", python, run, versions: run("versions.py").join(", ") };
}

/** Null if all is there, now or already. */
function install(venv, python) {
  const stamp = join(venv, ".installed");
  const wanted = createHash("sha256").update(readFileSync(REQUIREMENTS)).update(readFileSync(ALONE)).digest("hex");
  if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return null;
  const system = ["python3", "python"].find((name) => spawnSync(name, ["-c", "import sys, venv; sys.exit(sys.version_info < (3, 10))"]).status === 0);
  if (system === undefined) return "there is no Python 3.10 or newer with the module venv";
  process.stderr.write("installing the oracles (pip, into .cache/oracles), once per lists of requirements …\n");
  rmSync(venv, { recursive: true, force: true });
  const pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  const steps = [[system, "-m", "venv", venv], [...pip, "-r", REQUIREMENTS], [...pip, "--no-deps", "-r", ALONE]];
  for (const [program, ...args] of steps) {
    const { status } = spawnSync(program, args, { stdio: ["ignore", 2, 2] });
    if (status !== 0) return `${program} ${args.slice(0, 3).join(" ")} failed; its words are above`;
  }
  writeFileSync(stamp, wanted);
  return null;
}

function linesOf(program, args) {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8", maxBuffer: OUTPUT_MAX_BYTES, stdio: ["ignore", "pipe", 2] });
  if (status !== 0) throw new Error(`${args[0]} ended with ${status}; its words are above`);
  return stdout.trim().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}
