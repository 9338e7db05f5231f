import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { toHex, utf8 } from "@cohortium/crypto/bytes";
import { CHUNK_SIZE_BYTES, chunkRoot } from "@cohortium/crypto/chunk-root";
import { sha256 } from "@cohortium/crypto/hash";
import { applyMasks, type MaskKey } from "@cohortium/crypto/masking";
import { bytesOfWords, zeroWords, type Ring, type Words } from "@cohortium/crypto/words";
import type { PartyId, SessionId } from "@cohortium/protocol/session/ids";
import type { Chunk } from "@cohortium/protocol/wire/frame";
import { scratchFolder } from "../../protocol/test/host/scratch-folder.js";
import { Uploads } from "../src/uploads.js";

const [ADA, BOB] = ["ada", "bob"] as [PartyId, PartyId];
const SESSION = "5e".repeat(16) as SessionId;
const key = (name: string) => sha256(utf8(name));

const opened: Uploads[] = [];
afterEach(async () => { for (const uploads of opened.splice(0)) await uploads.close(); });
const fresh = () => {
  const folder = scratchFolder();
  const uploads = new Uploads(folder);
  opened.push(uploads);
  return { uploads, files: () => readdirSync(join(folder, "upload")).sort(), folder };
};

const chunksOf = (bytes: Uint8Array, round = 1): readonly Chunk[] => {
  const total = Math.ceil(bytes.length / CHUNK_SIZE_BYTES);
  return Array.from({ length: total }, (_, index) => ({ session: SESSION, round, index, total, bytes: bytes.slice(index * CHUNK_SIZE_BYTES, (index + 1) * CHUNK_SIZE_BYTES) }));
};
/** To a round whose uploads are as long as `wholeBytes`. */
const send = async (uploads: Uploads, peer: PartyId, chunks: readonly Chunk[], wholeBytes: number) => {
  for (const chunk of chunks) await uploads.receive(peer, chunk, wholeBytes);
};
/** Two and a bit chunks of something that repeats nowhere. */
const LONG = bytesOfWords(Uint32Array.from({ length: (2 * CHUNK_SIZE_BYTES) / 4 + 7 }, (_, i) => Math.imul(i, 2_654_435_761)));
const rootOf = (bytes: Uint8Array) => toHex(chunkRoot(bytes));

describe("an upload", () => {
  test("of several chunks lies under its root, byte for byte", async () => {
    const { uploads, files } = fresh();
    await send(uploads, ADA, chunksOf(LONG), LONG.length);
    expect(files()).toEqual(["arriving-ada"]);
    expect(await uploads.keep(ADA, rootOf(LONG), LONG.length)).toBe(true);
    expect(files()).toEqual([rootOf(LONG)]);
    expect(readFileSync(uploads.path(rootOf(LONG))).equals(LONG)).toBe(true);
  });

  test("that is announced again is still there; one that never came is not", async () => {
    const { uploads } = fresh();
    await send(uploads, ADA, chunksOf(LONG), LONG.length);
    await uploads.keep(ADA, rootOf(LONG), LONG.length);
    expect(await uploads.keep(ADA, rootOf(LONG), LONG.length)).toBe(true);
    expect(await uploads.keep(ADA, rootOf(utf8("never")), 5)).toBe(false);
  });

  test("with another root than announced is thrown away", async () => {
    const { uploads, files } = fresh();
    await send(uploads, ADA, chunksOf(LONG), LONG.length);
    expect(await uploads.keep(ADA, rootOf(utf8("other")), LONG.length)).toBe(false);
    expect(files()).toEqual([]);
    expect(await uploads.keep(ADA, rootOf(LONG), LONG.length)).toBe(false);
  });

  test("is not there for a round of another length, though it has the root", async () => {
    const { uploads } = fresh();
    await send(uploads, ADA, chunksOf(LONG), LONG.length);
    await uploads.keep(ADA, rootOf(LONG), LONG.length);
    expect(await uploads.keep(ADA, rootOf(LONG), LONG.length - 4)).toBe(false);
  });

  test("that is dropped leaves nothing behind, and dropping nothing is no mistake", async () => {
    const { uploads, files } = fresh();
    await send(uploads, ADA, chunksOf(LONG).slice(0, 1), LONG.length);
    for (const peer of [ADA, BOB]) await uploads.drop(peer);
    expect(files()).toEqual([]);
    await expect(send(uploads, ADA, chunksOf(LONG).slice(1), LONG.length)).rejects.toMatchObject({ code: "WIRE_BULK" });
  });

  test("that is not whole yet is thrown away, though its chunks are right so far", async () => {
    const { uploads, files } = fresh();
    await send(uploads, ADA, chunksOf(LONG).slice(0, 2), LONG.length);
    expect(await uploads.keep(ADA, rootOf(LONG), LONG.length)).toBe(false);
    expect(files()).toEqual([]);
  });

  test("may begin again after a reconnection, and two parties' uploads do not mix", async () => {
    const { uploads } = fresh();
    const short = LONG.slice(0, 40);
    await send(uploads, ADA, chunksOf(LONG).slice(0, 2), LONG.length);
    await send(uploads, BOB, chunksOf(short), short.length);
    await send(uploads, ADA, chunksOf(LONG), LONG.length);
    expect([await uploads.keep(BOB, rootOf(short), short.length), await uploads.keep(ADA, rootOf(LONG), LONG.length)]).toEqual([true, true]);
  });

  const [first, second, third] = chunksOf(LONG) as [Chunk, Chunk, Chunk];
  test.each([
    ["that begins in the middle", [second]],
    ["with a gap", [first, third]],
    ["that says a chunk twice", [first, second, second]],
    ["that goes over into another round", [first, { ...second, round: 2 }]],
    ["that goes over into another session", [first, { ...second, session: "77".repeat(16) as SessionId }]],
    ["of more chunks than the round's", [{ ...first, total: 9 }]],
    ["of fewer chunks than the round's", [{ ...first, total: 2 }]],
    ["whose last chunk is too short", [first, second, { ...third, bytes: third.bytes.slice(4) }]],
  ])("%s is refused", async (_, chunks) => {
    await expect(send(fresh().uploads, ADA, chunks, LONG.length)).rejects.toMatchObject({ code: "WIRE_BULK" });
  });

  test.each([
    ["longer by a chunk", LONG.length + CHUNK_SIZE_BYTES], ["longer by a byte", LONG.length + 1], ["shorter by a byte", LONG.length - 1], ["shorter by a chunk", LONG.length - CHUNK_SIZE_BYTES],
  ])("is refused where the round's uploads are %s", async (_, wholeBytes) => {
    await expect(send(fresh().uploads, ADA, chunksOf(LONG), wholeBytes)).rejects.toMatchObject({ code: "WIRE_BULK" });
  });

  test("of a length that no round of this session has, takes no room at all", async () => {
    const { uploads, files } = fresh();
    await expect(send(uploads, ADA, chunksOf(LONG), 40)).rejects.toMatchObject({ code: "WIRE_BULK" });
    expect(files()).toEqual([]);
  });

  test("whose round goes on without it leaves nothing behind, and what follows of it is out of order", async () => {
    const { uploads, files } = fresh();
    const [first, ...rest] = chunksOf(LONG);
    await send(uploads, ADA, [first as Chunk], LONG.length);
    await uploads.drop(ADA);
    expect(files()).toEqual([]);
    await expect(send(uploads, ADA, rest, LONG.length)).rejects.toMatchObject({ code: "WIRE_BULK" });
  });

  test("that was under way when the coordinator closed leaves nothing behind", async () => {
    const { uploads, files } = fresh();
    await send(uploads, ADA, chunksOf(LONG).slice(0, 1), LONG.length);
    await uploads.close();
    expect(files()).toEqual([]);
  });

  test.each(["", "../secret", "A".repeat(64), "0".repeat(63)])("has no path under the root %j", (root) => {
    expect(() => fresh().uploads.path(root)).toThrow(RangeError);
  });
});

