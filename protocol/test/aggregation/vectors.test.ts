import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { fromHex, toHex } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { x25519PublicKey } from "@cohortium/crypto/agreement";
import { applyMasks, type MaskKey } from "@cohortium/crypto/masking";
import { bytesOfWords, zeroWords, type Ring } from "@cohortium/crypto/words";
import { boxKey, boxSecret, decapsulate, encapsulateTo, maskKey, pairKey, pairSeed, selfSeed, sessionKeys, sharesKey } from "../../src/aggregation/keys.js";
import { sealBoxes, sealShares, selfSeedCommitments, type Sharing } from "../../src/aggregation/seed-shares.js";
import { parsePartyId, parseSessionId, type PartyId } from "../../src/session/ids.js";

const PATH = fileURLToPath(new URL("../vectors/secure-sum.json", import.meta.url));

interface Inputs {
  readonly session: string;
  /** Id of the logged roster. */
  readonly roster: string;
  /** Id of the logged offer of the round. */
  readonly offer: string;
  readonly round: number;
  readonly rounds: number;
  readonly threshold: number;
  readonly parties: readonly { readonly name: string; readonly entropy: string; readonly agreementSecret: string; readonly values: readonly number[] }[];
}

const INPUTS: Inputs = {
  session: "5e551011".repeat(4), roster: "11".repeat(32), offer: "22".repeat(32), round: 2, rounds: 2, threshold: 3,
  parties: [
    { name: "ada", entropy: "a0".repeat(32), agreementSecret: "a1".repeat(32), values: [1, 2, 3] },
    { name: "bob", entropy: "b0".repeat(32), agreementSecret: "b1".repeat(32), values: [10, 20, 30] },
    { name: "cleo", entropy: "c0".repeat(32), agreementSecret: "c1".repeat(32), values: [100, 200, 300] },
  ],
};

/** Everything that follows from the inputs, value by value, in hex. */
function derive(inputs: Inputs) {
  const { roster, offer, round } = inputs;
  const parties = inputs.parties.map(({ name, entropy, agreementSecret, values }) => ({
    name: parsePartyId(name), entropy: fromHex(entropy), agreementSecret: fromHex(agreementSecret), values, keys: sessionKeys(fromHex(entropy)),
  }));
  const pairs = parties.flatMap((first, i) => parties.slice(i + 1).map((second) => {
    const kem = encapsulateTo(second.name, second.keys.mlKemPublic, first.entropy);
    if (kem === null) throw new Error("the vector's keys are sound");
    const key = pairKey(first, { x25519Public: second.keys.x25519Public, agreementKey: x25519PublicKey(second.agreementSecret), kemShared: kem.shared },
      { roster, pair: [first.name, second.name] }) ?? new Uint8Array();
    return { first, second, kem, key };
  }));
  const keyOf = (a: PartyId, b: PartyId) => pairs.find(({ first, second }) => (first.name === a && second.name === b) || (first.name === b && second.name === a))?.key ?? new Uint8Array();
  const sharing: Sharing = { session: parseSessionId(inputs.session), roster: parties.map(({ name }) => name), threshold: inputs.threshold, rounds: inputs.rounds };
  const peersOf = (name: PartyId) => new Map(parties.filter((peer) => peer.name !== name).map((peer) => [peer.name, keyOf(name, peer.name)]));
  const masksOf = (self: PartyId, entropy: Uint8Array): readonly MaskKey[] => [
    { key: maskKey(selfSeed(entropy, round), offer, "self"), sign: 1 },
    ...[...peersOf(self)].map(([peer, key]): MaskKey => ({ key: maskKey(pairSeed(key, round), offer, "pair"), sign: self < peer ? 1 : -1 })),
  ];
  const masked = (ring: Ring, { name, entropy, values }: (typeof parties)[number]) => {
    const words = zeroWords(ring, values.length);
    values.forEach((value, i) => { words[i] = (ring === 32 ? value : BigInt(value)); });
    applyMasks(words, masksOf(name, entropy), 0);
    return toHex(bytesOfWords(words));
  };
  const digest = (bytes: Uint8Array) => toHex(sha256(bytes));
  return {
    parties: parties.map((party) => ({
      name: party.name,
      x25519Public: toHex(party.keys.x25519Public), agreementPublic: toHex(x25519PublicKey(party.agreementSecret)), mlKemPublicSha256: digest(party.keys.mlKemPublic),
      selfSeed: toHex(selfSeed(party.entropy, round)), selfSeedCommitment: selfSeedCommitments(sharing, party.entropy)[round - 1],
      boxSecret: toHex(boxSecret(party.entropy, round)), boxKey: toHex(boxKey(boxSecret(party.entropy, round))),
      selfMaskKey: toHex(maskKey(selfSeed(party.entropy, round), offer, "self")),
      sealedShares: Object.fromEntries(Object.entries(sealShares(sharing, party.name, party.entropy, peersOf(party.name))).map(([peer, sealed]) => [peer, toHex(sealed)])),
      box: toHex(sealBoxes(sharing, party.name, party.entropy, peersOf(party.name))[round - 1] ?? new Uint8Array()),
      masked32: masked(32, party), masked64: masked(64, party),
    })),
    pairs: pairs.map(({ first, second, kem, key }) => ({
      pair: [first.name, second.name],
      mlKemCiphertextSha256: digest(kem.ciphertext), mlKemShared: toHex(kem.shared), pairKey: toHex(key), pairSeed: toHex(pairSeed(key, round)),
      pairMaskKey: toHex(maskKey(pairSeed(key, round), offer, "pair")),
      sharesKeyThere: toHex(sharesKey(key, first.name, second.name)), sharesKeyBack: toHex(sharesKey(key, second.name, first.name)),
    })),
  };
}

