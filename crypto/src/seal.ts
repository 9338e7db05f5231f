/**
 * The door to node-seal (Microsoft SEAL 4.1 in WebAssembly): public-key encryption of one plaintext at a time, and nothing else.
 *
 * Claims:   a ciphertext hides its plaintext from whoever lacks the secret behind the public key.
 * Assumes:  RLWE; SEAL's sampling, seeded by the operating system.
 * Strength: 128-bit (he/parameters.ts).
 * Not for:  foreign bytes: this instance sees our own plaintexts. What it loads is made here of words that were checked, and it never holds
 *           a secret key, nor a ciphertext of somebody else. Encryption cannot be repeated: SEAL takes no seed.
 */
import initialize, { type Encryptor, type MainModule, type Plaintext, type SEALContext } from "node-seal";
import { concat, equalBytes } from "./bytes.js";
import { DEGREE, HALF_BYTES, KEY_BYTES, PLAIN_MODULUS, PRIMES, RESIDUE_BYTES } from "./he/parameters.js";
import { bytesOfWords } from "./words.js";

/** One ciphertext: two halves of three residues each, in coefficients. */
export interface Ciphertext {
  readonly c0: Uint8Array;
  readonly c1: Uint8Array;
}

/** SEAL with its tables, of this thread. */
export interface Seal {
  /**
   * @param publicKey - b and a, four residues each, every word below its prime.
   * @throws Error if SEAL refuses it, which only our own code can cause.
   */
  under(publicKey: { readonly b: Uint8Array; readonly a: Uint8Array }): Sealer;
}

/** Encrypts under one public key. `close` gives its memory back. */
export interface Sealer {
  /** @param coefficients - 8192 numbers below the plain modulus. @throws RangeError otherwise. */
  encrypt(coefficients: BigUint64Array): Ciphertext;
  close(): void;
}

/** Takes a quarter of a second at the first call. */
export async function openSeal(): Promise<Seal> {
  const engine = await (engineOfThread ??= startEngine());
  return { under: ({ b, a }) => sealer(engine, concat(b, a)) };
}

function sealer(engine: Engine, publicKey: Uint8Array): Sealer {
  const encryptor = encryptorUnder(engine, publicKey);
  const plaintext = new engine.seal.Plaintext(DEGREE, DEGREE);
  return {
    encrypt: (coefficients) => encrypted(engine, { encryptor, plaintext }, coefficients),
    close: () => {
      // Its memory goes back to SEAL's pool, and our numbers must not stay in it.
      plaintext.setZero();
      plaintext.delete();
      encryptor.delete();
    },
  };
}

interface Engine {
  readonly seal: MainModule;
  readonly context: SEALContext;
  /** What SEAL writes before the words of a public key, and of a plaintext. */
  readonly keyPrefix: Uint8Array;
  readonly plainPrefix: Uint8Array;
}

let engineOfThread: Promise<Engine> | undefined;

async function startEngine(): Promise<Engine> {
  const seal = await initialize();
  return guarded("the parameters", () => {
    const none = seal.ComprModeType.none;
    const context = contextOf(seal);
    const generator = new seal.KeyGenerator(context);
    const throwaway = generator.createPublicKey();
    const plaintext = new seal.Plaintext(DEGREE, DEGREE);
    const keyPrefix = wordsBehind(parseSaved(throwaway.saveToArray(none)), CIPHER_PREFIX, 2 * KEY_BYTES).prefix;
    const plainPrefix = wordsBehind(parseSaved(plaintext.saveToArray(none)), PLAIN_PREFIX, RESIDUE_BYTES).prefix;
    for (const handle of [plaintext, throwaway, generator]) handle.delete();
    return { seal, context, keyPrefix, plainPrefix };
  });
}

function contextOf(seal: MainModule): SEALContext {
  const parameters = new seal.EncryptionParameters(seal.SchemeType.bfv);
  parameters.setPolyModulusDegree(DEGREE);
  const moduli = seal.CoeffModulus.Create(DEGREE, Int32Array.from(PRIMES, ({ q }) => q.toString(2).length));
  PRIMES.forEach(({ q }, i) => {
    if (moduli.get(i)?.value() !== q) throw new Error("SEAL chooses other primes than ours");
  });
  parameters.setCoeffModulus(moduli);
  parameters.setPlainModulus(new seal.Modulus(PLAIN_MODULUS));
  const context = new seal.SEALContext(parameters, true, seal.SecLevelType.tc128);
  if (!context.parametersSet()) throw new Error("SEAL does not take the parameters for secure");
  return context;
}

