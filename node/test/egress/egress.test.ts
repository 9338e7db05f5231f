import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { toHex } from "@cohortium/crypto/bytes";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { encodeFixed, type Segment } from "@cohortium/crypto/fixed-point";
import { applyMasks } from "@cohortium/crypto/masking";
import { sha256 } from "@cohortium/crypto/hash";
import { wordsFromBytes } from "@cohortium/crypto/words";
import type { FromNode } from "@cohortium/protocol/conduct/messages";
import { encodeFromNode } from "@cohortium/protocol/wire/from-node";
import type { MembershipFromNode } from "@cohortium/protocol/session/membership";
import { signEntry, type EntryType } from "@cohortium/protocol/log/entry";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { Egress, type Computed, type Egressed } from "../../src/egress/egress.js";
import type { Release } from "../../src/store/ledger.js";
import { openNodeDatabase } from "../../src/database.js";
import { asked, CENTRE, DIGEST, MASKS, MILL, SELF, SESSION, signerOf, statement } from "../stage.js";

const SEGMENTS: readonly Segment[] = [{ name: "parties", length: 1, boundAbs: 1, scaleBits: 0 }, { name: "sums", length: 2, boundAbs: 50, scaleBits: 20 }];
const SESSION_OF = { id: SESSION, charter: DIGEST, releasesMax: 40, privacy: { kind: "exact", limits: { own: null } } } as const;
const plain = (...sums: readonly number[]): Computed => ({ values: Float64Array.of(1, ...sums), layout: { ring: 64, segments: SEGMENTS, words: 3 } });
const computed = (...sums: readonly number[]): Promise<Computed> => Promise.resolve(plain(...sums));
const fresh = () => {
  const [folder, db] = [scratchFolder(), openNodeDatabase(":memory:")];
  return { folder, db, egress: new Egress(db, folder) };
};
const about = { recipient: CENTRE, session: SESSION, atMs: 7, perPartner: "own" } as const;

describe("a release", () => {
  const { egress } = fresh();
  let first: Egressed;
  let release: Release | null;
  beforeAll(async () => {
    first = await egress.release(SESSION_OF, asked(), () => computed(12.5, -3));
    release = first.kind === "released" ? first.release : null;
  });
  const file = () => readFileSync(release?.path ?? "");

  test("is a file of masked words under their chunk root, readable by this user alone", () => {
    expect(release).toMatchObject({ session: SESSION, round: 1, charter: DIGEST, question: "moments", words: 3, bytes: 24, root: toHex(chunkRoot(new Uint8Array(file()))) });
    expect(statSync(release?.path ?? "").mode & 0o777).toBe(0o600);
  });

  test("is the encoded values once the masks are taken away, and nothing like them before", () => {
    const words = wordsFromBytes(64, new Uint8Array(file()));
    const encoded = encodeFixed(plain(12.5, -3).values, SEGMENTS, 64);
    expect([...words].filter((word, i) => word === encoded[i])).toEqual([]);
    applyMasks(words, MASKS.map(({ key }) => ({ key, sign: -1 })), 0);
    expect(words).toEqual(encoded);
  });

  test("asked for again is the same, and nothing is computed", async () => {
    const before = file();
    expect(await egress.release(SESSION_OF, asked(), () => { throw new Error("computed again"); })).toEqual(first);
    expect(file()).toEqual(before);
  });

  test("of another round or session is another", async () => {
    const other = await egress.release({ ...SESSION_OF, id: "77".repeat(16) }, asked(), () => computed(1, 1));
    const next = await egress.release(SESSION_OF, asked({ round: 2 }), () => computed(1, 1));
    expect(new Set([first, other, next].map((one) => (one.kind === "released" ? one.release.path : "")))).toHaveProperty("size", 3);
    expect(egress.ledger.releasesUnder(DIGEST)).toBe(3);
    expect(egress.ledger.releasesUnder("00".repeat(32))).toBe(0);
  });

  test("whose file is gone comes back with the same words, and only with those", async () => {
    const before = file();
    rmSync(release?.path ?? "");
    expect(await egress.release(SESSION_OF, asked(), () => computed(12.5, -3.5))).toMatchObject({ kind: "refused", code: "DATA_CHANGED" });
    expect(existsSync(release?.path ?? "")).toBe(false);
    expect(await egress.release(SESSION_OF, asked(), () => computed(12.5, -3))).toEqual(first);
    expect(file()).toEqual(before);
    expect(egress.ledger.releasesUnder(DIGEST)).toBe(3);
  });

  test("that crashed between its file and its row is made again, and counts once", async () => {
    const { folder, db, egress: crashed } = fresh();
    crashed.ledger.keepRelease = () => { throw new Error("the power went"); };
    await expect(crashed.release(SESSION_OF, asked(), () => computed(1, 2))).rejects.toThrow("the power went");
    const restarted = new Egress(db, folder);
    expect(restarted.ledger.release(SESSION, 1)).toBeNull();
    expect(await restarted.release(SESSION_OF, asked(), () => computed(1, 2))).toMatchObject({ kind: "released" });
    expect(restarted.ledger.releasesUnder(DIGEST)).toBe(1);
  });
});

