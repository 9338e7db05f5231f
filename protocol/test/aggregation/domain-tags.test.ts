import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const sources = ["crypto/src", "protocol/src", "coordinator/src", "node/src", "cli/src"]
  .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts")).map((file) => join(ROOT, folder, file)));

test("a tag of what is hashed, sealed or derived stands in one place: one tag, one meaning", () => {
  const tags = sources.flatMap((path) => readFileSync(path, "utf8").match(/cohortium\/[a-z0-9-]+\/v\d+/g) ?? []);
  expect(tags.length).toBeGreaterThan(10);
  expect(tags.filter((tag, i) => tags.indexOf(tag) !== i)).toEqual([]);
});
