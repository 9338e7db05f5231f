// Writes everything in the repository that follows from something else in it. With --check it writes into a copy, and says what would change.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { FAULTS_PAGE, faultsPage } from "./pages/faults.mjs";
import { LEAKAGE_PAGE, leakagePage } from "./pages/leakage.mjs";
import { SECURITY_PAGE, securityPage } from "./pages/primitives.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SCRIPTS = ["build-kernels.mjs", "generate-proto.mjs", "generate-schemas.mjs"];
const INPUTS = ["package.json", "SECURITY.md", "scripts", "crypto", "protocol", "node"];
const OUTPUTS = ["crypto/src/kernels-wasm.ts", "protocol/src/gen", "protocol/spec", SECURITY_PAGE];

const [mode = "write"] = process.argv.slice(2);
if (mode === "--check") await checkInACopy();
else await generate();

async function generate() {
  for (const script of SCRIPTS) {
    const { status } = spawnSync(process.execPath, [join(ROOT, "scripts", script)], { cwd: ROOT, stdio: "inherit" });
    if (status !== 0) process.exit(status ?? 1);
  }
  writeFileSync(join(ROOT, FAULTS_PAGE), await faultsPage(ROOT));
  writeFileSync(join(ROOT, LEAKAGE_PAGE), leakagePage(ROOT));
  writeFileSync(join(ROOT, SECURITY_PAGE), securityPage(ROOT));
}

/** The scripts find their sources from where they stand, so a copy of both is a check without a second code path. */
async function checkInACopy() {
  // The real path, because bundlers compare paths after following links.
  const copy = realpathSync(mkdtempSync(join(tmpdir(), "cohortium-generate-")));
  try {
    for (const input of INPUTS) cpSync(join(ROOT, input), join(copy, input), { recursive: true, filter: (path) => !/\/(dist|node_modules)$/.test(path) });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    const { status } = spawnSync(process.execPath, [join(copy, "scripts/generate.mjs")], { cwd: copy, stdio: "inherit" });
    const stale = status === 0 ? OUTPUTS.flatMap((output) => differences(join(copy, output), join(ROOT, output))) : [];
    for (const path of stale) process.stderr.write(`${path} is not what its source makes: npm run generate\n`);
    process.exitCode = status === 0 && stale.length === 0 ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function differences(fresh, committed) {
  const names = statSync(fresh).isDirectory() ? new Set([fresh, committed].flatMap(filesIn)) : new Set([""]);
  return [...names].filter((name) => textOf(join(fresh, name)) !== textOf(join(committed, name))).map((name) => relative(ROOT, join(committed, name)));
}

function filesIn(folder) {
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  return entries.filter((entry) => entry.isFile()).map((file) => relative(folder, join(file.parentPath, file.name)));
}

function textOf(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}
