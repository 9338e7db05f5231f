/** A process of its own that adds files and says how much memory it took at most. Started by `coordinator-memory.ts`. */
import { MASK_KEY_BYTES, type MaskKey } from "@cohortium/crypto/masking";
import { open } from "node:fs/promises";
import { sumFiles } from "@cohortium/protocol/host/sum-files";
import { bytesOfWords } from "@cohortium/crypto/words";
import { peakBytes } from "./peak-bytes.js";

const [path = "", parties = "", words = "", outPath = ""] = process.argv.slice(2);
const remove = Array.from({ length: Number(parties) }, (_, i): MaskKey => ({ key: new Uint8Array(MASK_KEY_BYTES).fill(i + 2), sign: -1 }));
const out = await open(outPath, "w");
await sumFiles(remove.map(() => path), { ring: 32, words: Number(words) }, remove, async (stretch, byteOffset) => {
  await out.write(bytesOfWords(stretch), 0, stretch.byteLength, byteOffset);
});
await out.close();
process.stdout.write(String(peakBytes()));
