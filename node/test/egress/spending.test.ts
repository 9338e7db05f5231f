import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { encodeFixed, type Segment } from "@cohortium/crypto/fixed-point";
import { applyMasks } from "@cohortium/crypto/masking";
import { wordsFromBytes } from "@cohortium/crypto/words";
import { signEntry } from "@cohortium/protocol/log/entry";
import { openDatabase } from "@cohortium/protocol/host/sqlite";
import type { SegmentNoise } from "@cohortium/protocol/statistics/plan";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { Egress, type Egressed, type ReleasePrivacy, type ReleaseTerms } from "../../src/egress/egress.js";
import { CHARGES_SCHEMA } from "../../src/store/charges.js";
import { NODE_MIGRATIONS, openNodeDatabase } from "../../src/database.js";
import { asked, CENTRE, DIGEST, MASKS, SELF, SESSION, signerOf, statement } from "../stage.js";

type Priced = Extract<ReleasePrivacy, { readonly kind: "priced" }>;

const SEGMENTS: readonly Segment[] = [{ name: "parties", length: 1, boundAbs: 1, scaleBits: 0 }, { name: "cells", length: 4, boundAbs: 1_000, scaleBits: 0 }, { name: "sums", length: 2, boundAbs: 50, scaleBits: 20 }];
const NOISE: readonly SegmentNoise[] = [
  { length: 1, variance: null }, { length: 4, variance: { numerator: 7n, denominator: 2n } }, { length: 2, variance: { numerator: 3_000_000n, denominator: 1n } },
];
const VALUES = Float64Array.of(1, 3, 0, 250, 17, -12.5, 40);
const OTHER = "77".repeat(16);
const QUERY = "9a".repeat(32);

const computed = () => Promise.resolve({ values: VALUES.slice(), layout: { ring: 64, segments: SEGMENTS, words: 7 } } as const);
const priced = (nanoRho: number, more: Partial<Priced> = {}): Priced => ({
  kind: "priced", noise: { segments: NOISE, entropy: new Uint8Array(32).fill(8), label: `${SESSION}/1/profile` },
  charge: { atMs: 7, query: QUERY, kind: "profile", nanoRho, rowSet: "5e7".repeat(8) }, limits: { charter: 1_000, own: null }, ...more,
});
const terms = (nanoRho: number, more: Partial<ReleaseTerms> = {}, privacy: Partial<Priced> = {}): ReleaseTerms => ({ id: SESSION, charter: DIGEST, releasesMax: 40, privacy: priced(nanoRho, privacy), ...more });
const fresh = () => {
  const [folder, db] = [scratchFolder(), openNodeDatabase(":memory:")];
  return { folder, db, egress: new Egress(db, folder) };
};
const unmasked = (egressed: Egressed) => {
  if (egressed.kind !== "released") throw new Error(egressed.kind);
  const words = wordsFromBytes(64, new Uint8Array(readFileSync(egressed.release.path)));
  applyMasks(words, MASKS.map(({ key }) => ({ key, sign: -1 })), 0);
  return words as BigUint64Array;
};
const noiseOf = (egressed: Egressed) => {
  const exact = encodeFixed(VALUES, SEGMENTS, 64) as BigUint64Array;
  return [...unmasked(egressed)].map((word, i) => BigInt.asIntN(64, word - (exact[i] ?? 0n)));
};

