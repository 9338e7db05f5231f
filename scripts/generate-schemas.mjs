// Writes each schema of protocol/spec from the one source of its form.
import { build } from "esbuild";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

await write("charter.schema.json", "protocol/src/charter/schema.ts", ({ charterJsonSchema }) => charterJsonSchema());
await write("data-contract.schema.json", "node/src/data/contract/odcs-form.ts", ({ contractJsonSchema }) => contractJsonSchema());

/** Bundled from source, so that a stale build cannot be published. */
async function write(name, source, schemaOf) {
  const { outputFiles } = await build({ entryPoints: [join(ROOT, source)], bundle: true, write: false, format: "esm", platform: "node", logLevel: "error" });
  const schema = schemaOf(await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`));
  writeFileSync(join(ROOT, "protocol/spec", name), `${JSON.stringify(schema, null, 2)}\n`);
}
