import { describe, expect, test } from "@jest/globals";
import { toHex } from "@cohortium/crypto/bytes";
import { boxKey, boxSecret, decapsulate, encapsulateTo, maskKey, pairKey, pairSeed, selfSeed, sessionKeys, sharesKey } from "../../src/aggregation/keys.js";
import { seedOf } from "../../src/testing/world.js";
import { ADA, BOB, CLEO, memberOf } from "./stage.js";

const [ada, bob] = [seedOf(ADA, "session"), seedOf(BOB, "session")];
const [keysOfAda, keysOfBob] = [sessionKeys(ada), sessionKeys(bob)];
const kem = encapsulateTo(BOB, keysOfBob.mlKemPublic, ada);
const KEM_SHARED = kem?.shared ?? new Uint8Array();
const bound = { roster: "12".repeat(32), pair: [ADA, BOB] as const };
const mine = { keys: keysOfAda, agreementSecret: seedOf(ADA, "agreement") };
const theirs = { x25519Public: keysOfBob.x25519Public, agreementKey: memberOf(BOB).agreementKey, kemShared: KEM_SHARED };
const PAIR = pairKey(mine, theirs, bound) ?? new Uint8Array();

describe("the key of a pair", () => {
  test("is the same at both ends", () => {
    const atBob = pairKey({ keys: keysOfBob, agreementSecret: seedOf(BOB, "agreement") },
      { x25519Public: keysOfAda.x25519Public, agreementKey: memberOf(ADA).agreementKey, kemShared: decapsulate(keysOfBob, kem?.ciphertext ?? new Uint8Array()) ?? new Uint8Array() }, bound);
    expect(PAIR).toHaveLength(32);
    expect(atBob).toEqual(PAIR);
  });

  test.each([
    ["the logged roster", mine, theirs, { ...bound, roster: "13".repeat(32) }],
    ["the names, in order", mine, theirs, { ...bound, pair: [BOB, ADA] as const }],
    ["the fresh X25519 keys", mine, { ...theirs, x25519Public: keysOfAda.x25519Public }, bound],
    ["the keys pinned in the charter", mine, { ...theirs, agreementKey: memberOf(CLEO).agreementKey }, bound],
    ["our own pinned key", { ...mine, agreementSecret: seedOf(CLEO, "agreement") }, theirs, bound],
    ["the ML-KEM secret", mine, { ...theirs, kemShared: new Uint8Array(32) }, bound],
  ])("depends on %s", (_, own, peer, to) => expect(pairKey(own, peer, to)).not.toEqual(PAIR));

  test("is none if a public key is of low order, or no key at all", () => {
    expect(pairKey(mine, { ...theirs, x25519Public: new Uint8Array(32) }, bound)).toBeNull();
    expect(pairKey(mine, { ...theirs, agreementKey: new Uint8Array(32) }, bound)).toBeNull();
    expect(pairKey(mine, { ...theirs, x25519Public: new Uint8Array(31) }, bound)).toBeNull();
  });
});

describe("session keys", () => {
  test("follow from the entropy, and differ with it", () => {
    expect(sessionKeys(ada)).toEqual(keysOfAda);
    expect(keysOfAda.x25519Public).not.toEqual(keysOfBob.x25519Public);
    expect(keysOfAda.mlKemPublic).toHaveLength(1184);
  });

  test("encapsulations repeat after a crash, and differ by peer", () => {
    expect(encapsulateTo(BOB, keysOfBob.mlKemPublic, ada)).toEqual(kem);
    expect(encapsulateTo(CLEO, keysOfBob.mlKemPublic, ada)?.shared).not.toEqual(KEM_SHARED);
  });

  test("a malformed key or ciphertext is told apart, not thrown at", () => {
    expect(encapsulateTo(BOB, new Uint8Array(1184).fill(255), ada)).toBeNull();
    expect(encapsulateTo(BOB, new Uint8Array(3), ada)).toBeNull();
    expect(decapsulate(keysOfBob, new Uint8Array(3))).toBeNull();
  });

  test("a forged ciphertext gives a secret its maker does not know", () => {
    const forged = (kem?.ciphertext ?? new Uint8Array()).slice();
    forged[0] = (forged[0] ?? 0) ^ 1;
    expect(decapsulate(keysOfBob, forged)).not.toEqual(KEM_SHARED);
  });
});

test("no two derived keys of one session are equal: every purpose, round, direction and context has its own", () => {
  const contexts = ["12", "34"].map((byte) => byte.repeat(32));
  const seeds = [1, 2, 12].flatMap((round) => [pairSeed(PAIR, round), selfSeed(ada, round), boxSecret(ada, round)]);
  const masks = seeds.flatMap((seed) => contexts.flatMap((context) => [maskKey(seed, context, "self"), maskKey(seed, context, "pair")]));
  const all = [PAIR, ada, ...seeds, ...masks, sharesKey(PAIR, ADA, BOB), sharesKey(PAIR, BOB, ADA), boxKey(boxSecret(ada, 1)), boxKey(boxSecret(ada, 2))].map(toHex);
  expect(new Set(all).size).toBe(all.length);
  expect(all.every((hex) => hex.length === 64)).toBe(true);
});