describe("noise", () => {
  test("is on every number but the guard, and not on a charter of exact sums", async () => {
    const noise = noiseOf(await fresh().egress.release(terms(10), asked(), computed));
    expect(noise[0]).toBe(0n);
    expect(noise.slice(1).some((part) => part !== 0n)).toBe(true);
    expect(noise.slice(5).every((part) => part > 20n || part < -20n)).toBe(true);
    expect(noiseOf(await fresh().egress.release(terms(10, {}, { noise: null }), asked(), computed))).toEqual(Array.from({ length: 7 }, () => 0n));
  });

  test("is the same under one label, and another under another: the difference of two answers is never bare", async () => {
    const under = async (label: string, fill = 8) => noiseOf(await fresh().egress.release(terms(10, {}, { noise: { segments: NOISE, entropy: new Uint8Array(32).fill(fill), label } }), asked(), computed)).join();
    expect(await under("a")).toBe(await under("a"));
    expect(new Set([await under("a"), await under("b"), await under("a", 9)]).size).toBe(3);
  });

  test("has the variance it was asked for", async () => {
    const many = 4_000;
    const segments = [{ name: "parties", length: 1, boundAbs: 1, scaleBits: 0 }, { name: "cells", length: many, boundAbs: 1, scaleBits: 0 }];
    const noise = { segments: [{ length: 1, variance: null }, { length: many, variance: { numerator: 25n, denominator: 2n } }], entropy: new Uint8Array(32).fill(8), label: "v" };
    const zeros = () => Promise.resolve({ values: Float64Array.of(1, ...new Float64Array(many)), layout: { ring: 64, segments, words: many + 1 } } as const);
    const drawn = [...unmasked(await fresh().egress.release(terms(10, {}, { noise }), asked(), zeros))].slice(1).map((word) => Number(BigInt.asIntN(64, word)));
    const mean = drawn.reduce((sum, x) => sum + x, 0) / many;
    const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / many;
    // Five standard errors: √(12.5 / 4000) of the mean, √(2 / 4000) · 12.5 of the variance.
    expect(Math.abs(mean)).toBeLessThan(0.28);
    expect(Math.abs(variance - 12.5)).toBeLessThan(1.4);
  });

  test.each([
    ["too short", NOISE.slice(0, 2)],
    ["without a guard", [{ length: 7, variance: { numerator: 1n, denominator: 1n } }]],
    ["with a bare segment", [NOISE[0], { length: 4, variance: null }, NOISE[2]]],
    ["with a longer guard", [{ length: 5, variance: null }, NOISE[2]]],
  ])("that is %s is a bug: nothing is written, nothing charged", async (_, segments) => {
    const { folder, egress } = fresh();
    const bad = terms(10, {}, { noise: { segments: segments as readonly SegmentNoise[], entropy: new Uint8Array(32), label: "b" } });
    await expect(egress.release(bad, asked(), computed)).rejects.toThrow("noise for another answer");
    expect(existsSync(join(folder, `${SESSION}-1.words`))).toBe(false);
    expect(egress.ledger.charges.inAll()).toBe(0);
  });
});

