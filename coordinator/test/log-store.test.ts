import { afterAll, describe, expect, test } from "@jest/globals";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toHex, utf8 } from "@cohortium/crypto/bytes";
import { leafHash, treeRoot } from "@cohortium/crypto/merkle";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { logVerifierKey, openCheckpoint } from "@cohortium/protocol/log/checkpoint";
import { cosign, witnessVerifierKey } from "@cohortium/protocol/log/cosignature";
import { signEntry, type Entry } from "@cohortium/protocol/log/entry";
import { parseNote } from "@cohortium/protocol/log/note";
import { checkEvidence } from "@cohortium/protocol/log/proof";
import { ENTRY_SIZE_MAX_BYTES, tilePath, tilesOf } from "@cohortium/protocol/log/tiles";
import { folderFiles, type LogFiles } from "../src/log-files.js";
import { openLog, openLogStore, type LogStore } from "../src/log-store.js";

const signer = signerFromSeed(new Uint8Array(32).fill(7));
const identity = { origin: "log.example/consortium", signer };
const logKey = logVerifierKey(identity.origin, signer.publicKey);
const NOTHING = { size: 0, root: new Uint8Array() };

const entry = (n: number, reason = "because"): Entry =>
  signEntry({ v: 1, type: "session.abort", actor: "hub", at: "2026-11-22T10:00:00Z", charter: "-", session: "-", round: 0, body: { code: reason, n } }, signer);
const entries = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => entry(from + i));

/** Files in memory that stop taking writes after a while, as a process does that is killed. */
function memoryFiles(files = new Map<string, Uint8Array>(), writesLeft = Infinity): LogFiles & { readonly files: Map<string, Uint8Array>; writes: number } {
  const memory = {
    files,
    writes: 0,
    read: (path: string) => files.get(path) ?? null,
    replace(path: string, bytes: Uint8Array) {
      if (memory.writes >= writesLeft) throw new Error("killed");
      memory.writes++;
      files.set(path, bytes.slice());
    },
    remove(path: string) {
      for (const name of files.keys()) if (name === path || name.startsWith(`${path}/`)) files.delete(name);
    },
  };
  return memory;
}

function expectWhole(store: LogStore, logged: readonly Entry[]): void {
  expect(openCheckpoint(store.checkpoint, logKey)).toMatchObject({ ok: true, checkpoint: { size: logged.length, root: treeRoot(logged.map(({ bytes }) => leafHash(bytes))) } });
  const bytes = logged.map((one) => one.bytes);
  expect(checkEvidence(store.evidence(bytes, 0), bytes, NOTHING, logKey)).toMatchObject({ ok: true, size: logged.length });
}

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "cohortium-log-"));
  folders.push(folder);
  return folder;
}
afterAll(() => { for (const folder of folders) rmSync(folder, { recursive: true }); });

describe("a log in a folder", () => {
  test("begins with a signed empty tree and is the same log when opened again", () => {
    const folder = newFolder();
    expectWhole(openLogStore(folder, identity), []);
    expect(openLogStore(folder, identity).append(entries(0, 3))).toEqual([0, 1, 2]);
    const again = openLogStore(folder, identity);
    expectWhole(again, entries(0, 3));
    expect(again.append(entries(3, 5))).toEqual([3, 4]);
    expectWhole(openLogStore(folder, identity), entries(0, 5));
  });

  test("lies in the layout of tlog-tiles, without partial files that full ones replaced", () => {
    const folder = newFolder();
    const store = openLogStore(folder, identity);
    store.append(entries(0, 5));
    store.append(entries(5, 300));
    expect(readdirSync(folder, { recursive: true }).map(String).sort()).toEqual([
      "checkpoint",
      "tile", "tile/0", "tile/0/000", "tile/0/001.p", "tile/0/001.p/44", "tile/1", "tile/1/000.p", "tile/1/000.p/1",
      "tile/entries", "tile/entries/000", "tile/entries/001.p", "tile/entries/001.p/44",
    ].sort());
    expect(readFileSync(join(folder, "checkpoint"), "utf8")).toBe(store.checkpoint);
    expect(readFileSync(join(folder, "tile/0/001.p/44")).subarray(0, 32).toString("hex")).toBe(toHex(leafHash(entry(256).bytes)));
  });

  test("opens past a half-written file that a crash left", () => {
    const folder = newFolder();
    openLogStore(folder, identity).append(entries(0, 3));
    writeFileSync(join(folder, "checkpoint.new"), "half a check");
    expectWhole(openLogStore(folder, identity), entries(0, 3));
  });

  test("stops a second process from signing another history", () => {
    const folder = newFolder();
    const [one, two] = [openLogStore(folder, identity), openLogStore(folder, identity)];
    one.append(entries(0, 2));
    expect(() => two.append(entries(7, 9))).toThrow("another process has written to this log");
    expectWhole(openLogStore(folder, identity), entries(0, 2));
  });

  test("does not open under another name or key", () => {
    const folder = newFolder();
    openLogStore(folder, identity).append(entries(0, 2));
    expect(() => openLogStore(folder, { ...identity, origin: "log.example/other" })).toThrow(RangeError);
    expect(() => openLogStore(folder, { ...identity, signer: signerFromSeed(new Uint8Array(32).fill(8)) })).toThrow(RangeError);
  });
});

