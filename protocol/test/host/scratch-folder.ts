import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";

const folders: string[] = [];

afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A new empty folder that is gone when the test file has run. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "cohortium-test-"));
  folders.push(folder);
  return folder;
}