describe("a charge", () => {
  test("is kept with the release it pays for, and once, however often it is asked", async () => {
    const { egress } = fresh();
    const first = await egress.release(terms(400), asked(), computed);
    expect(await egress.release(terms(400), asked(), () => { throw new Error("computed again"); })).toEqual(first);
    expect(egress.ledger.charges.lines(null)).toEqual([{ atMs: 7, charter: DIGEST, session: SESSION, round: 1, query: QUERY, kind: "profile", nanoRho: 400, rowSet: "5e7".repeat(8) }]);
    expect(egress.ledger.release(SESSION, 1)).toMatchObject({ root: first.kind === "released" ? first.release.root : "" });
  });

  test("beyond the charter's budget is refused before anything is computed", async () => {
    const { egress } = fresh();
    await egress.release(terms(600), asked(), computed);
    expect(await egress.release(terms(401, { id: OTHER }), asked(), () => { throw new Error("computed"); })).toEqual({ kind: "refused", code: "BUDGET_SPENT", clause: "request.privacy-budget" });
    expect(await egress.release(terms(400, { id: OTHER }), asked(), computed)).toMatchObject({ kind: "released" });
    expect(await egress.release(terms(1, { id: OTHER }), asked({ round: 2 }), computed)).toMatchObject({ code: "BUDGET_SPENT" });
    expect(egress.ledger.charges.under(DIGEST)).toBe(1_000);
  });

  test.each([Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, 2 ** 53])("of %d is refused", async (nanoRho) => {
    expect(await fresh().egress.release(terms(nanoRho), asked(), computed)).toMatchObject({ code: "BUDGET_SPENT" });
  });

  test("against a limit that is no number is refused", async () => {
    expect(await fresh().egress.release(terms(1, {}, { limits: { charter: Number.NaN, own: null } }), asked(), computed)).toMatchObject({ code: "BUDGET_SPENT", clause: "request.privacy-budget" });
    expect(await fresh().egress.release(terms(1, {}, { limits: { charter: 10, own: Number.NaN } }), asked(), computed)).toMatchObject({ code: "BUDGET_SPENT", clause: "node.privacy-ceiling" });
  });

  test("beyond this node's own ceiling is refused, whatever charter the others were made under", async () => {
    const { egress } = fresh();
    const limits = { charter: 1_000, own: 1_200 };
    await egress.release(terms(900, { charter: "00".repeat(32) }, { limits }), asked(), computed);
    expect(await egress.release(terms(301, { id: OTHER }, { limits }), asked(), computed)).toEqual({ kind: "refused", code: "BUDGET_SPENT", clause: "node.privacy-ceiling" });
    expect(await egress.release(terms(300, { id: OTHER }, { limits }), asked(), computed)).toMatchObject({ kind: "released" });
  });

  test("of nothing, for sums without noise, is within no ceiling of this node's own", async () => {
    const { egress } = fresh();
    const exact = (own: number | null) => egress.release(terms(0, {}, { noise: null, limits: { charter: 0, own } }), asked(), computed);
    expect(await exact(1_000_000)).toEqual({ kind: "refused", code: "BUDGET_SPENT", clause: "node.privacy-ceiling" });
    expect(await exact(null)).toMatchObject({ kind: "released" });
  });

  test("of two sessions at once, of which the budget covers one, is made once; control: of both, where it covers both", async () => {
    const both = async (charter: number) => {
      const { folder, egress } = fresh();
      const limits = { charter, own: null };
      const ended = await Promise.all([SESSION, OTHER].map((id) => egress.release(terms(600, { id }, { limits }), asked(), computed)));
      return [ended.map(({ kind }) => kind).toSorted(), egress.ledger.charges.under(DIGEST), [SESSION, OTHER].filter((id) => existsSync(join(folder, `${id}-1.words`))).length];
    };
    expect(await both(1_199)).toEqual([["refused", "released"], 600, 1]);
    expect(await both(1_200)).toEqual([["released", "released"], 1_200, 2]);
  });

  test("an asker who adapts to what is left never overspends, whatever she asks, and what is refused costs nothing", async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.record({ nanoRho: fc.integer({ min: 0, max: 400 }), session: fc.constantFrom(SESSION, OTHER), round: fc.integer({ min: 1, max: 6 }) }), { maxLength: 25 }), async (asks) => {
      const { egress } = fresh();
      let spent = 0;
      for (const { nanoRho, session, round } of asks) {
        const before = egress.ledger.release(session, round);
        const { kind } = await egress.release(terms(nanoRho, { id: session }), asked({ round }), computed);
        if (before === null && kind === "released") spent += nanoRho;
        expect(kind).toBe(before !== null || egress.ledger.release(session, round) !== null ? "released" : "refused");
        expect(egress.ledger.charges.under(DIGEST)).toBe(spent);
        expect(spent).toBeLessThanOrEqual(1_000);
      }
    }), { numRuns: 20 });
  });
});

