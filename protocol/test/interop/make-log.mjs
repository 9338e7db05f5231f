// node make-log.mjs <folder>: runs make-log.ts from the sources.
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { fromSources } from "./sources.mjs";

const root = resolve(fileURLToPath(import.meta.url), "../../../..");
const folder = resolve(process.argv[2] ?? ".");
const outfile = join(folder, "make-log.bundle.mjs");
await build({
  entryPoints: [join(root, "protocol/test/interop/make-log.ts")],
  bundle: true, platform: "node", format: "esm", outfile, absWorkingDir: root, plugins: [fromSources(root)],
});
const { makeLog } = await import(pathToFileURL(outfile).href);
makeLog(folder, Math.floor(Date.now() / 1000));