function encryptorUnder({ seal, context, keyPrefix }: Engine, words: Uint8Array): Encryptor {
  if (words.length !== 2 * KEY_BYTES) throw new RangeError("a public key is two times four residues");
  return guarded("the public key", () => {
    const key = new seal.PublicKey();
    key.loadFromArray(context, concat(keyPrefix, words));
    const encryptor = new seal.Encryptor(context, key);
    key.delete();
    return encryptor;
  });
}

function encrypted(engine: Engine, by: { readonly encryptor: Encryptor; readonly plaintext: Plaintext }, coefficients: BigUint64Array): Ciphertext {
  const fits = coefficients.length === DEGREE && coefficients.every((coefficient) => coefficient < PLAIN_MODULUS);
  if (!fits) throw new RangeError("8192 coefficients below the plain modulus expected");
  const { seal, context, plainPrefix } = engine;
  return guarded("a plaintext", () => {
    const bytes = concat(plainPrefix, bytesOfWords(coefficients));
    by.plaintext.loadFromArray(context, bytes);
    bytes.fill(0);
    const ciphertext = new seal.Ciphertext();
    by.encryptor.encrypt(by.plaintext, ciphertext);
    const saved = parseSaved(ciphertext.saveToArray(seal.ComprModeType.none));
    ciphertext.delete();
    const { words } = wordsBehind(saved, CIPHER_PREFIX, 2 * HALF_BYTES);
    return { c0: words.slice(0, HALF_BYTES), c1: words.slice(HALF_BYTES) };
  });
}

/** Bytes before the words: of keys and ciphertexts, and of plaintexts. */
const CIPHER_PREFIX = 113;
const PLAIN_PREFIX = 88;
const HEADER_BYTES = 16;

/**
 * The words SEAL saved, behind its header: magic number, header size, version 4.1, no compression, total size; then, before the words, a
 * second such header and their number.
 *
 * @throws Error for any other layout: another SEAL may write another.
 */
function wordsBehind(saved: Uint8Array, prefixBytes: number, wordBytes: number): { readonly prefix: Uint8Array; readonly words: Uint8Array } {
  const inner = prefixBytes - HEADER_BYTES - 8;
  const view = new DataView(saved.buffer, saved.byteOffset, saved.byteLength);
  const asExpected = saved.length === prefixBytes + wordBytes
    && isHeader(saved, 0, saved.length) && isHeader(saved, inner, HEADER_BYTES + 8 + wordBytes)
    && view.getBigUint64(prefixBytes - 8, true) === BigInt(wordBytes / 8);
  if (!asExpected) throw new Error("SEAL saves in another layout than ours");
  return { prefix: saved.slice(0, prefixBytes), words: saved.subarray(prefixBytes) };
}

function isHeader(saved: Uint8Array, at: number, sizeBytes: number): boolean {
  const size = new DataView(new ArrayBuffer(8));
  size.setBigUint64(0, BigInt(sizeBytes), true);
  return equalBytes(saved.subarray(at, at + 8), MAGIC) && equalBytes(saved.subarray(at + 8, at + HEADER_BYTES), new Uint8Array(size.buffer));
}

/** 0xA15E, a header of 16 bytes, version 4.1, no compression, reserved. */
const MAGIC = Uint8Array.of(0x5e, 0xa1, 0x10, 0x04, 0x01, 0x00, 0x00, 0x00);

function parseSaved(saved: unknown): Uint8Array {
  if (!(saved instanceof Uint8Array)) throw new Error("SEAL saved something else than bytes");
  return saved;
}

/** What SEAL throws is no Error. Its texts are constants and name no values, but only their kind is passed on. */
function guarded<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof Error) throw thrown;
    throw new Error(`SEAL refuses ${what}`, { cause: thrown });
  }
}
