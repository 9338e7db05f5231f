import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { toHex } from "@cohortium/crypto/bytes";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { coinsOf } from "@cohortium/crypto/dp/coins";
import { discreteGaussian } from "@cohortium/crypto/dp/discrete-noise";
import { HALF_BYTES, KEY_BYTES, PRIMES } from "@cohortium/crypto/he/parameters";
import { addPart, openVector } from "@cohortium/crypto/he/vector";
import type { DecryptionAsked } from "@cohortium/protocol/aggregation/encrypted/round-member";
import { signEntry } from "@cohortium/protocol/log/entry";
import type { PartyId } from "@cohortium/protocol/session/ids";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { Egress, type Computed, type Egressed, type ReleaseTerms } from "../../src/egress/egress.js";
import { openNodeDatabase } from "../../src/database.js";
import { asked, CENTRE, DIGEST, SELF, SESSION, signerOf, statement } from "../stage.js";

const NAMES = ["ada", "bob", "cleo"] as PartyId[];
const [ADA, BOB, CLEO] = NAMES as [PartyId, PartyId, PartyId];
const TERMS = { id: SESSION, charter: DIGEST, releasesMax: 40, privacy: { kind: "exact", limits: { own: null } } } as const;
const LIST = "1a".repeat(32);
const SEGMENTS = [{ name: "parties", length: 1, boundAbs: 1, scaleBits: 0 }, { name: "sums", length: 2, boundAbs: 50, scaleBits: 40 }];
const computed = (a: number, b: number): Promise<Computed> => Promise.resolve({ values: Float64Array.of(1, a, b), layout: { ring: 64, segments: SEGMENTS, words: 3 } });
const rootOf = (bytes: Uint8Array) => toHex(chunkRoot(bytes));

/** A node's egress over a folder, and what may be restarted over it. */
function nodeOf(party: PartyId) {
  const [folder, database] = [scratchFolder(), openNodeDatabase(":memory:")];
  const own = { session: SESSION, charter: DIGEST, entropy: new Uint8Array(32).fill(NAMES.indexOf(party) + 1) };
  return { folder, database, own, egress: new Egress(database, folder) };
}
type Node = ReturnType<typeof nodeOf>;

let nodes: ReadonlyMap<PartyId, Node>;
let shares: Record<string, string>;
const at = (party: PartyId) => nodes.get(party)!;
const bytesAt = (party: PartyId, round: number, part: "share" | "c0" | "c1" | "decryption") => new Uint8Array(readFileSync(at(party).egress.ledger.part(SESSION, round, part)!.path));
/** As if the coordinator had relayed it. */
const receive = (to: PartyId, bytes: Uint8Array, root = rootOf(bytes)) => {
  mkdirSync(join(at(to).folder, "received", SESSION), { recursive: true });
  writeFileSync(join(at(to).folder, "received", SESSION, root), bytes);
};
const encrypted = (party: PartyId, round = 1, a = 12.5, b = -3): Promise<Egressed> => at(party).egress.release(TERMS, asked({ round, hide: { scheme: "encrypted", shares } }), () => computed(a, b));
const decryption = (more: Partial<DecryptionAsked> = {}): DecryptionAsked => ({
  kind: "decrypt", round: 1, list: LIST, question: asked().question,
  ciphertexts: NAMES.map((party) => ({ party, c1: at(party).egress.ledger.part(SESSION, 1, "c1")!.root })), ...more,
});

beforeEach(() => {
  nodes = new Map(NAMES.map((name) => [name, nodeOf(name)]));
  shares = Object.fromEntries(NAMES.map((name) => [name, at(name).egress.ciphertexts.makeKey(at(name).own)]));
  for (const from of NAMES) for (const to of NAMES) if (from !== to) receive(to, bytesAt(from, 0, "share"));
});
const afterAllEncrypted = async () => {
  for (const name of NAMES) await encrypted(name);
  for (const from of NAMES) for (const to of NAMES) if (from !== to) receive(to, bytesAt(from, 1, "c1"));
};

