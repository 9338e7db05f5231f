import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, run, WORKSPACES } from "./commands.mjs";

/** What works only where it was started from: programs. Whatever else is in a package can be imported. */
const PROGRAM = /(^|\/)(main|[\w-]+-(child|worker))$/;

/** The lock file names versions and digests, never a registry: whoever installs chooses where from. And what is installed fits it. */
export async function lockFile() {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  const problems = Object.entries(packages).flatMap(([path, { resolved, link, integrity }]) => {
    if (!path.includes("node_modules/") || link) return [];
    return [...(resolved === undefined ? [] : [`${path}: names where it was loaded from`]), ...(integrity === undefined ? [`${path}: has no digest`] : [])];
  });
  const tree = await run("npm", ["ls", "--all", "--silent"]);
  if (!tree.ok) problems.push("npm ls: what is installed, the package.json files and the lock file disagree");
  return { ok: problems.length === 0, says: problems.slice(0, 20).join("\n") };
}

/** Every module of every package imports under its public name, prints nothing, and leaves nothing running. */
export async function subpaths() {
  const results = [];
  for (const workspace of WORKSPACES) {
    const names = subpathsOf(workspace).map((path) => `@cohortium/${workspace}/${path}`);
    const program = `await Promise.all(${JSON.stringify(names)}.map((name) => import(name).catch((error) => { throw new Error(name, { cause: error }); })));`;
    results.push({ workspace, names, ...await run(process.execPath, ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", program]) });
  }
  const problems = results.filter(({ ok, says }) => !ok || says !== "").map(({ workspace, says }) => `${workspace}: ${says}`);
  const count = results.reduce((sum, { names }) => sum + names.length, 0);
  return { ok: problems.length === 0, says: problems.length === 0 ? `${count} modules` : problems.join("\n") };
}

function subpathsOf(workspace) {
  const names = readdirSync(join(ROOT, workspace, "src"), { recursive: true });
  return names.filter((name) => name.endsWith(".ts")).map((name) => name.slice(0, -3)).filter((path) => !PROGRAM.test(path)).sort();
}