describe("appending", () => {
  test("never makes two leaves of one entry, in one call or in several, before or after a restart", () => {
    const files = memoryFiles();
    const store = openLog(files, identity);
    expect(store.append([entry(4), entry(5), entry(4)])).toEqual([0, 1, 0]);
    expect(store.append([entry(5), entry(6)])).toEqual([1, 2]);
    const writes = files.writes;
    expect(store.append([entry(6), entry(4)])).toEqual([2, 0]);
    expect(openLog(files, identity).append([entry(5)])).toEqual([1]);
    expect(files.writes).toBe(writes);
    expect(store.size).toBe(3);
  });

  test("grows the same tree in one batch as one by one", () => {
    const [batch, single] = [openLog(memoryFiles(), identity), openLog(memoryFiles(), identity)];
    batch.append(entries(0, 260));
    for (const one of entries(0, 260)) single.append([one]);
    expect(single.checkpoint).toBe(batch.checkpoint);
    expectWhole(single, entries(0, 260));
  });

  test("takes an entry of 65,535 bytes, and refuses a batch with one of 65,536 whole", () => {
    const store = openLog(memoryFiles(), identity);
    const fill = (length: number) => entry(3, "x".repeat(length - entry(3, "").bytes.length));
    const [longest, tooLong] = [fill(ENTRY_SIZE_MAX_BYTES), fill(ENTRY_SIZE_MAX_BYTES + 1)];
    expect(() => store.append([entry(4), tooLong])).toThrow(RangeError);
    expect(store.size).toBe(0);
    expect(store.append([longest])).toEqual([0]);
  });
});

describe("a crash", () => {
  // Across the border of a bundle, so that full and partial files, tiles of two levels and the checkpoint are all among the writes.
  const before = entries(0, 250);
  const batch = entries(250, 530);

  test("after any write leaves a log that opens, with all of the batch or none, and ends where it would have ended", () => {
    const start = memoryFiles();
    openLog(start, identity).append(before);
    const undisturbed = memoryFiles(new Map(start.files));
    const whole = openLog(undisturbed, identity);
    whole.append(batch);
    expect(undisturbed.writes).toBe(8);

    for (let writes = 0; writes < undisturbed.writes; writes++) {
      const files = new Map(start.files);
      const dying = openLog(memoryFiles(files, writes), identity);
      expect(() => dying.append(batch)).toThrow("killed");
      expect(() => dying.append([])).toThrow("an earlier write to the log failed");
      expect(() => dying.evidence([], 0)).toThrow("an earlier write to the log failed");
      const reopened = openLog(memoryFiles(files), identity);
      expectWhole(reopened, before);
      reopened.append(batch);
      expect(reopened.checkpoint).toBe(whole.checkpoint);
      expect([...files.keys()].sort()).toEqual([...undisturbed.files.keys()].sort());
      for (const [path, bytes] of files) expect(toHex(bytes)).toBe(toHex(undisturbed.files.get(path)!));
    }
  });

  test("leaves nothing behind that a different next batch could trip over", () => {
    const files = memoryFiles();
    openLog(files, identity).append(before);
    expect(() => openLog(memoryFiles(files.files, 7), identity).append(batch)).toThrow("killed");
    const reopened = openLog(files, identity);
    reopened.append(entries(900, 1000));
    expectWhole(openLog(files, identity), [...before, ...entries(900, 1000)]);
  });

  test("before the first checkpoint leaves a folder in which a log can begin", () => {
    const files = new Map<string, Uint8Array>();
    expect(() => openLog(memoryFiles(files, 0), identity)).toThrow("killed");
    expectWhole(openLog(memoryFiles(files), identity), []);
  });
});