describe("what is refused", () => {
  const refusals = ([[50.001, 0], [0, -51], [Number.NaN, 0], [0, Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY, 0], [1e300, 0]] as const)
    .map((sums) => [`[${sums.join(", ")}]`, sums] as const);

  test("a value beyond its bound is refused", async () => {
    expect(await fresh().egress.release(SESSION_OF, asked(), () => computed(50.001, 0))).toEqual({
      kind: "refused", code: "AGGREGATION_OVERFLOW", clause: "a value lies outside the bounds of the layout",
    });
  });

  test.each(refusals)("%s: no file, no row, and no value in what is said", async (_, sums) => {
    const { folder, egress } = fresh();
    const refused = await egress.release(SESSION_OF, asked(), () => computed(...sums));
    expect(refused).toMatchObject({ kind: "refused", code: "AGGREGATION_OVERFLOW" });
    expect(JSON.stringify(refused)).not.toMatch(/\d|NaN|Infinity/);
    expect(existsSync(`${folder}/${SESSION}-1.words`)).toBe(false);
    expect(egress.ledger.release(SESSION, 1)).toBeNull();
  });

  test("two at once do not both pass a budget of one", async () => {
    const { egress } = fresh();
    const terms = { ...SESSION_OF, releasesMax: 1 };
    const both = await Promise.all([egress.release(terms, asked(), () => computed(1, 2)), egress.release({ ...terms, id: "77".repeat(16) }, asked(), () => computed(1, 2))]);
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(["refused", "released"]);
  });

  test("one vector more than the charter allows, in whatever session, is refused; one that was released comes again", async () => {
    const { egress } = fresh();
    const terms = { ...SESSION_OF, releasesMax: 1 };
    const first = await egress.release(terms, asked(), () => computed(1, 2));
    expect(await egress.release({ ...terms, id: "77".repeat(16) }, asked(), () => computed(1, 2))).toEqual({ kind: "refused", code: "NODE_REFUSED", clause: "request.budget" });
    expect(await egress.release(terms, asked(), () => computed(1, 2))).toEqual(first);
    if (first.kind === "released") rmSync(first.release.path);
    expect(await egress.release(terms, asked(), () => computed(1, 2))).toEqual(first);
  });

  test("a vector of another length than its layout is a bug of ours, refused all the same", async () => {
    expect(await fresh().egress.release(SESSION_OF, asked(), () => computed(1))).toMatchObject({ kind: "refused" });
  });

  test("what is no RangeError is a bug, and thrown", async () => {
    const mask = { key: new Uint8Array(32), get sign(): 1 { throw new TypeError("a bug"); } };
    await expect(fresh().egress.release(SESSION_OF, asked({ hide: { scheme: "masked", masks: [mask] } }), () => computed(1, 2))).rejects.toThrow("a bug");
  });
});

const entry = (type: EntryType, round = 1) => signEntry({ ...statement(SELF, type, {}).statement, session: SESSION, round }, signerOf(SELF));
const BYTES = new Uint8Array(4);
const LETTERS: readonly (FromNode | MembershipFromNode)[] = [
  { kind: "charter-answered", from: SELF, answer: entry("charter.signature", 0), atMs: 0 },
  { kind: "joined", from: SELF, bundle: entry("bundle", 0), mlKemKey: BYTES, atMs: 0 },
  { kind: "declined", from: SELF, code: "DATA_REFUSED", clause: "DATA_TYPE", atMs: 0 },
  { kind: "encapsulated", from: SELF, ciphertexts: { [MILL]: BYTES }, atMs: 0 },
  { kind: "shared", from: SELF, shares: entry("shares", 0), sealed: { [MILL]: BYTES }, boxes: [], atMs: 0 },
  { kind: "uploaded", from: SELF, upload: entry("round.upload"), atMs: 0 },
  { kind: "agreed", from: SELF, agree: entry("round.agree"), atMs: 0 },
  { kind: "unmasked", from: SELF, unmask: entry("round.unmask"), selfShares: { [MILL]: BYTES }, boxShares: {}, atMs: 0 },
];