describe("a key share", () => {
  test("is a file under its root, the same when it is made again, and its secret is nowhere", () => {
    const { egress, own, folder } = at(ADA);
    expect(bytesAt(ADA, 0, "share")).toHaveLength(KEY_BYTES);
    expect(rootOf(bytesAt(ADA, 0, "share"))).toBe(shares[ADA]);
    rmSync(egress.ledger.part(SESSION, 0, "share")!.path);
    expect(new Egress(at(ADA).database, folder).ciphertexts.makeKey(own)).toBe(shares[ADA]);
    expect(shares[ADA]).not.toBe(shares[BOB]);
  });
});

describe("an answer that is encrypted", () => {
  test("is two files under their roots, counts as one release, and is not encrypted again when it is asked for again", async () => {
    const first = await encrypted(ADA);
    expect(first).toEqual({ kind: "encrypted", c0: rootOf(bytesAt(ADA, 1, "c0")), c1: rootOf(bytesAt(ADA, 1, "c1")), words: 3 });
    const restarted = new Egress(at(ADA).database, at(ADA).folder);
    expect(await restarted.release(TERMS, asked({ hide: { scheme: "encrypted", shares } }), () => { throw new Error("computed again"); })).toEqual(first);
    expect(restarted.ledger.releasesUnder(DIGEST)).toBe(1);
    expect([bytesAt(ADA, 1, "c0").length, bytesAt(ADA, 1, "c1").length]).toEqual([HALF_BYTES, HALF_BYTES]);
  });

  test("is another for another round, also of the same numbers", async () => {
    expect(await encrypted(ADA, 2)).not.toEqual(await encrypted(ADA, 1));
  });

  test("whose crash came before its roots were kept is encrypted anew: nothing of the first was told to anybody", async () => {
    const { egress, database, folder } = at(ADA);
    egress.ledger.keepRelease = () => { throw new Error("the power went"); };
    await expect(encrypted(ADA)).rejects.toThrow("the power went");
    const restarted = new Egress(database, folder);
    expect([restarted.ledger.part(SESSION, 1, "c0"), restarted.ledger.release(SESSION, 1)]).toEqual([null, null]);
    expect(await restarted.release(TERMS, asked({ hide: { scheme: "encrypted", shares } }), () => computed(12.5, -3))).toMatchObject({ kind: "encrypted" });
    expect(restarted.ledger.releasesUnder(DIGEST)).toBe(1);
  });

  test("whose file is lost is not encrypted again", async () => {
    await encrypted(ADA);
    rmSync(at(ADA).egress.ledger.part(SESSION, 1, "c1")!.path);
    expect(await encrypted(ADA)).toEqual({ kind: "refused", code: "AGGREGATION_LOST", clause: "the ciphertext of this round" });
  });

  test.each([
    ["is missing", "AGGREGATION_LOST", (path: string) => rmSync(path)],
    ["is no key share", "AGGREGATION_CIPHERTEXT", (path: string) => writeFileSync(path, new Uint8Array(KEY_BYTES).fill(255))],
    ["is too short", "AGGREGATION_CIPHERTEXT", (path: string) => writeFileSync(path, new Uint8Array(8))],
  ])("is refused where a key share %s, and names its party", async (_, code, bend) => {
    bend(join(at(ADA).folder, "received", SESSION, shares[CLEO]!));
    expect(await encrypted(ADA)).toEqual({ kind: "refused", code, clause: "the key share of cleo" });
    expect(at(ADA).egress.ledger.releasesUnder(DIGEST)).toBe(0);
  });

  test("beyond its bound is refused before anything is encrypted", async () => {
    expect(await encrypted(ADA, 1, 51)).toMatchObject({ kind: "refused", code: "AGGREGATION_OVERFLOW" });
    expect(existsSync(join(at(ADA).folder, `${SESSION}-1.c0`))).toBe(false);
  });

  test("is refused where the budget is used up", async () => {
    const { egress } = at(ADA);
    expect(await egress.release({ ...TERMS, releasesMax: 0 }, asked({ hide: { scheme: "encrypted", shares } }), () => computed(1, 1))).toMatchObject({ code: "NODE_REFUSED", clause: "request.budget" });
  });

  test("of answers is charged with its release, and two at once do not both pass what is left", async () => {
    const { egress, own, folder } = at(ADA);
    const privacy = { kind: "priced", noise: null, charge: { atMs: 7, query: "q", kind: "profile", nanoRho: 600, rowSet: "r" }, limits: { charter: 1_000, own: null } } as const;
    const released = await Promise.all([SESSION, "77".repeat(16)].map((id) => {
      const root = egress.ciphertexts.makeKey({ ...own, session: id });
      return egress.release({ ...TERMS, id, privacy }, asked({ hide: { scheme: "encrypted", shares: { [ADA]: root } } }), () => computed(1, 1));
    }));
    expect(released.filter(({ kind }) => kind === "refused")).toEqual([{ kind: "refused", code: "BUDGET_SPENT", clause: "request.privacy-budget" }]);
    expect([egress.ledger.charges.under(DIGEST), egress.ledger.releasesUnder(DIGEST)]).toEqual([600, 1]);
    expect(readdirSync(folder).filter((name) => /\.c[01]$/.test(name))).toHaveLength(2);
  });

  test.each([[1, ["encrypted", "refused"]], [2, ["encrypted", "encrypted"]]])("two at once do not both pass a budget of one; control: of %i", async (releasesMax, kinds) => {
    const { egress, own, folder } = at(ADA);
    const released = await Promise.all([SESSION, "77".repeat(16)].map((id) => {
      const root = egress.ciphertexts.makeKey({ ...own, session: id });
      return egress.release({ ...TERMS, id, releasesMax }, asked({ hide: { scheme: "encrypted", shares: { [ADA]: root } } }), () => computed(1, 1));
    }));
    expect(released.map(({ kind }) => kind).toSorted()).toEqual(kinds);
    expect(released.filter(({ kind }) => kind === "refused")).toEqual(kinds.filter((kind) => kind === "refused").map((kind) => ({ kind, code: "NODE_REFUSED", clause: "request.budget" })));
    expect(egress.ledger.releasesUnder(DIGEST)).toBe(releasesMax);
    // Nothing is left of what was not released.
    expect(readdirSync(folder).filter((name) => /\.c[01]$/.test(name))).toHaveLength(2 * releasesMax);
  });
});

