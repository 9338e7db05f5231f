import { describe, expect, test } from "@jest/globals";
import { fromBase64, fromHex, utf8 } from "@cohortium/crypto/bytes";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { checkpointBody, logVerifierKey, openCheckpoint, parseCheckpointBody, signCheckpoint } from "../../src/log/checkpoint.js";
import { cosignatureTime, cosignatureVerifier, cosign, witnessVerifierKey } from "../../src/log/cosignature.js";
import { ed25519Verifier, openNote, parseNote, parseSignatureLine, parseVerifierKey, serialiseNote } from "../../src/log/note.js";

/** The example of c2sp.org/tlog-cosignature. Its log signature is a real one, of sum.golang.org, made under another origin. */
const EXAMPLE = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`;
const GO_SUM = EXAMPLE.replace("example.com/behind-the-sofa", "go.sum database tree").replace("— example.com/behind-the-sofa", "— sum.golang.org");
const GO_SUM_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

/** Made with golang.org/x/mod/sumdb/note and github.com/transparency-dev/formats, from seeds of 7s and of 9s. */
const ORIGIN = "log.example/consortium";
const HEAD = { origin: ORIGIN, size: 8, root: fromHex("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328") };
const FROM_GO = `log.example/consortium
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

— log.example/consortium fYlnunCAsVl+P24e8cfxHy+D4FIyKVZWkkgxyyCZLdveXYOSDhXa4idLPms9wSFcnj9gLguxSqx6AZr6Azq1U2m8WAM=
— witness.example/w1 JLXZ/gAAAABrAvnHXmlvd/RHGBIwXwwRmwcYviyW9Y6KxNiVJ79AV8+b17XDiHTT459vkVSoaXqq9NosyxhGgRRVzkCcn3X7UfikCw==
`;
const LOG_KEY = "log.example/consortium+7d8967ba+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
const logSigner = signerFromSeed(new Uint8Array(32).fill(7));
const witness = { name: "witness.example/w1", signer: signerFromSeed(new Uint8Array(32).fill(9)) };
const witnessKey = witnessVerifierKey(witness.name, witness.signer.publicKey);
const GO_TIME_SEC = 0x6b02f9c7;

describe("a checkpoint", () => {
  test("of sum.golang.org opens under its key", () => {
    expect(openNote(GO_SUM, [ed25519Verifier(parseVerifierKey(GO_SUM_KEY))])).toMatchObject({ ok: true });
    expect(parseCheckpointBody(parseNote(GO_SUM).text)).toEqual({
      origin: "go.sum database tree", size: 20852163, root: fromBase64("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="),
    });
  });

  test("of the specification is written back byte for byte", () => {
    expect(serialiseNote(parseNote(EXAMPLE))).toBe(EXAMPLE);
    expect(checkpointBody(parseCheckpointBody(parseNote(EXAMPLE).text))).toBe(parseNote(EXAMPLE).text);
  });

  test("is signed with the bytes Go signs", () => {
    expect(logVerifierKey(ORIGIN, logSigner.publicKey)).toBe(LOG_KEY);
    expect(`${signCheckpoint(HEAD, logSigner)}${FROM_GO.slice(FROM_GO.indexOf("— witness"))}`).toBe(FROM_GO);
  });

  test("made by Go opens with us", () => {
    expect(openCheckpoint(FROM_GO, LOG_KEY)).toMatchObject({ ok: true, checkpoint: HEAD });
  });

  test("of another key, or of another log under the same key, is refused", () => {
    const stranger = signerFromSeed(new Uint8Array(32).fill(5));
    expect(openCheckpoint(signCheckpoint(HEAD, stranger), LOG_KEY)).toEqual({ ok: false, because: "no signature of a known key" });
    const signed = parseNote(signCheckpoint(HEAD, logSigner)).signatures;
    const text = checkpointBody({ ...HEAD, origin: "log.example/other" });
    const forOther = serialiseNote({ text, signatures: signed.map((line) => ({ ...line, payload: logSigner.sign(utf8(text)) })) });
    expect(openCheckpoint(forOther, LOG_KEY)).toEqual({ ok: false, because: "the checkpoint is of another log" });
  });

  test("is refused, not thrown at, when it or the key is nonsense", () => {
    expect(openCheckpoint("nonsense", LOG_KEY)).toMatchObject({ ok: false });
    expect(openCheckpoint(FROM_GO, "nonsense")).toMatchObject({ ok: false });
  });

  test("may have extension lines, which are signed but not read", () => {
    const body = `${checkpointBody(HEAD)}an extension\n`;
    expect(parseCheckpointBody(body)).toEqual(HEAD);
  });

  test.each([
    "log.example\n08\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
    "log.example\n-8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
    "log.example\n9007199254740992\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
    "log.example\n\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
    "log.example\n8\nXcnaeacGWamtVZy3Ad7Zog==\n",
    "log.example\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=",
    "log.example\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n",
    "\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
    "log.example\n8\n",
  ])("is not %j", (text) => expect(() => parseCheckpointBody(text)).toThrow(RangeError));

  test("may have the largest size a double counts exactly", () => {
    expect(parseCheckpointBody("log.example\n9007199254740991\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n").size).toBe(2 ** 53 - 1);
  });
});

describe("a cosignature", () => {
  const verifier = cosignatureVerifier(witnessKey);

  test("made by Go verifies with us, together with the log's own signature", () => {
    const opened = openNote(FROM_GO, [ed25519Verifier(parseVerifierKey(LOG_KEY)), verifier]);
    expect(opened).toMatchObject({ ok: true, verified: [{ name: ORIGIN }, { name: witness.name, keyId: "24b5d9fe" }] });
    if (opened.ok) expect(cosignatureTime(opened.verified[1]!)).toBe(GO_TIME_SEC);
  });

  test("at the same second is the line Go makes", () => {
    expect(cosign(FROM_GO, witness, GO_TIME_SEC)).toBe(FROM_GO.trimEnd().split("\n").at(-1));
  });

  test("of the specification's example tells its time", () => {
    expect(cosignatureTime(parseNote(EXAMPLE).signatures[1]!)).toBe(1679315147);
  });

  test.each([
    { what: "for another second", text: parseNote(FROM_GO).text, change: (payload: Uint8Array) => payload.with(7, 0xc8) },
    { what: "for another tree", text: checkpointBody({ ...HEAD, size: 9 }), change: (payload: Uint8Array) => payload },
    { what: "beyond the largest time", text: parseNote(FROM_GO).text, change: (payload: Uint8Array) => payload.with(0, 0x80) },
    { what: "that is cut short", text: parseNote(FROM_GO).text, change: (payload: Uint8Array) => payload.slice(0, -1) },
    { what: "of no bytes", text: parseNote(FROM_GO).text, change: () => new Uint8Array() },
  ])("$what does not verify", ({ text, change }) => {
    const { payload } = parseSignatureLine(cosign(FROM_GO, witness, GO_TIME_SEC));
    expect(verifier.accepts(parseNote(FROM_GO).text, payload)).toBe(true);
    expect(verifier.accepts(text, change(payload))).toBe(false);
  });

  test("does not pass for a checkpoint signature of the same key, nor the other way round", () => {
    const text = checkpointBody(HEAD);
    const plain = ed25519Verifier(parseVerifierKey(logVerifierKey(witness.name, witness.signer.publicKey)));
    const { payload } = parseSignatureLine(cosign(FROM_GO, witness, GO_TIME_SEC));
    expect(plain.accepts(text, payload.slice(8))).toBe(false);
    expect(verifier.accepts(text, new Uint8Array([...payload.slice(0, 8), ...witness.signer.sign(utf8(text))]))).toBe(false);
    expect(plain.keyId).not.toBe(verifier.keyId);
  });

  test("is only judged under a key of its own type", () => {
    expect(() => cosignatureVerifier(LOG_KEY)).toThrow(RangeError);
  });

  test("of other lengths tells no time", () => {
    expect(() => cosignatureTime({ name: "w", keyId: "24b5d9fe", payload: new Uint8Array(64) })).toThrow(RangeError);
  });
});
