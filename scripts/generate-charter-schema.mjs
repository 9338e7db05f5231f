// Writes protocol/spec/charter.schema.json from the one source of the charter's form, protocol/src/session/charter-schema.ts.
import { build } from "esbuild";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

// Bundled from source, so that a stale build cannot be published.
const { outputFiles } = await build({
  entryPoints: [join(ROOT, "protocol/src/session/charter-schema.ts")],
  bundle: true, write: false, format: "esm", platform: "node", logLevel: "error",
});
const { charterJsonSchema } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
writeFileSync(join(ROOT, "protocol/spec/charter.schema.json"), `${JSON.stringify(charterJsonSchema(), null, 2)}\n`);
