import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { applyMasks, type MaskKey } from "@cohortium/crypto/masking";
import { bytesOfWords, zeroWords, type Ring } from "@cohortium/crypto/words";
import { sumStretch } from "../../src/aggregation/sum.js";
import { sumFiles } from "../../src/host/sum-files.js";

const folder = mkdtempSync(join(tmpdir(), "cohortium-sum-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

const key = (fill: number, sign: 1 | -1): MaskKey => ({ key: new Uint8Array(32).fill(fill), sign });
const files = (ring: Ring, words: number) => [21, 34, 55].map((fill) => {
  const vector = zeroWords(ring, words);
  applyMasks(vector, [key(fill, 1)], 0);
  const path = join(folder, `${ring}-${fill}`);
  writeFileSync(path, bytesOfWords(vector));
  return { path, vector };
});

test.each([[32, 600_001], [64, 300_001]] as const)("files of %i-bit words add up in stretches as in one piece", async (ring, words) => {
  const uploads = files(ring, words);
  const remove = [key(89, -1), key(144, 1)];
  const added = new Uint8Array((words * ring) / 8);
  await sumFiles(uploads.map(({ path }) => path), { ring, words }, remove, (stretch, byteOffset) => added.set(bytesOfWords(stretch), byteOffset));
  const inOnePiece = sumStretch(uploads.map(({ vector }) => vector), { ring, words }, remove, 0);
  expect(Buffer.compare(added, bytesOfWords(inOnePiece))).toBe(0);
});

test("a file that is too short is refused", async () => {
  const paths = files(32, 1_000).map(({ path }) => path);
  await expect(sumFiles(paths, { ring: 32, words: 1_001 }, [], () => undefined)).rejects.toThrow("too short");
});