if (process.env["UPDATE_VECTORS"] === "1") writeFileSync(PATH, `${JSON.stringify({ inputs: INPUTS, outputs: derive(INPUTS) }, null, 2)}\n`);
const vector = JSON.parse(readFileSync(PATH, "utf8")) as { readonly inputs: Inputs; readonly outputs: ReturnType<typeof derive> };

describe("the vector of spec/secure-sum.md", () => {
  test("is what the inputs give, value by value", () => expect(derive(vector.inputs)).toEqual(vector.outputs));

  test("has the inputs that are written here", () => expect(vector.inputs).toEqual(INPUTS));

  test("holds at the other end of each pair: who decapsulates gets the same key", () => {
    const [ada, bob] = vector.inputs.parties.map(({ entropy, agreementSecret }) => ({ entropy: fromHex(entropy), agreementSecret: fromHex(agreementSecret), keys: sessionKeys(fromHex(entropy)) }));
    if (ada === undefined || bob === undefined) throw new Error("the vector has two parties");
    const kemShared = decapsulate(bob.keys, encapsulateTo("bob" as PartyId, bob.keys.mlKemPublic, ada.entropy)?.ciphertext ?? new Uint8Array()) ?? new Uint8Array();
    const theirs = { x25519Public: ada.keys.x25519Public, agreementKey: x25519PublicKey(ada.agreementSecret), kemShared };
    expect(toHex(pairKey(bob, theirs, { roster: vector.inputs.roster, pair: ["ada", "bob"] as [PartyId, PartyId] }) ?? new Uint8Array())).toBe(vector.outputs.pairs[0]?.pairKey);
  });

  test.each([[32, "masked32"], [64, "masked64"]] as const)("adds up over Z_2^%i: masked words less the self masks are the plain sum", (ring, member) => {
    const sum = zeroWords(ring, 3);
    for (const party of vector.outputs.parties) {
      const words = new (ring === 32 ? Uint32Array : BigUint64Array)(fromHex(party[member]).slice().buffer);
      words.forEach((word: number | bigint, i: number) => { sum[i] = (ring === 32 ? Number(sum[i]) + Number(word) : BigInt(sum[i] ?? 0) + BigInt(word)); });
    }
    applyMasks(sum, vector.outputs.parties.map(({ selfMaskKey }) => ({ key: fromHex(selfMaskKey), sign: -1 })), 0);
    expect([...sum].map(Number)).toEqual([111, 222, 333]);
  });

  test("has no value twice", () => {
    const hex = JSON.stringify(vector.outputs).match(/[0-9a-f]{64,}/g) ?? [];
    expect(new Set(hex).size).toBe(hex.length);
  });
});
