// `npm run oracles [name]`: our results against those of programs that others wrote. Installs them into .cache/oracles; without Python it says so
// and skips. Each oracle is a module with `name`, what it `needs`, and `checks(context)`, an async generator of `{ ok, says }`. One line per
// check; the last line is "N checks passed, N failed".
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as privacy from "./privacy.mjs";
import { findPython } from "./python.mjs";
import * as trees from "./trees.mjs";

/** A new oracle is one line here. */
const ORACLES = [privacy, trees];

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CACHE = join(ROOT, ".cache", "oracles");
const DATASETS = process.env.COHORTIUM_DATASETS ?? join(ROOT, "..", "shared", "datasets");

const wanted = process.argv.slice(2);
const chosen = ORACLES.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (chosen.length === 0) {
  process.stderr.write(`no oracle is called ${wanted.join(" or ")}; there is ${ORACLES.map(({ name }) => name).join(", ")}\n`);
  process.exit(2);
}

mkdirSync(CACHE, { recursive: true });
const python = findPython(CACHE);
if (python.kind === "found") process.stdout.write(`with ${python.versions}\n`);
else process.stdout.write(`SKIP everything: ${python.because}\n`);

let [passed, failed] = [0, 0];
for (const oracle of python.kind === "found" ? chosen : []) {
  const scratch = mkdtempSync(join(CACHE, `${oracle.name}-`));
  try {
    for await (const { ok, says } of oracle.checks({ python: python.run, scratch, datasets: DATASETS })) {
      process.stdout.write(`${ok === null ? "SKIP" : ok ? "ok  " : "FAIL"} ${oracle.name}: ${says}\n`);
      passed += ok === true ? 1 : 0;
      failed += ok === false ? 1 : 0;
    }
  } catch (error) {
    process.stdout.write(`FAIL ${oracle.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    failed += 1;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
process.stdout.write(`${passed} checks passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
