// Everything a machine can say about the repository besides the tests. One line per check; `--json` for one document instead. With names, or parts
// of them, only the checks that fit one.
import { command, SOURCE_FOLDERS } from "./checks/commands.mjs";
import { lockFile, subpaths } from "./checks/packages.mjs";
import { fileNames, fileSizes, openEnds, privateThings } from "./checks/text.mjs";

/**
 * Every check resolves to `{ ok, says }`. The first builds what the others of BUILT look at, so it runs before them, alone; then two at a time,
 * the longest first, on the two cores a small machine has.
 */
const FIRST = ["types", command("node_modules/typescript/bin/tsc", "-b")];
const BUILT = [
  ["lint", command("node_modules/eslint/bin/eslint.js", ".", "--max-warnings", "0")],
  ["generated code", command("scripts/generate.mjs", "--check")],
  ["types of tests", command("node_modules/typescript/bin/tsc", "-p", "tsconfig.lint.json")],
  ["arrows", command("node_modules/dependency-cruiser/bin/dependency-cruiser.mjs", "--config", ".dependency-cruiser.mjs", ...SOURCE_FOLDERS)],
  ["subpaths import", subpaths],
];
const READ = [
  ["containers", command("docker/lint.mjs")],
  ["lock file", lockFile],
  ["file names", fileNames],
  ["file sizes", fileSizes],
  ["open ends", openEnds],
  ["private things", privateThings],
];
const AT_A_TIME = 2;

const json = process.argv.includes("--json");
const asked = process.argv.slice(2).filter((argument) => argument !== "--json");
const all = [FIRST, ...BUILT, ...READ];
const strange = asked.filter((part) => !all.some(([name]) => name.includes(part)));
if (strange.length > 0) {
  process.stderr.write(`no check is called ${strange.map((part) => `"${part}"`).join(", ")}; there are: ${all.map(([name]) => name).join(", ")}\n`);
  process.exit(2);
}

const waiting = [...BUILT, ...READ].filter(isAsked);
const results = isAsked(FIRST) || waiting.some((check) => BUILT.includes(check)) ? [await timed(FIRST)] : [];
await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results.push(await timed(next));
}));

const failed = results.filter(({ ok }) => !ok).length;
if (json) process.stdout.write(`${JSON.stringify({ passed: results.length - failed, failed, checks: results }, null, 2)}\n`);
else process.stdout.write(`${results.length - failed} checks passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

function isAsked([name]) {
  return asked.length === 0 || asked.some((part) => name.includes(part));
}

async function timed([name, run]) {
  const from = performance.now();
  const { ok, says } = await run();
  const seconds = Math.round((performance.now() - from) / 100) / 10;
  if (!json) process.stdout.write(lineOf({ name, ok, says, seconds }));
  return { name, ok, seconds, says };
}

/** What a failed check says goes below its line; what a passed one says, if it is short, beside it. */
function lineOf({ name, ok, says, seconds }) {
  const head = `${ok ? "ok  " : "FAIL"} ${name.padEnd(16)} ${seconds.toFixed(1).padStart(5)} s`;
  if (!ok) return `${head}\n${says.replace(/^/gm, "       ")}\n`;
  return says.length > 0 && says.length < 120 && !says.includes("\n") ? `${head}  ${says}\n` : `${head}\n`;
}
