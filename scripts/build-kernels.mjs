// Compiles crypto/kernels/*.ts to WebAssembly and writes them as base64 into crypto/src/kernels-wasm.ts. The compiler's version is pinned,
// so the same sources give the same bytes, and `check` compares what is committed with a fresh build.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCES = join(ROOT, "crypto", "kernels");
const TARGET = join(ROOT, "crypto", "src", "kernels-wasm.ts");
const LINE = 120;
/** What each kernel works in. */
const MEMORY = {
  // `he/ring.ts` draws its map.
  "ring.ts": ["--initialMemory", "20", "--maximumMemory", "20"],
  // Two pages would hold the scratch of `masking.ts` but for its slack.
  "words.ts": ["--initialMemory", "3", "--maximumMemory", "3"],
  // As large as the rows, so it comes from outside, and threads share it. 2 GiB at most: addresses then are small integers in JavaScript too.
  "trees.ts": ["--importMemory", "--enable", "threads", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "32768"],
};

const scratch = mkdtempSync(join(tmpdir(), "cohortium-kernels-"));
try {
  const constants = [];
  for (const file of readdirSync(SOURCES).filter((name) => name.endsWith(".ts")).sort()) constants.push(await compile(file));
  writeFileSync(TARGET, `/** Generated from crypto/kernels by scripts/build-kernels.mjs; do not edit. */\n\n${constants.join("\n")}`);
} finally {
  rmSync(scratch, { recursive: true });
}

async function compile(file) {
  const out = join(scratch, `${file}.wasm`);
  const { error, stderr } = await asc.main([
    join(SOURCES, file), "-o", out, "-O3", "--noAssert", "--enable", "simd", "--runtime", "stub", ...MEMORY[file],
  ]);
  if (error) throw new Error(`${file} does not compile:\n${stderr.toString()}`);
  const base64 = readFileSync(out).toString("base64");
  const literals = base64.match(new RegExp(`.{1,${LINE}}`, "g")).map((line) => `"${line}"`);
  return `export const ${basename(file, ".ts").toUpperCase().replaceAll("-", "_")}_WASM =\n  ${literals.join("\n  + ")};\n`;
}
