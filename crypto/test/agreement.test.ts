import * as nodeCrypto from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { shake128 } from "@noble/hashes/sha3.js";
import fc from "fast-check";
import {
  ML_KEM_CIPHERTEXT_BYTES, ML_KEM_PUBLIC_KEY_BYTES, ML_KEM_SHARED_BYTES, mlKemDecapsulate, mlKemEncapsulate, mlKemKeyPair, x25519,
  x25519PublicKey,
} from "../src/agreement.js";
import { concat, fromHex, toHex } from "../src/bytes.js";

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const filled = (length: number, value: number) => new Uint8Array(length).fill(value);

describe("X25519", () => {
  // RFC 7748 §5.2
  test.each([
    ["a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4", "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
      "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"],
    ["4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d", "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
      "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"],
  ])("scalar %s times u gives what RFC 7748 §5.2 lists", (scalar, u, product) => {
    expect(toHex(x25519(fromHex(scalar), fromHex(u)) ?? filled(0, 0))).toBe(product);
  });

  test("iterated 1 and 1000 times it gives what RFC 7748 §5.2 lists", () => {
    let [k, u] = [fromHex(`09${"00".repeat(31)}`), fromHex(`09${"00".repeat(31)}`)];
    for (let i = 1; i <= 1000; i++) {
      const product = x25519(k, u);
      if (product === null) throw new Error("no product on the way");
      [k, u] = [product, k];
      if (i === 1) expect(toHex(k)).toBe("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
    }
    expect(toHex(k)).toBe("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
  });

  test("Alice and Bob of RFC 7748 §6.1 agree", () => {
    const alice = fromHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    const bob = fromHex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    expect(toHex(x25519PublicKey(alice))).toBe("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    expect(toHex(x25519PublicKey(bob))).toBe("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    const shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
    expect(toHex(x25519(alice, x25519PublicKey(bob)) ?? filled(0, 0))).toBe(shared);
    expect(toHex(x25519(bob, x25519PublicKey(alice)) ?? filled(0, 0))).toBe(shared);
  });

  test("any two agree", () => {
    fc.assert(fc.property(bytes32, bytes32, (a, b) => {
      const shared = x25519(a, x25519PublicKey(b));
      expect(shared).not.toBeNull();
      expect(shared).toEqual(x25519(b, x25519PublicKey(a)));
    }), { numRuns: 20 });
  });

  // u = 0, 1, p - 1, p, p + 1, and the two points of order eight.
  test.each([
    "00".repeat(32), `01${"00".repeat(31)}`, `ec${"ff".repeat(30)}7f`, `ed${"ff".repeat(30)}7f`, `ee${"ff".repeat(30)}7f`,
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  ])("the point %s of small order gives no secret", (u) => expect(x25519(filled(32, 0x77), fromHex(u))).toBeNull());

  test("a peer's key of another length gives no secret; a secret of ours of another length is a bug", () => {
    for (const length of [0, 31, 33]) {
      expect(x25519(filled(32, 0x77), filled(length, 9))).toBeNull();
      expect(() => x25519(filled(length, 0x77), filled(32, 9))).toThrow(RangeError);
      expect(() => x25519PublicKey(filled(length, 0x77))).toThrow(RangeError);
    }
  });
});

describe("ML-KEM-768", () => {
  // C2SP CCTV, "ML-KEM", accumulated vectors: seeds, coins and random ciphertexts from one SHAKE128, all results into another. Made with
  // the reference implementation; covers key generation, both directions and implicit rejection.
  test("a hundred accumulated runs come to the published digest", () => {
    const source = shake128.create({});
    const accumulated = shake128.create({ dkLen: 32 });
    for (let run = 0; run < 100; run++) {
      const { publicKey, secretKey } = mlKemKeyPair(source.xof(64));
      const sent = encapsulate(publicKey, source.xof(32));
      expect(mlKemDecapsulate(secretKey, sent.ciphertext)).toEqual(sent.shared);
      const rejected = mlKemDecapsulate(secretKey, source.xof(ML_KEM_CIPHERTEXT_BYTES)) ?? filled(0, 0);
      accumulated.update(publicKey).update(sent.ciphertext).update(sent.shared).update(rejected);
    }
    expect(toHex(accumulated.digest())).toBe("1114b1b6699ed191734fa339376afa7e285c9e6acf6ff0177d346696ce564415");
  });

  test("lengths are those of FIPS 203 table 3", () => {
    const { publicKey, secretKey } = mlKemKeyPair(filled(64, 5));
    const { ciphertext, shared } = encapsulate(publicKey, filled(32, 6));
    expect([publicKey, secretKey, ciphertext, shared].map(({ length }) => length)).toEqual([1184, 2400, 1088, 32]);
    expect([ML_KEM_PUBLIC_KEY_BYTES, ML_KEM_CIPHERTEXT_BYTES, ML_KEM_SHARED_BYTES]).toEqual([1184, 1088, 32]);
  });

  test("the same seed and coin give the same bytes, so a replay repeats what was sent", () => {
    expect(mlKemKeyPair(filled(64, 5))).toEqual(mlKemKeyPair(filled(64, 5)));
    const { publicKey } = mlKemKeyPair(filled(64, 5));
    expect(encapsulate(publicKey, filled(32, 6))).toEqual(encapsulate(publicKey, filled(32, 6)));
    expect(encapsulate(publicKey, filled(32, 6))).not.toEqual(encapsulate(publicKey, filled(32, 7)));
  });

  test("a forged ciphertext gives another secret, not an error", () => {
    const { publicKey, secretKey } = mlKemKeyPair(filled(64, 5));
    const { ciphertext, shared } = encapsulate(publicKey, filled(32, 6));
    const forged = mlKemDecapsulate(secretKey, ciphertext.map((byte, i) => i === 700 ? byte ^ 1 : byte));
    expect(forged).toHaveLength(32);
    expect(forged).not.toEqual(shared);
  });

  test("a key with a coefficient not below q = 3329 is refused (FIPS 203 §7.2)", () => {
    const { publicKey } = mlKemKeyPair(filled(64, 5));
    expect(mlKemEncapsulate(concat(Uint8Array.of(0x01, 0x0d), publicKey.subarray(2)), filled(32, 6))).toBeNull();
  });

  test("other lengths from a peer give null, our own are bugs", () => {
    const { publicKey, secretKey } = mlKemKeyPair(filled(64, 5));
    for (const length of [0, 1183, 1185]) expect(mlKemEncapsulate(filled(length, 5), filled(32, 6))).toBeNull();
    for (const length of [0, 1087, 1089]) expect(mlKemDecapsulate(secretKey, filled(length, 5))).toBeNull();
    for (const length of [0, 31, 33]) expect(() => mlKemEncapsulate(publicKey, filled(length, 5))).toThrow(RangeError);
    for (const length of [0, 32, 63, 65]) expect(() => mlKemKeyPair(filled(length, 5))).toThrow(RangeError);
  });

  // Node has ML-KEM where it is built with OpenSSL 3.5, so not in version 22.
  ("encapsulate" in nodeCrypto ? test : test.skip)("OpenSSL and we understand each other", () => {
    const { publicKey, secretKey } = mlKemKeyPair(filled(64, 5));
    const theirs = nodeCrypto.generateKeyPairSync("ml-kem-768");
    const theirSpki = theirs.publicKey.export({ format: "der", type: "spki" });
    const header = theirSpki.subarray(0, theirSpki.length - ML_KEM_PUBLIC_KEY_BYTES);

    const toThem = encapsulate(new Uint8Array(theirSpki.subarray(header.length)), filled(32, 6));
    expect(toHex(nodeCrypto.decapsulate(theirs.privateKey, toThem.ciphertext))).toBe(toHex(toThem.shared));

    const ours = nodeCrypto.createPublicKey({ key: Buffer.concat([header, publicKey]), format: "der", type: "spki" });
    const fromThem = nodeCrypto.encapsulate(ours);
    expect(toHex(mlKemDecapsulate(secretKey, new Uint8Array(fromThem.ciphertext)) ?? filled(0, 0))).toBe(toHex(fromThem.sharedKey));
  });
});

function encapsulate(publicKey: Uint8Array, coin: Uint8Array) {
  const sent = mlKemEncapsulate(publicKey, coin);
  if (sent === null) throw new Error("an honest key was refused");
  return sent;
}