describe.each([[32, CHUNK_SIZE_BYTES / 4 + 5], [64, CHUNK_SIZE_BYTES / 8], [64, 1], [32, 6]] as const)("a sum over Z_2^%i of %i words", (ring: Ring, words: number) => {
  const plain = (party: number): Words => {
    const made = zeroWords(ring, words);
    for (let i = 0; i < words; i++) made[i] = (ring === 32 ? Math.imul(i + 1, 40_503 * party) >>> 0 : BigInt(i + 1) * BigInt(party) * 0x9e3779b97f4a7c15n);
    return made;
  };
  const pair: MaskKey = { key: key("pair"), sign: 1 };
  const masked = [1, 2].map((party) => {
    const y = plain(party);
    applyMasks(y, [{ key: key(`self ${party}`), sign: 1 }, party === 1 ? pair : { ...pair, sign: -1 }], 0);
    return bytesOfWords(y);
  });
  const parts = [ADA, BOB].map((party, i) => ({ party, bytes: masked[i] ?? new Uint8Array(), root: rootOf(masked[i] ?? new Uint8Array()) }));

  test("is the plain sum, and its root is that of the whole", async () => {
    const { uploads } = fresh();
    for (const { party, bytes, root } of parts) {
      await send(uploads, party, chunksOf(bytes), bytes.length);
      await uploads.keep(party, root, bytes.length);
    }
    const sum = await uploads.sum({
      kind: "sum", round: 1, ring, words, uploads: parts, remove: [1, 2].map((party) => ({ key: key(`self ${party}`), sign: -1 })),
    });
    const expected = plain(1);
    const other = plain(2);
    for (let i = 0; i < words; i++) expected[i] = (ring === 32 ? (Number(expected[i]) + Number(other[i])) >>> 0 : BigInt.asUintN(64, BigInt(expected[i] ?? 0) + BigInt(other[i] ?? 0)));
    expect(Buffer.compare(bytesOfWords(sum.words), bytesOfWords(expected))).toBe(0);
    expect(sum.root).toBe(rootOf(bytesOfWords(expected)));
  });
});

describe("a sum", () => {
  const ask = (more: object) => ({ kind: "sum", round: 1, ring: 64, words: 4, uploads: [{ party: ADA, root: "ab".repeat(32) }], remove: [], ...more }) as const;

  test("of an upload that is not there, is too short, or has no root fails, and gives no words", async () => {
    const { uploads } = fresh();
    await expect(uploads.sum(ask({}))).rejects.toThrow();
    writeFileSync(uploads.path("ab".repeat(32)), new Uint8Array(31));
    await expect(uploads.sum(ask({}))).rejects.toThrow();
    await expect(uploads.sum(ask({ uploads: [{ party: ADA, root: "" }] }))).rejects.toThrow(RangeError);
    expect(existsSync(uploads.path("ab".repeat(32)))).toBe(true);
  });

  test("too long to be an event of a training is refused before any file is opened", async () => {
    await expect(fresh().uploads.sum(ask({ words: (1 << 20) + 1 }))).rejects.toThrow("1048577 words");
  });
});
