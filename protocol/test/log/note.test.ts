import { describe, expect, test } from "@jest/globals";
import { utf8 } from "@cohortium/crypto/bytes";
import { signerFromSeed } from "@cohortium/crypto/signing";
import {
  ED25519_TYPE, ed25519Verifier, formatVerifierKey, NOTE_SIGNATURES_MAX, NOTE_SIZE_MAX_BYTES, openNote, parseNote, parseNoteBytes,
  parseSignatureLine, parseVerifierKey, serialiseNote, signatureLine, verifierKey, type NoteSignature,
} from "../../src/log/note.js";

/** The example of golang.org/x/mod/sumdb/note. */
const NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
const ENOCH_LINE = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=";
const NOTE = `${TEXT}\n${LINE}\n`;

const verifierOf = (vkey: string) => ed25519Verifier(parseVerifierKey(vkey));
const signerNamed = (name: string, seed: number) => {
  const signer = signerFromSeed(new Uint8Array(32).fill(seed));
  const { keyId } = verifierKey(name, ED25519_TYPE, signer.publicKey);
  return {
    verifier: ed25519Verifier(verifierKey(name, ED25519_TYPE, signer.publicKey)),
    sign: (text: string): NoteSignature => ({ name, keyId, payload: signer.sign(utf8(text)) }),
  };
};

describe("Go's note vector", () => {
  test("opens under its key", () => {
    expect(openNote(NOTE, [verifierOf(NEUMANN)])).toMatchObject({ ok: true, note: { text: TEXT }, verified: [{ name: "PeterNeumann", keyId: "c74f20a3" }] });
  });

  test("opens when a stranger has signed too", () => {
    const opened = openNote(`${NOTE}${ENOCH_LINE}\n`, [verifierOf(NEUMANN)]);
    expect(opened).toMatchObject({ ok: true, verified: [{ name: "PeterNeumann" }] });
    if (opened.ok) expect(opened.note.signatures.map(({ name }) => name)).toEqual(["PeterNeumann", "EnochRoot"]);
  });

  test("is written back byte for byte", () => {
    expect(serialiseNote(parseNoteBytes(utf8(NOTE)))).toBe(NOTE);
    expect(signatureLine(parseSignatureLine(LINE))).toBe(LINE);
    expect(formatVerifierKey(parseVerifierKey(NEUMANN))).toBe(NEUMANN);
  });

  test("does not open when a letter of its text is changed", () => {
    expect(openNote(NOTE.replace("answer", "Answer"), [verifierOf(NEUMANN)])).toEqual({ ok: false, because: "the signature of PeterNeumann does not verify" });
  });
});

test("a note no known key has signed is refused", () => {
  const { verifier } = signerNamed("log.example/a", 3);
  expect(openNote(NOTE, [verifier])).toEqual({ ok: false, because: "no signature of a known key" });
  expect(openNote(NOTE, [])).toEqual({ ok: false, because: "no signature of a known key" });
});

test("a key that shares only its name, or only its id, with a known one is unknown", () => {
  const [known, namesake] = [signerNamed("log.example/a", 3), signerNamed("log.example/a", 4)];
  const borrowed = { ...known.sign(TEXT), name: "log.example/b", payload: new Uint8Array(64) };
  const source = serialiseNote({ text: TEXT, signatures: [known.sign(TEXT), { ...namesake.sign(TEXT), payload: new Uint8Array(64) }, borrowed] });
  expect(openNote(source, [known.verifier])).toMatchObject({ ok: true, verified: [{ name: "log.example/a" }] });
});

test("a bad signature of a known key spoils the note, even next to a good one", () => {
  const [a, b] = [signerNamed("log.example/a", 3), signerNamed("witness.example/b", 4)];
  const forged = { ...b.sign(TEXT), payload: b.sign("another text\n").payload };
  const source = serialiseNote({ text: TEXT, signatures: [a.sign(TEXT), forged] });
  expect(openNote(source, [a.verifier, b.verifier])).toMatchObject({ ok: false, because: "the signature of witness.example/b does not verify" });
  expect(openNote(source, [a.verifier])).toMatchObject({ ok: true });
});

