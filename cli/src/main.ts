#!/usr/bin/env node
import { nodeVersionProblem } from "./start/node-version.js";

// Before anything else is loaded: an old Node would fail at an import, and complain about a module instead of about itself.
const problem = nodeVersionProblem(process.versions.node);
if (problem !== null) {
  process.stderr.write(`cohortium: ${problem}\n`);
  process.exit(2);
}

const [{ run }, { openTerminal }, { ownVersion }] = await Promise.all([import("./start/run.js"), import("./start/terminal.js"), import("./world/own-version.js")]);
// Whoever reads our output may stop early, as head does; that is no failure.
process.stdout.on("error", (error: Error & { readonly code?: string }) => process.exit(error.code === "EPIPE" ? 0 : 1));
const terminal = openTerminal((code) => process.exit(code));
await terminal.end(await run(process.argv.slice(2), terminal.world, ownVersion()));
