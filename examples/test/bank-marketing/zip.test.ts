import { deflateRawSync } from "node:zlib";
import { expect, test } from "@jest/globals";
import { unzipMember } from "../../src/bank-marketing/zip.js";

/** An archive written from the format's description, with an extra field that only local headers have. */
function archiveOf(members: readonly { readonly name: string; readonly content: Buffer; readonly method: number; readonly sizeBytes?: number }[]): Buffer {
  const [locals, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const { name, content, method, sizeBytes = content.length } of members) {
    const packed = method === 8 ? deflateRawSync(content) : content;
    const local = Buffer.alloc(30 + name.length + 4);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(4, 28);
    local.write(name, 30);
    const entry = Buffer.alloc(46 + name.length);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(sizeBytes, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    entry.write(name, 46);
    locals.push(local, packed);
    directory.push(entry);
    offset += local.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

const TEXT = Buffer.from("age;job\n".repeat(50));
const ARCHIVE = archiveOf([{ name: "read.me", content: Buffer.from("hello"), method: 0 }, { name: "folder/rows.csv", content: TEXT, method: 8 }]);

test("stored and deflated members come out whole", () => {
  expect(unzipMember(ARCHIVE, "read.me").toString()).toBe("hello");
  expect(unzipMember(ARCHIVE, "folder/rows.csv").equals(TEXT)).toBe(true);
});

test("an archive within an archive opens twice", () => {
  const outer = archiveOf([{ name: "inner.zip", content: ARCHIVE, method: 8 }]);
  expect(unzipMember(unzipMember(outer, "inner.zip"), "folder/rows.csv").equals(TEXT)).toBe(true);
});

test.each([
  { what: "a member that is not there", archive: ARCHIVE, name: "rows.csv" },
  { what: "something else than an archive", archive: TEXT, name: "read.me" },
  { what: "another compression method", archive: archiveOf([{ name: "read.me", content: TEXT, method: 9 }]), name: "read.me" },
  { what: "a member larger than any we look for", archive: archiveOf([{ name: "read.me", content: TEXT, method: 8, sizeBytes: 65 * 1024 * 1024 }]), name: "read.me" },
])("$what is refused", ({ archive, name }) => {
  expect(() => unzipMember(archive, name)).toThrow(RangeError);
});
