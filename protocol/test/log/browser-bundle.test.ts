import { expect, test } from "@jest/globals";
import { build } from "esbuild";
import { createContext, runInContext } from "node:vm";
import { fromSources } from "../interop/sources.mjs";
import { filesOf, honestEntries, LOG_KEY, sourceOf } from "./small-log.js";

const ROOT = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

test("the auditor bundles for a browser without anything of Node, and comes to the same verdicts there", async () => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export { audit } from "@cohortium/protocol/log/audit";`, resolveDir: ROOT, loader: "ts" },
    bundle: true, platform: "browser", format: "iife", globalName: "log", target: "es2022", minify: true, write: false, metafile: true, logLevel: "silent",
    absWorkingDir: ROOT, plugins: [fromSources(ROOT, { browser: true })],
  });
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect(imported).toEqual([]);
  expect(outputFiles[0]!.contents.length).toBeLessThan(200_000);

  // A realm with what every browser has, and nothing else.
  const page = createContext({ TextEncoder, TextDecoder, Uint8Array });
  runInContext(`${outputFiles[0]!.text};globalThis.audit = log.audit;`, page);
  const { audit } = page as { audit: (source: unknown, options: unknown) => { verified: boolean; findings: { entry: number }[] } };
  const files = filesOf(honestEntries().slice(0, 12));
  expect(audit(sourceOf(files), { logKey: LOG_KEY })).toMatchObject({ verified: true });
  files.set("tile/entries/000.p/12", files.get("tile/entries/000.p/12")!.with(300, 0x20));
  const tampered = audit(sourceOf(files), { logKey: LOG_KEY });
  expect([tampered.verified, tampered.findings[0]?.entry]).toEqual([false, 0]);
});
