import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { build } from "esbuild";

// Packaging is about what ships, so this one test reads the built package; `npm test` builds first.
test("what an auditor's page needs bundles for a browser without Node", async () => {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `
        import { sha256 } from "@cohortium/crypto/hash";
        import { verify } from "@cohortium/crypto/signing";
        import { canonicalBytes } from "@cohortium/crypto/canonical-json";
        import { toHex } from "@cohortium/crypto/bytes";
        export const answer = toHex(sha256(canonicalBytes({ b: 7, a: verify(new Uint8Array(32), new Uint8Array(), new Uint8Array(64)) })));`,
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
    },
    bundle: true, format: "esm", platform: "browser", write: false, metafile: true, logLevel: "silent",
    // Where our sources are is nothing that a page of somebody else's knows.
    tsconfigRaw: "{}",
  });
  expect(Object.keys(metafile.inputs).filter((path) => path.endsWith("openssl.js"))).toEqual([]);
  expect(outputFiles[0]?.text).not.toContain("node:");
});
