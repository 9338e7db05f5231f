import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const WORKSPACES = ["crypto", "protocol", "coordinator", "node", "cli", "examples", "bench"];

/** Source and test folders that exist. */
export const SOURCE_FOLDERS = WORKSPACES.flatMap((name) => [`${name}/src`, `${name}/test`]).filter((folder) => existsSync(join(ROOT, folder)));

/** A check that is a script of Node's: it holds if the script ends with 0, and says what the script printed. */
export function command(script, ...args) {
  return () => run(process.execPath, [script, ...args]);
}

/** Runs to the end; `says` is everything printed. */
export function run(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" }, stdio: ["ignore", "pipe", "pipe"] });
    let says = "";
    child.stdout.on("data", (text) => { says += text; });
    child.stderr.on("data", (text) => { says += text; });
    child.on("error", (error) => { resolve({ ok: false, says: error.message }); });
    child.on("close", (status) => { resolve({ ok: status === 0, says: says.trim() }); });
  });
}