describe("damage", () => {
  const damaged = (damage: (files: Map<string, Uint8Array>) => void) => {
    const files = memoryFiles();
    openLog(files, identity).append(entries(0, 300));
    damage(files.files);
    return files;
  };

  test("to tiles is repaired from the entries", () => {
    const files = damaged((all) => { for (const tile of tilesOf(300)) all.delete(tilePath(tile)); });
    expectWhole(openLog(files, identity), entries(0, 300));
    for (const tile of tilesOf(300)) expect(files.files.has(tilePath(tile))).toBe(true);
  });

  test.each([
    { what: "a lost bundle", damage: (all: Map<string, Uint8Array>) => void all.delete("tile/entries/001.p/44") },
    { what: "a changed entry", damage: (all: Map<string, Uint8Array>) => void (all.get("tile/entries/000")![90]! ^= 1) },
    { what: "a bundle cut short", damage: (all: Map<string, Uint8Array>) => void all.set("tile/entries/000", all.get("tile/entries/000")!.slice(0, -1)) },
    { what: "a lost checkpoint", damage: (all: Map<string, Uint8Array>) => void all.delete("checkpoint") },
    { what: "a changed checkpoint", damage: (all: Map<string, Uint8Array>) => void (all.get("checkpoint")![4]! ^= 1) },
  ])("by $what keeps the log shut, because signing on would fork it", ({ damage }) => {
    expect(() => openLog(damaged(damage), identity)).toThrow(RangeError);
  });
});

describe("evidence", () => {
  test("convinces a node that follows the log", () => {
    const store = openLog(memoryFiles(), identity);
    let seen: { size: number; root: Uint8Array } = NOTHING;
    for (const [from, to] of [[0, 3], [3, 4], [4, 300]] as const) {
      store.append(entries(from, to));
      const shown = [entry(from).bytes, entry(to - 1).bytes];
      const verdict = checkEvidence(store.evidence(shown, seen.size), shown, seen, logKey);
      expect(verdict).toMatchObject({ ok: true, size: to });
      if (verdict.ok) seen = verdict;
    }
  });

  test("is not made for what is not logged, nor for a size the log never had", () => {
    const store = openLog(memoryFiles(), identity);
    store.append(entries(0, 3));
    expect(() => store.evidence([entry(9).bytes], 0)).toThrow(RangeError);
    expect(() => store.evidence([], 4)).toThrow(RangeError);
  });
});

describe("a cosignature", () => {
  const witness = { name: "harbour", signer: signerFromSeed(utf8("harbour-harbour-harbour-harbour-")) };
  const witnessKey = witnessVerifierKey(witness.name, witness.signer.publicKey);
  const names = (store: LogStore) => parseNote(store.checkpoint).signatures.map(({ name }) => name);

  test("is published under the checkpoint, once per witness, and outlives a restart", () => {
    const files = memoryFiles();
    const store = openLog(files, identity);
    store.append(entries(0, 3));
    expect(store.addCosignature(cosign(store.checkpoint, witness, 1_795_000_000), witnessKey)).toBe(true);
    expect(store.addCosignature(cosign(store.checkpoint, witness, 1_795_000_007), witnessKey)).toBe(true);
    expect(names(store)).toEqual([identity.origin, "harbour"]);
    expect(openLog(files, identity).checkpoint).toBe(store.checkpoint);
    store.append(entries(3, 4));
    expect(names(store)).toEqual([identity.origin]);
  });

  test("for an older tree, by another key, or of another form is not", () => {
    const store = openLog(memoryFiles(), identity);
    const old = cosign(store.checkpoint, witness, 1_795_000_000);
    store.append(entries(0, 3));
    const stranger = { name: "harbour", signer: signerFromSeed(new Uint8Array(32).fill(5)) };
    for (const line of [old, cosign(store.checkpoint, stranger, 1_795_000_000), "nonsense", ""]) expect(store.addCosignature(line, witnessKey)).toBe(false);
    expect(names(store)).toEqual([identity.origin]);
  });
});

test("files in a folder are replaced whole, read as null when missing, and removed with all below", () => {
  const files = folderFiles(join(newFolder(), "made", "on", "demand"));
  files.replace("tile/0/x001/002.p/7", Uint8Array.of(3, 4));
  files.replace("tile/0/x001/002.p/7", Uint8Array.of(5));
  expect(files.read("tile/0/x001/002.p/7")).toEqual(Buffer.of(5));
  expect(files.read("tile/0/x001/002")).toBeNull();
  expect(files.read("tile/0/x001/002.p/7/8")).toBeNull();
  files.remove("tile/0/x001/002.p");
  expect(files.read("tile/0/x001/002.p/7")).toBeNull();
});