describe("the ledger", () => {
  const { db, egress } = fresh();
  const queued: string[] = [];
  const post = (message: FromNode | MembershipFromNode) => egress.letter({ key: `k/${message.kind}`, message, payload: encodeFromNode(message) }, about, () => void queued.push(message.kind));
  beforeAll(async () => {
    await egress.release(SESSION_OF, asked(), () => computed(1, 2));
    LETTERS.forEach(post);
  });

  test("lists every letter and every vector, exactly once, however often they are said", () => {
    LETTERS.forEach(post);
    expect(egress.ledger.lines(null, null).map(({ kind }) => kind)).toEqual(
      ["charter-answered", "joined", "declined", "encapsulated", "shared", "uploaded", "masked-vector", "agreed", "unmasked"]);
    expect(queued).toHaveLength(2 * LETTERS.length);
  });

  test("says of each to whom, when, in which round, how many bytes, which digest, and what it means in words", () => {
    const lines = egress.ledger.lines(SESSION, null);
    lines.filter(({ kind }) => kind !== "masked-vector").forEach((line, i) => {
      const payload = encodeFromNode(LETTERS[i] as FromNode);
      expect(line).toMatchObject({ recipient: CENTRE, atMs: 7, bytes: payload.length, digest: toHex(sha256(payload)) });
    });
    expect(lines.map(({ round }) => round)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1]);
    expect(lines.every(({ meaning }) => meaning.length > 20)).toBe(true);
    expect(new Set(lines.map(({ meaning }) => meaning)).size).toBe(lines.length);
    expect(lines.find(({ kind }) => kind === "masked-vector")).toMatchObject({ bytes: 24, digest: egress.ledger.release(SESSION, 1)?.root, meaning: expect.stringContaining("3 numbers") });
  });

  test("can be read by session and by round", () => {
    expect(egress.ledger.lines(SESSION, 1).map(({ kind }) => kind)).toEqual(["uploaded", "masked-vector", "agreed", "unmasked"]);
    expect(egress.ledger.lines("77".repeat(16), null)).toEqual([]);
    expect(egress.ledger.lines(null, 9)).toEqual([]);
  });

  test("does not list what could not be queued", () => {
    const message = LETTERS[6] as FromNode;
    expect(() => egress.letter({ key: "k/fails", message, payload: BYTES }, about, () => { throw new Error("the disk is full"); })).toThrow("the disk is full");
    expect(egress.ledger.lines(null, null)).toHaveLength(9);
  });

  test("does not let an upload out that was never released", () => {
    const upload = { ...LETTERS[5], upload: entry("round.upload", 2) } as FromNode;
    expect(() => egress.letter({ key: "k/unreleased", message: upload, payload: BYTES }, about, () => undefined)).toThrow("an upload without a release");
    expect(egress.ledger.lines(SESSION, 2)).toEqual([]);
  });

  test("does not let this company's own numbers out unless the charter shares them", () => {
    const message: MembershipFromNode = { kind: "compared", from: SELF, comparison: entry("comparison", 0), atMs: 0 };
    const say = (perPartner: "own" | "shared") => () => egress.letter({ key: "k/compared", message, payload: BYTES }, { ...about, perPartner }, () => void queued.push("compared"));
    expect(say("own")).toThrow("the charter keeps what this company gained at its node");
    expect([egress.ledger.lines(null, null).length, queued.includes("compared")]).toEqual([9, false]);
    say("shared")();
    expect(egress.ledger.lines(null, null).at(-1)).toMatchObject({ kind: "compared", meaning: expect.stringContaining("publishes to all signers") });
    expect(queued).toContain("compared");
  });

  test("is the same after a restart", () => {
    expect(new Egress(db, "").ledger.lines(null, null)).toEqual(egress.ledger.lines(null, null));
  });
});