describe("a decryption", () => {
  beforeEach(afterAllEncrypted);

  test("of all parties opens the sum", () => {
    const v = new Uint8Array(HALF_BYTES);
    for (const party of NAMES) {
      const { egress, own } = at(party);
      expect(egress.ciphertexts.decrypt(own, decryption())).toEqual({ kind: "decrypted", root: rootOf(bytesAt(party, 1, "decryption")) });
      for (const part of ["c0", "decryption"] as const) expect(addPart(v, bytesAt(party, 1, part))).toBe(true);
    }
    const words = openVector(v, { ring: 64, words: 3 }, 3);
    expect([...words ?? []].map((word) => Number(BigInt.asIntN(64, BigInt(word))))).toEqual([3, 3 * 12.5 * 2 ** 40, -9 * 2 ** 40]);
  });

  test("is kept before it is told, and the same after a restart, also where its file is lost", () => {
    const { egress, own, database, folder } = at(ADA);
    const first = egress.ciphertexts.decrypt(own, decryption());
    const restarted = new Egress(database, folder);
    expect(restarted.ciphertexts.decrypt(own, decryption())).toEqual(first);
    rmSync(restarted.ledger.part(SESSION, 1, "decryption")!.path);
    expect(restarted.ciphertexts.decrypt(own, decryption())).toEqual(first);
  });

  test("of another sum of the same round is refused, for good", () => {
    const { egress, own } = at(ADA);
    egress.ciphertexts.decrypt(own, decryption());
    const other = decryption({ list: "2b".repeat(32) });
    expect(egress.ciphertexts.decrypt(own, other)).toMatchObject({ kind: "refused", code: "AGGREGATION_SECOND_ANSWER" });
    expect(new Egress(at(ADA).database, at(ADA).folder).ciphertexts.decrypt(own, other)).toMatchObject({ code: "AGGREGATION_SECOND_ANSWER" });
  });

  test("of ciphertexts without one's own is refused", () => {
    const { egress, own } = at(ADA);
    const { ciphertexts } = decryption();
    expect(egress.ciphertexts.decrypt(own, decryption({ ciphertexts: ciphertexts.filter(({ party }) => party !== ADA) }))).toMatchObject({ code: "AGGREGATION_COMMITMENT" });
    expect(egress.ledger.part(SESSION, 1, "decryption")).toBeNull();
  });

  test.each([
    ["is missing", "AGGREGATION_LOST", (path: string) => rmSync(path)],
    ["holds a word that is not below its prime", "AGGREGATION_CIPHERTEXT", (path: string) => {
      const bytes = new Uint8Array(readFileSync(path));
      new DataView(bytes.buffer).setBigUint64(0, PRIMES[0].q, true);
      writeFileSync(path, bytes);
    }],
  ])("is refused where a ciphertext %s, and names its party", (_, code, bend) => {
    const { egress, own, folder } = at(ADA);
    bend(join(folder, "received", SESSION, at(BOB).egress.ledger.part(SESSION, 1, "c1")!.root));
    expect(egress.ciphertexts.decrypt(own, decryption())).toEqual({ kind: "refused", code, clause: "the ciphertext of bob" });
  });
});

