import { inflateRawSync } from "node:zlib";

/** No member we look for is larger; a larger one is refused before memory is spent on it. */
const MEMBER_SIZE_MAX_BYTES = 64 * 1024 * 1024;

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;

/**
 * One member of a ZIP archive (APPNOTE 6.3.3 §4.3), by its full name. No encryption, no ZIP64: those are refused.
 *
 * @throws RangeError if the archive is not one, or has no such member.
 */
export function unzipMember(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf(Uint8Array.of(0x50, 0x4b, 0x05, 0x06));
  if (end < 0 || archive.readUInt32LE(end) !== END_OF_DIRECTORY) throw new RangeError("not a ZIP archive");
  const entries = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let i = 0; i < entries; i++) {
    if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new RangeError("the ZIP archive's directory is damaged");
    const nameLength = archive.readUInt16LE(at + 28);
    if (archive.toString("utf8", at + 46, at + 46 + nameLength) === name) return memberAt(archive, at);
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new RangeError(`the ZIP archive has no member ${name}`);
}

function memberAt(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const packedBytes = archive.readUInt32LE(entry + 20);
  const sizeBytes = archive.readUInt32LE(entry + 24);
  const header = archive.readUInt32LE(entry + 42);
  if (sizeBytes > MEMBER_SIZE_MAX_BYTES) throw new RangeError(`a member of ${sizeBytes} bytes is too large`);
  // The local header repeats the name and has its own extra field, of a length of its own.
  const from = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  const packed = archive.subarray(from, from + packedBytes);
  if (method === STORED) return packed;
  if (method !== DEFLATED) throw new RangeError(`compression method ${method} is not supported`);
  return inflateRawSync(packed, { maxOutputLength: MEMBER_SIZE_MAX_BYTES });
}
