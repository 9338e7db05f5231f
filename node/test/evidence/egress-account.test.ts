import { beforeAll, describe, expect, test } from "@jest/globals";
import { rmSync, writeFileSync, readFileSync } from "node:fs";
import { utf8 } from "@cohortium/crypto/bytes";
import type { Segment } from "@cohortium/crypto/fixed-point";
import { signEntry, type EntryType } from "@cohortium/protocol/log/entry";
import { encodeFromNode } from "@cohortium/protocol/wire/from-node";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { Egress } from "../../src/egress/egress.js";
import { decodeBulk, decodeLetter } from "../../src/evidence/decode.js";
import { EgressAccount } from "../../src/evidence/egress-account.js";
import { KeptLetters } from "../../src/store/kept-letters.js";
import { entryIn, type LetterMessage } from "../../src/egress/letter-entry.js";
import { LogPlaces } from "../../src/log/log-places.js";
import { openNodeDatabase } from "../../src/database.js";
import { asked, CENTRE, DIGEST, MILL, SELF, SESSION, signerOf } from "../stage.js";

const SEGMENTS: readonly Segment[] = [{ name: "parties", length: 1, boundAbs: 1, scaleBits: 0 }, { name: "sums", length: 2, boundAbs: 50, scaleBits: 20 }];
const entry = (type: EntryType, body = {}) => signEntry({ v: 1, type, actor: SELF, at: "2026-12-15T10:00:00.000Z", charter: DIGEST, session: SESSION, round: 1, body }, signerOf(SELF));
const UPLOAD = entry("round.upload", { root: "ab".repeat(32), words: 3 });
const [DECLINED, UPLOADED, JOINED]: readonly LetterMessage[] = [
  { kind: "declined", from: SELF, code: "DATA_REFUSED", clause: "QUALITY_NULLS", atMs: 0 },
  { kind: "uploaded", from: SELF, upload: UPLOAD, atMs: 0 },
  { kind: "joined", from: SELF, bundle: entry("bundle", { maskKey: "k" }), mlKemKey: new Uint8Array(1_184).fill(7), atMs: 0 },
];

function place(retention?: { days: number; sizeMaxBytes: number }) {
  const [folder, db] = [scratchFolder(), openNodeDatabase(":memory:")];
  const egress = new Egress(db, folder, retention);
  const say = (key: string, message: LetterMessage | undefined, atMs = 1_000) => {
    if (message === undefined) throw new Error("a letter");
    const payload = encodeFromNode(message);
    egress.letter({ key, message, payload }, { recipient: CENTRE, session: SESSION, atMs, perPartner: "own" }, () => undefined);
    return payload;
  };
  return { db, egress, say, account: new EgressAccount(db), letters: new KeptLetters(db) };
}