describe("noise under encryption", () => {
  const NOISE = [{ length: 1, variance: null }, { length: 2, variance: { numerator: 900n, denominator: 1n } }] as const;
  const label = `${SESSION}/1/q/m/rows`;
  const charge = { atMs: 7, query: "q", kind: "profile", nanoRho: 600, rowSet: "r" };
  const noisy = (party: PartyId, noise: boolean): ReleaseTerms => ({
    ...TERMS, privacy: { kind: "priced", noise: noise ? { segments: NOISE, entropy: at(party).own.entropy, label } : null, charge, limits: { charter: 1_000, own: null } },
  });
  const answer = (party: PartyId, noise = true, through = at(party).egress) => through.release(noisy(party, noise), asked({ hide: { scheme: "encrypted", shares } }), () => computed(12.5, -3));
  /** What this party's noise comes to, by the sampler alone. */
  const drawn = (party: PartyId) => {
    const coins = coinsOf(at(party).own.entropy, label);
    return [0n, ...[0, 1].map(() => discreteGaussian(coins, { numerator: 900n, denominator: 1n }))];
  };
  const EXACT = [3n, 75n * 2n ** 39n, -9n * 2n ** 40n];
  /** What is opened over all, less the exact sum. */
  const left = () => {
    for (const from of NAMES) for (const to of NAMES) if (from !== to) receive(to, bytesAt(from, 1, "c1"));
    const v = new Uint8Array(HALF_BYTES);
    for (const party of NAMES) {
      at(party).egress.ciphertexts.decrypt(at(party).own, decryption());
      for (const part of ["c0", "decryption"] as const) addPart(v, bytesAt(party, 1, part));
    }
    return [...openVector(v, { ring: 64, words: 3 }, 3) ?? []].map((word, i) => BigInt.asIntN(64, BigInt(word)) - EXACT[i]!);
  };
  const together = (parties: readonly PartyId[]) => [0, 1, 2].map((i) => parties.reduce((sum, party) => sum + drawn(party)[i]!, 0n));

  test.each([["all", NAMES], ["all but bob", [ADA, CLEO]], ["nobody", []]] as const)("is in the sum that is opened, each company's own: that of %s who added it, and no other; the guard carries none", async (_, adds) => {
    for (const party of NAMES) expect(await answer(party, (adds as readonly PartyId[]).includes(party))).toMatchObject({ kind: "encrypted" });
    expect(left()).toEqual(together(adds));
    expect(together(NAMES).slice(1)).not.toContain(0n);
  });

  test("is negative and fits: a sum of nothing but noise opens as that", async () => {
    for (const party of NAMES) await at(party).egress.release(noisy(party, true), asked({ hide: { scheme: "encrypted", shares } }), () => computed(0, 0));
    expect(left().map((rest, i) => rest + (i === 0 ? 0n : EXACT[i]!))).toEqual(together(NAMES));
    expect(NAMES.flatMap((party) => drawn(party)).some((part) => part < 0n)).toBe(true);
  });

  test("is the same after a crash that came before anything was kept, and charged once; what was kept is what is told, byte for byte", async () => {
    const { egress, database, folder } = at(ADA);
    const { keepRelease } = egress.ledger;
    egress.ledger.keepRelease = () => { throw new Error("the power went"); };
    await expect(answer(ADA)).rejects.toThrow("the power went");
    egress.ledger.keepRelease = keepRelease;
    const restarted = new Egress(database, folder);
    expect([restarted.ledger.charges.under(DIGEST), restarted.ledger.part(SESSION, 1, "c0")]).toEqual([0, null]);
    const first = await answer(ADA, true, restarted);
    expect(restarted.ledger.charges.under(DIGEST)).toBe(600);
    const bytes = [bytesAt(ADA, 1, "c0"), bytesAt(ADA, 1, "c1")];
    const again = new Egress(database, folder);
    expect(await again.release(noisy(ADA, true), asked({ hide: { scheme: "encrypted", shares } }), () => { throw new Error("computed again"); })).toEqual(first);
    expect([bytesAt(ADA, 1, "c0"), bytesAt(ADA, 1, "c1")]).toEqual(bytes);
    expect(again.ledger.charges.under(DIGEST)).toBe(600);
    for (const party of [BOB, CLEO]) await answer(party);
    expect(left()).toEqual(together(NAMES));
  });

  test("is said of the halves that leave, beside what they cost", async () => {
    await answer(ADA);
    const { egress } = at(ADA);
    for (const part of ["c1", "c0"] as const) {
      const entry = signEntry({ ...statement(ADA, "round.sealed", {}).statement, session: SESSION, round: 1 }, signerOf(SELF));
      egress.letter({ key: part, message: { kind: "shown", from: ADA, entry, part, atMs: 0 }, payload: new Uint8Array(4) }, { recipient: CENTRE, session: SESSION, atMs: 7, perPartner: "own" }, () => undefined);
    }
    expect(egress.ledger.lines(null, null).filter(({ kind }) => kind !== "shown").map(({ kind, meaning }) => [kind, meaning])).toEqual(["c1", "c0"].map((kind) =>
      [kind, "half of this node's encrypted profile, with this node's share of the noise, of 3 numbers; unreadable unless all parties help to open the sum over all of them"]));
  });
});

test("a part that was kept stays what it was", () => {
  const { ledger } = at(ADA).egress;
  const share = ledger.part(SESSION, 0, "share")!;
  ledger.keepParts([share]);
  expect(() => ledger.keepParts([{ ...share, root: "00".repeat(32) }])).toThrow("another part");
});

describe("what others have shown", () => {
  test("goes when its session ends, and what a crash left goes at the next start", async () => {
    const { egress, folder } = at(ADA);
    receive(ADA, new Uint8Array(8));
    await egress.received.forget(SESSION);
    expect(existsSync(join(folder, "received", SESSION))).toBe(false);
    receive(ADA, new Uint8Array(8));
    mkdirSync(join(folder, "received", "77".repeat(16)));
    egress.received.forgetAllBut([SESSION]);
    expect([existsSync(join(folder, "received", SESSION)), existsSync(join(folder, "received", "77".repeat(16)))]).toEqual([true, false]);
  });
});
