import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { ROOT } from "./commands.mjs";

const SKIPPED = new Set(["node_modules", "dist", ".git", ".cache", "coverage", "gen"]);
const SOURCE = /\.(ts|mjs)$/;
const GENERATED = new Set(["crypto/src/kernels-wasm.ts", "package-lock.json"]);
const MEDIAN_LINES_MAX = 100;

/** A file is one idea and named after it; these names say that nobody knew which. */
const NAMELESS = /^(utils?|helpers?|common|types|misc|shared|stuff)\./;

/** Work that nobody has promised to do. With the number of an issue it is a promise. */
const OPEN_END = /\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))/;

// A path of one machine, or a key: neither belongs into a repository that others clone.
const PRIVATE = [
  [/(^|[\s"'`(=:])\/(work|root)\//, "an absolute path of one machine"],
  [/^-----BEGIN [A-Z ]*PRIVATE KEY-----$/, "a private key"],
  [/\b(gh[pousr]_\w{30,}|npm_\w{30,}|AKIA[0-9A-Z]{16})\b/, "an access token"],
  [/\b(style|protocols|product|dependencies|users)\.md\b/, "a document that is not in the repository"],
];

export async function fileNames() {
  const found = projectFiles().filter((path) => NAMELESS.test(basename(path)));
  return { ok: found.length === 0, says: found.map((path) => `${path}: name the one idea in it`).join("\n") };
}

export async function openEnds() {
  return found(linesWhere((path) => SOURCE.test(path), (line) => (OPEN_END.test(line) ? "do it, or name the issue that will" : null)));
}

export async function privateThings() {
  return found(linesWhere(() => true, (line) => PRIVATE.find(([pattern]) => pattern.test(line))?.[1] ?? null));
}

/** How long files are. Only the median is held to a number: a long file may still be one idea, and eslint ends it at 300 lines. */
export async function fileSizes() {
  const sizes = projectFiles().filter((path) => /\/src\/.*\.ts$/.test(path)).map((path) => [path, textOf(path).split("\n").length - 1])
    .sort(([, a], [, b]) => a - b);
  const at = (share) => sizes[Math.min(sizes.length - 1, Math.floor(share * sizes.length))]?.[1] ?? 0;
  const [longest = "", lines = 0] = sizes.at(-1) ?? [];
  const says = `${sizes.length} sources; lines: median ${at(0.5)}, 9 of 10 below ${at(0.9)}, longest ${lines} (${longest})`;
  return { ok: at(0.5) <= MEDIAN_LINES_MAX, says };
}

/** What a person wrote, by path from the root. This folder describes what it looks for, so it is not looked at. */
function projectFiles() {
  return walk(ROOT).map((path) => relative(ROOT, path)).filter((path) => !path.startsWith("scripts/checks/") && !GENERATED.has(path));
}

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !SKIPPED.has(name)).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : entry.isFile() ? [path] : [];
  });
}

function linesWhere(take, objection) {
  return projectFiles().filter(take).flatMap((path) => {
    const text = textOf(path);
    if (text.includes("\0")) return [];
    return text.split("\n").flatMap((line, index) => {
      const because = objection(line);
      return because === null ? [] : [`${path}:${index + 1}: ${because}`];
    });
  });
}

function textOf(path) {
  return readFileSync(join(ROOT, path), "utf8");
}

function found(lines) {
  return { ok: lines.length === 0, says: lines.slice(0, 50).join("\n") };
}