test("a repeated signature counts once", () => {
  const { sign, verifier } = signerNamed("log.example/a", 3);
  const opened = openNote(serialiseNote({ text: TEXT, signatures: [sign(TEXT), sign(TEXT), sign(TEXT)] }), [verifier]);
  expect(opened.ok && opened.verified.length).toBe(1);
});

test("the most signatures are accepted, and one more is refused", () => {
  const many = Array.from({ length: NOTE_SIGNATURES_MAX }, (_, i) => signerNamed(`witness.example/w${i}`, i + 1));
  const signatures = many.map(({ sign }) => sign(TEXT));
  expect(NOTE_SIGNATURES_MAX).toBeGreaterThan(16);
  expect(openNote(serialiseNote({ text: TEXT, signatures }), many.map(({ verifier }) => verifier))).toMatchObject({ ok: true });
  expect(() => parseNote(serialiseNote({ text: TEXT, signatures: [...signatures, ...signatures.slice(0, 1)] }))).toThrow(RangeError);
});

test("the longest note is accepted, and one byte more is refused", () => {
  const frame = `\n\n${LINE}\n`;
  const longest = "x".repeat(NOTE_SIZE_MAX_BYTES - utf8(frame).length) + frame;
  expect(() => parseNote(longest)).not.toThrow();
  expect(() => parseNote(`x${longest}`)).toThrow("more than 1048576 bytes");
});

test("the signatures begin after the last empty line", () => {
  const source = `Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n${LINE}\n`;
  expect(parseNote(source).text).toBe("Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n");
  expect(serialiseNote(parseNote(source))).toBe(source);
});

test.each([
  { what: "a carriage return", source: NOTE.replace("\n", "\r\n") },
  { what: "a tab", source: NOTE.replace(" ", "\t") },
  { what: "a bell", source: NOTE.replace("If", "\u0007If") },
  { what: "no empty line", source: NOTE.replace("\n\n", "\n") },
  { what: "no signature", source: `${TEXT}\n` },
  { what: "no final newline", source: NOTE.slice(0, -1) },
  { what: "a hyphen for the dash", source: NOTE.replace("— ", "- ") },
  { what: "a signature of no bytes", source: `${TEXT}\n— PeterNeumann x08gow==\n` },
  { what: "words after a signature", source: NOTE.replace("AM=\n", "AM= x\n") },
  { what: "base64 with stray bits", source: NOTE.replace("nAM=", "nAN=") },
  { what: "a nameless signature", source: NOTE.replace("— PeterNeumann", "— ") },
  { what: "a plus sign in a name", source: NOTE.replace("— PeterNeumann", "— Peter+Neumann") },
  { what: "a no-break space in a name", source: NOTE.replace("— PeterNeumann", "— Peter\u00a0Neumann") },
  { what: "a lone surrogate", source: NOTE.replace("If", "\ud800If") },
])("a note with $what is none", ({ source }) => {
  expect(() => parseNote(source)).toThrow(RangeError);
  expect(openNote(source, [verifierOf(NEUMANN)]).ok).toBe(false);
});

test("bytes that are not UTF-8 are no note", () => {
  expect(() => parseNoteBytes(utf8(NOTE).with(3, 0xff))).toThrow(RangeError);
});

test.each([
  "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  "PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  "PeterNeumann+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  "PeterNeumann+c74f20a3", "PeterNeumann+c74f20a3+", "", "++", "rekor.sigstore.dev+12345678+THIS_IS_NOT_BASE64!",
])("%p is not a verifier key", (vkey) => expect(() => parseVerifierKey(vkey)).toThrow(RangeError));

test("a cosignature key does not judge plain signatures", () => {
  const { publicKey } = signerFromSeed(new Uint8Array(32).fill(3));
  expect(() => ed25519Verifier(verifierKey("log.example/a", 0x04, publicKey))).toThrow(RangeError);
});
