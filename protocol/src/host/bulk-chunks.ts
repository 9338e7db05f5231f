import { open } from "node:fs/promises";
import type { Chunk } from "../wire/frame.js";
import { CHUNK_MAX_BYTES } from "../wire/limits.js";
import type { Bulk } from "./outbox.js";

/**
 * A bulk file in chunks, one in memory at a time.
 *
 * @throws Error if the file cannot be read, or changes its length meanwhile.
 */
export async function* chunksOfFile({ path, session, round }: Bulk): AsyncGenerator<Chunk> {
  await using file = await open(path, "r");
  const { size: sizeBytes } = await file.stat();
  const total = Math.ceil(sizeBytes / CHUNK_MAX_BYTES);
  for (let index = 0; index < total; index++) {
    const at = index * CHUNK_MAX_BYTES;
    const bytes = new Uint8Array(Math.min(CHUNK_MAX_BYTES, sizeBytes - at));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
    if (bytesRead !== bytes.length) throw new Error("a bulk file became shorter while it was sent");
    yield { session, round, index, total, bytes };
  }
}
