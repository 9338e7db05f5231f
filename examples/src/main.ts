import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { printReport, reportJson } from "./bank-marketing/report.js";
import { tellStory } from "./bank-marketing/story.js";
import { Telling } from "./story/telling.js";
import { printAnswers, answersJson } from "./questions/report.js";
import { askQuestions } from "./questions/story.js";

const USAGE = `npm run demo [-- [STORY] [--keep DIR] [--json]]

A coordinator and three nodes as separate processes on this machine.
  training     three banks train one model (the story told if none is named)
  questions    three mail-order houses ask what an e-mail brought, under a privacy budget
  --keep DIR   work in DIR (made, or empty) and leave everything there to look around
  --json       one JSON document on standard output; progress stays on standard error`;

/** What a story came to: for machines, for people, and whether the log held. */
interface Told {
  json(seconds: number): object;
  text(seconds: number, kept: string | null): string;
  readonly isVerified: boolean;
}

/** @param show - Takes what commands print, where a person reads along. */
type Story = (folder: string, telling: Telling, heard: { readonly signal: AbortSignal; show(text: string): void }) => Promise<Told>;

const STORIES: ReadonlyMap<string, Story> = new Map<string, Story>([
  ["training", async (folder, telling, { signal }) => {
    const result = await tellStory(folder, telling, signal);
    return { json: (seconds) => reportJson(result, seconds), text: (seconds, kept) => printReport(result, seconds, kept), isVerified: result.audit.verified };
  }],
  ["questions", async (folder, telling, heard) => {
    const result = await askQuestions(folder, telling, heard);
    return { json: (seconds) => answersJson(result, seconds), text: (seconds, kept) => printAnswers(result, seconds, kept), isVerified: result.audit.verified };
  }],
]);

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
  const { values, positionals: [named = "training", ...rest] } = parseArgs({ allowPositionals: true, options: { keep: { type: "string" }, json: { type: "boolean", default: false }, help: { type: "boolean", default: false } } });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const story = STORIES.get(named);
  if (story === undefined || rest.length > 0) {
    process.stderr.write(`demo: there is no story "${[named, ...rest].join(" ")}"\n\n${USAGE}\n`);
    return 2;
  }
  const startedMs = Date.now();
  const folder = values.keep === undefined ? mkdtempSync(join(tmpdir(), "cohortium-demo-")) : await openKept(values.keep);
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  process.once("SIGTERM", () => interrupted.abort());
  try {
    const show = (text: string) => { if (!values.json) process.stdout.write(`${text}\n`); };
    const told = await story(folder, new Telling(), { signal: interrupted.signal, show });
    const seconds = (Date.now() - startedMs) / 1_000;
    process.stdout.write(values.json ? `${JSON.stringify(told.json(seconds))}\n` : told.text(seconds, values.keep === undefined ? null : folder));
    return told.isVerified ? 0 : 6;
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
