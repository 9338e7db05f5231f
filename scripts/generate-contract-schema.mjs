// Writes protocol/spec/data-contract.schema.json from the one source of the contract's form, node/src/data/contract/odcs-form.ts.
import { build } from "esbuild";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

// Bundled from source, so that a stale build cannot be published.
const { outputFiles } = await build({
  entryPoints: [join(ROOT, "node/src/data/contract/odcs-form.ts")],
  bundle: true, write: false, format: "esm", platform: "node", logLevel: "error",
});
const { contractJsonSchema } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
writeFileSync(join(ROOT, "protocol/spec/data-contract.schema.json"), `${JSON.stringify(contractJsonSchema(), null, 2)}\n`);
