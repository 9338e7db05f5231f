import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { printReport, reportJson } from "./report.js";
import { tellStory } from "./story.js";
import { Telling } from "./telling.js";

const USAGE = `npm run demo [-- --keep DIR] [-- --json]

Three companies train one model on this machine: a coordinator and three nodes as separate processes.
  --keep DIR   work in DIR (made, or empty) and leave everything there to look around
  --json       one JSON document on standard output; progress stays on standard error`;

try {
  process.exit(await demo());
} catch (error) {
  process.stderr.write(`\ndemo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(isUsage(error) ? 2 : 1);
}

/** https://nodejs.org/api/errors.html: what `parseArgs` throws for an option it does not know, or one without its value. */
function isUsage(error: unknown): boolean {
  return error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_");
}

async function demo(): Promise<number> {
  const { values } = parseArgs({ options: { keep: { type: "string" }, json: { type: "boolean", default: false }, help: { type: "boolean", default: false } } });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const startedMs = Date.now();
  const folder = values.keep === undefined ? mkdtempSync(join(tmpdir(), "cohortium-demo-")) : await openKept(values.keep);
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  process.once("SIGTERM", () => interrupted.abort());
  try {
    const result = await tellStory(folder, new Telling(), interrupted.signal);
    const seconds = (Date.now() - startedMs) / 1_000;
    process.stdout.write(values.json ? `${JSON.stringify(reportJson(result, seconds))}\n` : printReport(result, seconds, values.keep === undefined ? null : folder));
    return result.audit.verified ? 0 : 6;
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    process.stderr.write("\ndemo: interrupted; all processes are stopped\n");
    return 130;
  } finally {
    if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** npm changes into the package's folder; a relative path means the folder the person stands in. */
async function openKept(path: string): Promise<string> {
  const folder = isAbsolute(path) ? path : resolve(process.env["COHORTIUM_CALLER_DIR"] ?? ".", path);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty; name a new folder`);
  return folder;
}