describe("a node that stops between computing and sending", () => {
  const power = () => { throw new Error("the power went"); };
  const whole = async () => unmasked(await fresh().egress.release(terms(400), asked(), computed));

  test.each([
    ["before the parts are kept", (egress: Egress) => void (egress.ledger.keepParts = power), 0],
    ["before the release is kept", (egress: Egress) => void (egress.ledger.keepRelease = power), 0],
    ["before the charge is kept", (egress: Egress) => void (egress.ledger.charges.keep = power), 0],
    ["after all of it", (egress: Egress) => {
      const keep = egress.ledger.charges.keep.bind(egress.ledger.charges);
      egress.ledger.charges.keep = (charge) => keep(charge);
    }, 1],
  ])("%s comes back, charges once, and says the same words", async (_, breaks, kept) => {
    const { folder, db, egress: crashed } = fresh();
    breaks(crashed);
    await crashed.release(terms(400), asked(), computed).then(() => undefined, () => undefined);
    const restarted = new Egress(db, folder);
    expect(restarted.ledger.charges.lines(null)).toHaveLength(kept);
    expect(restarted.ledger.releasesUnder(DIGEST)).toBe(kept);
    const again = await restarted.release(terms(400), asked(), computed);
    expect(unmasked(again)).toEqual(await whole());
    expect(restarted.ledger.charges.under(DIGEST)).toBe(400);
  });

  test("and whose file is lost says the same words again, although nothing is left of the budget", async () => {
    const { folder, db, egress } = fresh();
    const first = await egress.release(terms(1_000), asked(), computed);
    const words = unmasked(first);
    rmSync(first.kind === "released" ? first.release.path : "");
    const again = await new Egress(db, folder).release(terms(1_000), asked(), computed);
    expect([again, unmasked(again)]).toEqual([first, words]);
    expect(egress.ledger.charges.under(DIGEST)).toBe(1_000);
  });
});

test("a vector that was paid for is listed by what it answers, and whether it carries noise", async () => {
  const said = async (privacy: Partial<Priced>) => {
    const { egress } = fresh();
    await egress.release(terms(privacy.noise === null ? 0 : 10, {}, privacy), asked(), computed);
    const upload = signEntry({ ...statement(SELF, "round.upload", {}).statement, session: SESSION, round: 1 }, signerOf(SELF));
    egress.letter({ key: "k", message: { kind: "uploaded", from: SELF, upload, atMs: 0 }, payload: new Uint8Array(4) }, { recipient: CENTRE, session: SESSION, atMs: 7, perPartner: "own" }, () => undefined);
    return egress.ledger.lines(null, null).find(({ kind }) => kind === "masked-vector")?.meaning;
  };
  expect(await said({})).toMatch(/^masked profile, with this node's share of the noise, of 7 numbers; unreadable/);
  expect(await said({ noise: null })).toMatch(/^masked profile of 7 numbers; unreadable/);
});

describe("the account", () => {
  test("never shrinks and never changes, also where somebody tries", async () => {
    const { db, egress } = fresh();
    await egress.release(terms(400), asked(), computed);
    expect(() => db.exec("DELETE FROM charges")).toThrow("never comes back");
    expect(() => db.exec("UPDATE charges SET nano_rho = 1")).toThrow("never changes");
    expect(() => egress.ledger.charges.keep({ ...priced(1).charge, charter: DIGEST, session: SESSION, round: 1 })).toThrow("UNIQUE");
  });

  test("tells what was spent under other charters, whatever the rows were then", async () => {
    const { egress: { ledger: { charges } } } = fresh();
    const line = { ...priced(1).charge, session: SESSION, kind: "profile" };
    charges.keep({ ...line, charter: "aa", round: 1, nanoRho: 30, rowSet: "r1" });
    charges.keep({ ...line, charter: "bb", round: 2, nanoRho: 50, rowSet: "r1" });
    charges.keep({ ...line, charter: "bb", round: 3, nanoRho: 70, rowSet: "r2" });
    charges.keep({ ...line, charter: "cc", round: 4, nanoRho: 0, rowSet: "r1" });
    expect(["aa", "bb", "dd"].map((charter) => charges.elsewhere(charter))).toEqual([{ nanoRho: 120, charters: 1 }, { nanoRho: 30, charters: 1 }, { nanoRho: 150, charters: 2 }]);
  });

  test("is new in a database of the version before, whose ledger it leaves as it is", () => {
    const path = join(scratchFolder(), "node.db");
    const before = openDatabase(path, NODE_MIGRATIONS.slice(0, NODE_MIGRATIONS.indexOf(CHARGES_SCHEMA)));
    before.exec("INSERT INTO releases VALUES ('s', 1, 'c', 'moments', 'm', 'r', 1, 8, 'p')");
    before.close();
    const { ledger } = new Egress(openNodeDatabase(path), "");
    expect([ledger.releasesUnder("c"), ledger.charges.inAll(), ledger.charges.lines(null)]).toEqual([1, 0, []]);
  });
});
