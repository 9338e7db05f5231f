import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { Refusal } from "@cohortium/protocol/host/refusal";

/** Whether Node can read the encoding at all, by its name in the WHATWG Encoding Standard. */
export function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name).encoding.length > 0;
  } catch {
    return false;
  }
}

/**
 * Text in another encoding as UTF-8 in a scratch file, piece by piece; packed text is unpacked on the way.
 *
 * @returns the file as it is if it is UTF-8 and not packed; otherwise the copy.
 * @throws Refusal DATA_ENCODING if the bytes are not of that encoding, DATA_PACKED if the file is no whole gzip file.
 */
export async function asUtf8(path: string, encoding: string, at: { readonly scratch: string; readonly n: number }): Promise<string> {
  const isPacked = path.endsWith(".gz");
  const isUtf8 = new TextDecoder(encoding).encoding === "utf-8";
  if (isUtf8 && !isPacked) return path;
  const copy = join(at.scratch, `part-${at.n}.utf8`);
  try {
    const steps = [...(isPacked ? [createGunzip()] : []), ...(isUtf8 ? [] : [decoding(encoding)])];
    await pipeline([createReadStream(path), ...steps, createWriteStream(copy, { mode: 0o600 })]);
    return copy;
  } catch (error) {
    throw refusalOf(error, path, encoding);
  }
}

function decoding(encoding: string): Transform {
  const decoder = new TextDecoder(encoding, { fatal: true });
  return new Transform({
    transform(chunk: Uint8Array, _, done) {
      attempt(done, () => decoder.decode(chunk, { stream: true }));
    },
    flush(done) {
      attempt(done, () => decoder.decode());
    },
  });
}

function attempt(done: (error: Error | null, text?: string) => void, decode: () => string): void {
  try {
    done(null, decode());
  } catch (cause) {
    done(new Error("not of that encoding", { cause }));
  }
}

/** The causes are dropped: a decoder's message may quote bytes of the file. */
function refusalOf(error: unknown, path: string, encoding: string): Refusal {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  if (code.startsWith("Z_")) {
    return new Refusal({ code: "DATA_PACKED", title: "the file is no whole gzip file", detail: `${path} ends early or is damaged`, fix: "copy or export it again" });
  }
  if (error instanceof Error && error.message === "not of that encoding") {
    return new Refusal({ code: "DATA_ENCODING", title: `the file is not written in ${encoding}`, detail: path, fix: "name its encoding with --encoding, such as gb18030, windows-1252 or utf-16le" });
  }
  return new Refusal({ code: "DATA_FILE_MISSING", title: "the file cannot be read", detail: path, fix: "check its permissions and the room on the disk" });
}