describe("what left", () => {
  const { db, egress, say, account } = place();
  let path = "";
  beforeAll(async () => {
    const ask = asked();
    const released = await egress.release({ id: SESSION, charter: DIGEST, releasesMax: 40, privacy: { kind: "exact", limits: { own: null } } }, ask, () => Promise.resolve({ values: Float64Array.of(1, 12.5, -3), layout: { ring: 64, segments: SEGMENTS, words: 3 } }));
    path = released.kind === "released" ? released.release.path : "";
    say("a", JOINED, 1_000);
    say("b", UPLOADED, 2_000);
    say("c", DECLINED, 3_000);
  });

  test("is told with the statement each line carries; a vector belongs to the letter about it, and a refusal to none", () => {
    expect(account.records({}).map(({ kind, entry: id, logEntry, nanoRho }) => [kind, id === null ? null : id.slice(0, 8), logEntry, nanoRho])).toEqual([
      ["joined", entryIn(JOINED as LetterMessage)?.id.slice(0, 8), null, null], ["uploaded", UPLOAD.id.slice(0, 8), null, null], ["masked-vector", UPLOAD.id.slice(0, 8), null, null], ["declined", null, null, null],
    ]);
  });

  test("is told of a span of time, its beginning with it and its end without", () => {
    expect(account.records({ fromMs: 2_000, toMs: 3_000 }).map(({ kind }) => kind)).toEqual(["uploaded", "masked-vector"]);
    expect(account.records({ session: SESSION, round: 1 }).map(({ kind }) => kind)).toEqual(["uploaded", "masked-vector"]);
  });

  test("has the log's number once the log showed it back, of this node's own statements alone", () => {
    const places = new LogPlaces(db);
    const others = signEntry({ ...UPLOAD.statement, actor: MILL }, signerOf(MILL));
    places.note(SELF, [others, UPLOAD], { checkpoint: "", items: [{ index: 40, proof: [] }, { index: 41, proof: [] }], consistency: [] });
    expect(account.records({ round: 1 }).map(({ logEntry }) => logEntry)).toEqual([41, 41]);
    expect(places.of(others.id)).toBeNull();
  });

  test("is decoded from the very bytes, which have the digest of the ledger", () => {
    const found = account.bytesOf(2);
    if (found?.kind !== "letter") throw new Error("the letter was kept");
    expect(found.digestFits).toBe(true);
    const fields = Object.fromEntries(decodeLetter(found.bytes, SELF).map(({ field, value }) => [field, value]));
    expect(fields).toMatchObject({ "upload.type": "round.upload", "upload.actor": SELF, "upload.body.root": "ab".repeat(32), "upload.body.words": "3", "upload.id": UPLOAD.id });
    const joined = account.bytesOf(1);
    if (joined?.kind !== "letter") throw new Error("the letter was kept");
    expect(decodeLetter(joined.bytes, SELF).find(({ field }) => field === "mlKemKey")?.value).toMatch(/^1184 bytes: (07){16}… \(SHA-256 [0-9a-f]{64}\)$/);
  });

  test("as a vector is told by its root, its length and its first words, as long as it lies here", () => {
    const found = account.bytesOf(3);
    if (found?.kind !== "bulk") throw new Error("the vector lies here");
    expect([found.digestFits, found.words]).toEqual([true, 3]);
    const fields = decodeBulk(found.bytes, found.words);
    expect(fields.map(({ field }) => field)).toEqual(["length", "root", "first words"]);
    expect(fields[0]?.value).toBe("24 bytes, 3 words of 64 bits");
    expect(fields[2]?.value.split(" ").map((word) => word.length)).toEqual([16, 16, 16]);
    const before = readFileSync(path);
    writeFileSync(path, before.map((byte) => byte ^ 1));
    expect(account.bytesOf(3)).toMatchObject({ digestFits: false });
    rmSync(path);
    expect(account.bytesOf(3)).toMatchObject({ kind: "gone", because: expect.stringContaining("upload/") });
  });

  test("costs what was charged for its vector", () => {
    expect(account.record(3)?.nanoRho).toBeNull();
    egress.ledger.charges.keep({ atMs: 2_000, charter: DIGEST, session: SESSION, round: 1, query: "q", kind: "profile", nanoRho: 25_000, rowSet: "r" });
    expect(account.records({}).map(({ nanoRho }) => nanoRho)).toEqual([null, null, 25_000, null]);
  });

  test("that never left is no line", () => {
    expect([account.record(99), account.bytesOf(99)]).toEqual([null, null]);
  });
});

describe("the bytes of letters", () => {
  const DAY_MS = 86_400_000;

  test("go after their days, and the line stays with its digest", () => {
    const { say, account, letters } = place({ days: 2, sizeMaxBytes: 1e9 });
    say("old", JOINED, 1_000);
    say("young", DECLINED, 1_000 + 2 * DAY_MS + 1);
    expect([letters.payload("old"), letters.payload("young") !== null]).toEqual([null, true]);
    expect(account.bytesOf(1)).toMatchObject({ kind: "gone", because: expect.stringContaining("setting") });
    expect(account.record(1)).toMatchObject({ kind: "joined", entry: entryIn(JOINED as LetterMessage)?.id });
  });

  test("go when there are too many, the oldest first", () => {
    const { say, letters } = place({ days: 30, sizeMaxBytes: 3_500 });
    const sizes = ["a", "b", "c"].map((key) => say(key, JOINED).length);
    expect(sizes[0]).toBeGreaterThan(1_184);
    expect(["a", "b", "c"].map((key) => letters.payload(key) !== null)).toEqual([false, true, true]);
  });

  test("are not kept where nothing is to be kept", () => {
    const { say, letters } = place({ days: 30, sizeMaxBytes: 0 });
    say("a", DECLINED);
    expect(letters.payload("a")).toBeNull();
  });

  test("stay what they were if a letter is said again", () => {
    const { say, letters } = place();
    const payload = say("a", DECLINED);
    letters.keep({ key: "a", atMs: 5, entry: "", payload: utf8("other") });
    expect(letters.payload("a")).toEqual(payload);
  });
});
