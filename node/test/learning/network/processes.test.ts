import { beforeAll, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { toHex } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { fitFederated } from "@cohortium/protocol/training/network/fit";
import type { Optimiser } from "@cohortium/protocol/charter/network-clause";
import { networkContributor } from "../../../src/learning/network/learner.js";
import { loadBackend } from "../../../src/learning/network/tensors.js";
import { FEATURES, madeUpRows } from "../made-up-rows.js";
import { CLAUSE } from "./small-network.js";

const ROOT = join(import.meta.dirname, "../../../..");
const ROWS = [150, 90, 60];

beforeAll(async () => { await loadBackend("wasm"); });

/** The same training in a process of its own, over the built packages. It makes its rows as `madeUpRows` does. */
const SCRIPT = `
  import { toHex } from "@cohortium/crypto/bytes";
  import { sha256 } from "@cohortium/crypto/hash";
  import { fitFederated } from "@cohortium/protocol/training/network/fit";
  import { networkContributor } from "@cohortium/node/learning/network/learner";
  import { localRows } from "@cohortium/node/data/local-rows";
  import { loadBackend } from "@cohortium/node/learning/network/tensors";
  const { terms, parts } = JSON.parse(process.argv[1]);
  await loadBackend("wasm");
  const rows = parts.map(({ x, categories, y }) => localRows(Float64Array.from(x), categories.map((column) => Int32Array.from(column)), Uint8Array.from(y)));
  const fit = await fitFederated(rows.map((part, i) => networkContributor(part, terms, "p" + i, "wasm")), terms);
  process.stdout.write(toHex(sha256(new Uint8Array(fit.model.weights.buffer))));
`;

test.each<Optimiser>([{ kind: "fedavg", serverRate: 1 }, { kind: "scaffold", serverRate: 1 }])("with $kind, another process gives the same weights to the last bit", async (optimiser) => {
  const terms = { features: FEATURES, categoryRowsMin: 5, rowsMinJoint: 10, parties: 3, model: { ...CLAUSE, optimiser, activation: "tanh" as const } };
  const parts = ROWS.map((rows, i) => madeUpRows(rows, 40 + i));
  const fit = await fitFederated(parts.map((part, i) => networkContributor(part, terms, `p${i}`, "wasm")), terms);
  if (fit.kind !== "fitted") throw new Error(fit.code);
  const plain = parts.map(({ x, categories, y }) => ({ x: [...x], categories: categories.map((column) => [...column]), y: [...y] }));
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", SCRIPT, JSON.stringify({ terms, parts: plain })], { cwd: ROOT, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).toBe(toHex(sha256(new Uint8Array(fit.model.weights.buffer))));
});
