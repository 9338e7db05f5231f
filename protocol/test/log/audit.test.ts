import { describe, expect, test } from "@jest/globals";
import { fromUtf8, toBase64, toHex, utf8 } from "@cohortium/crypto/bytes";
import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import { sha256 } from "@cohortium/crypto/hash";
import { audit, type AuditOptions } from "../../src/log/audit.js";
import { FINDINGS } from "../../src/log/audit-report.js";
import { uploadPath } from "../../src/log/audit-bytes.js";
import { recomputeSum } from "../../src/log/audit-sums.js";
import { cosign } from "../../src/log/cosignature.js";
import type { Entry, EntryType, Statement } from "../../src/log/entry.js";
import {
  CHARTER, CHARTER_DIGEST, certificateOf, filesOf, honestEntries, keyText, LOG_KEY, pairKey, PARTIES, say, selfSeed, signerOf, sourceOf, type Files,
} from "./small-log.js";

const HONEST = honestEntries();
const SIZE = HONEST.length;
const FULL: AuditOptions = { logKey: LOG_KEY, rounds: recomputeSum };
const seenCodes = new Set<string>();

const run = (files: Files, options = FULL) => {
  const report = audit(sourceOf(files), options);
  for (const { code } of report.findings) seenCodes.add(code);
  return report;
};
const firstOf = (files: Files, options = FULL) => {
  const { verified, findings } = run(files, options);
  return { verified, entry: findings[0]?.entry, code: findings[0]?.code };
};

const at = (type: EntryType, actor = "hub", round = 0) => {
  const index = HONEST.findIndex(({ statement }) => statement.type === type && statement.actor === actor && statement.round === round);
  if (index < 0) throw new Error(`no ${type} by ${actor} in round ${round}`);
  return index;
};
const bundleName = `tile/entries/000.p/${SIZE}`;
const tileName = `tile/0/000.p/${SIZE}`;

/** Where entry `index` begins in the only bundle, behind its length. */
const offsetOf = (index: number) => HONEST.slice(0, index).reduce((sum, { bytes }) => sum + 2 + bytes.length, 2);

/** The honest log with one entry said differently by the one who may say it, and the log signed again over it. */
const restated = (index: number, change: (body: { [member: string]: Json }) => Json, frame: Partial<Statement> & { signer?: string } = {}) => {
  const { type, actor, body, sig: _, ...rest } = { sig: "", ...HONEST[index]!.statement };
  return filesOf(HONEST.with(index, say(actor, type, change({ ...(body as object) }), { ...rest, ...frame })));
};
const inserted = (index: number, entry: Entry) => filesOf(HONEST.toSpliced(index, 0, entry));
const copyOf = (index: number, frame: Partial<Statement> & { signer?: string } = {}) => {
  const { type, actor, body, ...rest } = HONEST[index]!.statement;
  return say(actor, type, body, { ...rest, at: "2026-11-22T11:00:00Z", ...frame });
};
const without = (index: number) => filesOf(HONEST.toSpliced(index, 1));

describe("an honest log", () => {
  test("is verified, with every sum computed again, over a party that dropped out, one that fell silent, and without the one that dropped out", () => {
    expect(run(filesOf(HONEST))).toEqual({
      verified: true, entries: SIZE, checkpointSize: SIZE, sumsRecomputed: 3, findings: [], notices: [], privacy: [],
      checks: [
        { name: "checkpoint", count: 1, ok: true }, { name: "witnesses", count: 0, ok: true }, { name: "kept checkpoint", count: 0, ok: true },
        { name: "tree", count: 1, ok: true }, { name: "entries", count: SIZE, ok: true }, { name: "signatures", count: SIZE, ok: true },
        { name: "charters", count: 1, ok: true }, { name: "schemas", count: 4, ok: true }, { name: "rounds", count: 3, ok: true }, { name: "sums", count: 3, ok: true }, { name: "models", count: 0, ok: true }, { name: "answers", count: 0, ok: true }, { name: "budgets", count: 0, ok: true }, { name: "comparisons", count: 0, ok: true },
      ],
    });
  });

  test("is verified without sums and without a key, by the key it states itself", () => {
    expect(audit(sourceOf(filesOf(HONEST)))).toMatchObject({ verified: true, sumsRecomputed: 0 });
  });

  test("counts its witnesses, each once", () => {
    const files = filesOf(HONEST);
    const note = fromUtf8(files.get("checkpoint")!);
    const lines = (["mill", "quarry", "mill"] as const).map((name, i) => cosign(note, { name, signer: signerOf(name) }, 1_795_000_000 + i));
    files.set("checkpoint", utf8(`${note}${lines.join("\n")}\n`));
    expect(run(files).checks[1]).toEqual({ name: "witnesses", count: 2, ok: true });
  });

  test("continues every checkpoint it ever had", () => {
    for (const size of [0, 1, 20, SIZE]) {
      const anchor = fromUtf8(filesOf(HONEST.slice(0, size)).get("checkpoint")!);
      expect(run(filesOf(HONEST), { ...FULL, anchor })).toMatchObject({ verified: true });
    }
  });

  test("of several bundles is verified, also from the full files that replaced partial ones", () => {
    const filler = Array.from({ length: 300 }, (_, i) => copyOf(1, { at: `2026-11-23T10:00:${i}Z` }));
    const files = filesOf([...HONEST, ...filler]);
    expect(run(files)).toMatchObject({ verified: true, entries: SIZE + 300 });
    const early = filesOf(HONEST).get("checkpoint")!;
    expect(run(new Map(files).set("checkpoint", early))).toMatchObject({ verified: true, entries: SIZE });
  });
});

test("where there is no log to look at, no check has held", () => {
  const { verified, checks } = run(new Map());
  expect([verified, checks.some(({ ok }) => ok)]).toEqual([false, false]);
});

describe("whoever changes the files of a log without its key", () => {
  const changed = (path: string, change: (bytes: Uint8Array) => Uint8Array) => {
    const files = filesOf(HONEST);
    return files.set(path, change(files.get(path)!.slice()));
  };
  const gone = (path: string) => {
    const files = filesOf(HONEST);
    files.delete(path);
    return files;
  };
  const cut = (bytes: Uint8Array, from: number, to: number) => new Uint8Array([...bytes.slice(0, from), ...bytes.slice(to)]);

  test.each([
    { what: "flips a bit of an entry", files: changed(bundleName, (bytes) => bytes.with(offsetOf(17) + 30, bytes[offsetOf(17) + 30]! ^ 1)), entry: 17, code: "ENTRY_HASH" },
    { what: "drops an entry", files: changed(bundleName, (bytes) => cut(bytes, offsetOf(17) - 2, offsetOf(18) - 2)), entry: 17, code: "ENTRY_HASH" },
    { what: "drops the last entry", files: changed(bundleName, (bytes) => cut(bytes, offsetOf(SIZE - 1) - 2, bytes.length)), entry: SIZE - 1, code: "BUNDLE_LENGTH" },
    { what: "cuts the last entry short", files: changed(bundleName, (bytes) => bytes.slice(0, -9)), entry: SIZE - 1, code: "BUNDLE_LENGTH" },
    { what: "adds an entry at the end", files: changed(bundleName, (bytes) => new Uint8Array([...bytes, 0, 1, 7])), entry: SIZE, code: "BUNDLE_LENGTH" },
    {
      what: "swaps two entries", entry: 22, code: "ENTRY_HASH",
      files: new Map([...filesOf(HONEST), ...[...filesOf(HONEST.with(22, HONEST[23]!).with(23, HONEST[22]!))].filter(([path]) => path === bundleName)]),
    },
    { what: "removes the entries", files: gone(bundleName), entry: 0, code: "BUNDLE_MISSING" },
    { what: "removes a tile", files: gone(tileName), entry: 0, code: "TILE_MISSING" },
    { what: "changes a tile", files: changed(tileName, (bytes) => bytes.with(40, bytes[40]! ^ 8)), entry: 0, code: "TILE_HASH" },
    { what: "lengthens a tile", files: changed(tileName, (bytes) => new Uint8Array([...bytes, 3])), entry: 0, code: "TILE_HASH" },
    { what: "removes the checkpoint", files: gone("checkpoint"), entry: null, code: "CHECKPOINT_MISSING" },
    { what: "changes the checkpoint", files: changed("checkpoint", (bytes) => utf8(fromUtf8(bytes).replace(`\n${SIZE}\n`, `\n${SIZE - 1}\n`))), entry: null, code: "CHECKPOINT_UNREADABLE" },
    { what: "breaks the text of the checkpoint", files: changed("checkpoint", (bytes) => bytes.with(3, 0xff)), entry: null, code: "CHECKPOINT_UNREADABLE" },
    { what: "signs with a key of his own", files: filesOf(HONEST, "mallory"), entry: null, code: "CHECKPOINT_UNREADABLE" },
  ])("is caught: $what", ({ files, entry, code }) => {
    expect(firstOf(files)).toEqual({ verified: false, entry, code });
  });

  test("is caught when entries and tiles agree with each other but not with the signed root", () => {
    const other = filesOf(HONEST.with(SIZE - 1, copyOf(SIZE - 1)));
    expect(firstOf(other.set("checkpoint", filesOf(HONEST).get("checkpoint")!))).toEqual({ verified: false, entry: null, code: "TREE_ROOT" });
  });

  test("is caught without a trusted key too, unless he makes a whole new log", () => {
    expect(firstOf(filesOf(HONEST, "mallory"), {})).toMatchObject({ verified: false, code: "CHECKPOINT_UNREADABLE" });
    expect(firstOf(gone(bundleName), {})).toEqual({ verified: false, entry: 0, code: "LOG_OPENED" });
  });

  test("is caught when he spoils a witness's signature", () => {
    const files = filesOf(HONEST);
    const note = fromUtf8(files.get("checkpoint")!);
    const line = cosign(note, { name: "mill", signer: signerOf("mill") }, 1_795_000_000).replace(/[^=](?==*$)/, (last) => (last === "g" ? "w" : "g"));
    files.set("checkpoint", utf8(`${note}${line}\n`));
    expect(firstOf(files)).toEqual({ verified: false, entry: null, code: "COSIGNATURE_BAD" });
  });
});

describe("a coordinator that holds the log's key", () => {
  const anchor = fromUtf8(filesOf(HONEST).get("checkpoint")!);

  test("cannot shorten a log of which somebody kept a checkpoint", () => {
    const short = filesOf(HONEST.slice(0, 40));
    expect(run(short).verified).toBe(true);
    expect(firstOf(short, { ...FULL, anchor })).toEqual({ verified: false, entry: 40, code: "ANCHOR_ROLLBACK" });
  });

  test("cannot show another history than the one somebody kept", () => {
    const fork = filesOf([...HONEST.with(SIZE - 1, copyOf(SIZE - 1)), copyOf(1)]);
    expect(run(fork).verified).toBe(true);
    expect(firstOf(fork, { ...FULL, anchor })).toEqual({ verified: false, entry: null, code: "ANCHOR_FORK" });
  });

  test("is held only to checkpoints of its own", () => {
    const foreign = fromUtf8(filesOf(HONEST, "mallory").get("checkpoint")!);
    expect(firstOf(filesOf(HONEST), { ...FULL, anchor: foreign })).toEqual({ verified: false, entry: null, code: "ANCHOR_UNREADABLE" });
  });

  const early = { charter: "-", session: "-" };
  const revocation = (party: string, certificate = certificateOf(party)) => say("hub", "revocation", { party, certificate, reason: "lost" }, early);
  const otherCharter = { ...(CHARTER as object), parties: PARTIES.map((name) => ({ name, signingKey: keyText(name === "mill" ? "mallory" : name), agreementKey: keyText(name) })) };
  const charterEntry = (charter: Json, digest = toHex(sha256(canonicalBytes(charter)))) => say("hub", "charter", { digest, charter }, { charter: digest, session: "-" });
  const [ready, offer1, model1] = [at("ready"), at("round.offer", "hub", 1), at("model", "hub", 1)];
  const survivors1 = at("round.survivors", "hub", 1);
  const survivors2 = at("round.survivors", "hub", 2);
  const unmask2 = at("round.unmask", "harbour", 2);
  const result1 = at("round.result", "hub", 1);
  const result2 = at("round.result", "hub", 2);
  const late = (type: EntryType, body: Json, round = 1, actor = "hub") => say(actor, type, body, { round });

  test.each([
    { what: "an entry that is not JSON", files: filesOf(HONEST.with(model1, { ...HONEST[model1]!, bytes: utf8("{") })), entry: model1, code: "ENTRY_FORM" },
    { what: "an entry that is not UTF-8", files: filesOf(HONEST.with(model1, { ...HONEST[model1]!, bytes: Uint8Array.of(0xff) })), entry: model1, code: "ENTRY_FORM" },
    { what: "an entry in another spelling", files: filesOf(HONEST.with(model1, { ...HONEST[model1]!, bytes: utf8(` ${fromUtf8(HONEST[model1]!.bytes)}`) })), entry: model1, code: "ENTRY_FORM" },
    { what: "a body without a member", files: restated(model1, ({ hash: _, ...rest }) => rest), entry: model1, code: "ENTRY_BODY" },
    { what: "a log that is opened by something else", files: without(0), entry: 0, code: "LOG_OPENED" },
    { what: "a log that is opened twice", files: inserted(9, copyOf(0)), entry: 9, code: "LOG_OPENED" },
    { what: "a log opened under another origin", files: restated(0, (body) => ({ ...body, origin: "log.example/other" })), entry: 0, code: "LOG_OPENED" },
    { what: "a party's entry it signed itself", files: restated(at("round.upload", "mill", 1), (body) => body, { signer: "hub" }), entry: at("round.upload", "mill", 1), code: "ENTRY_SIGNATURE" },
    { what: "an entry of its own with a stranger's signature", files: restated(model1, (body) => body, { signer: "mallory" }), entry: model1, code: "ENTRY_SIGNATURE" },
    { what: "a statement of its own by a party", files: inserted(model1, say("mill", "model", { kind: "newton", hash: "ab".repeat(32), iteration: 7 })), entry: model1, code: "ENTRY_AUTHOR" },
    { what: "an upload by somebody outside the charter", files: inserted(offer1 + 3, say("mallory", "round.upload", { root: "ab".repeat(32), words: 5, offer: HONEST[offer1]!.id }, { round: 1 })), entry: offer1 + 3, code: "ENTRY_AUTHOR" },
    { what: "a charter that is not logged", files: restated(model1, (body) => body, { charter: "cd".repeat(32) }), entry: model1, code: "CHARTER_UNKNOWN" },
    { what: "entries that come before their charter", files: filesOf(HONEST.with(5, HONEST[6]!).with(6, HONEST[5]!)), entry: 5, code: "ENTRY_AUTHOR" },
    { what: "a session without a charter", files: restated(10, (body) => body, { charter: "-" }), entry: 10, code: "CHARTER_UNKNOWN" },
    { what: "a charter with another digest", files: inserted(6, charterEntry(otherCharter, CHARTER_DIGEST)), entry: 6, code: "CHARTER_DIGEST" },
    { what: "a charter with a key it made up for a party", files: inserted(10, charterEntry(otherCharter)), entry: 10, code: "CHARTER_KEY" },
    { what: "a charter that names another coordinator", files: inserted(10, charterEntry({ ...(CHARTER as object), operator: { name: "pub", signingKey: keyText("hub"), logKey: LOG_KEY } })), entry: 10, code: "CHARTER_OPERATOR" },
    { what: "a charter that names another log", files: inserted(10, charterEntry({ ...(CHARTER as object), operator: { name: "hub", signingKey: keyText("hub"), logKey: LOG_KEY.replace("log", "bog") } })), entry: 10, code: "CHARTER_OPERATOR" },
    { what: "a signature for another charter", files: restated(7, () => ({ digest: "cd".repeat(32) })), entry: 7, code: "CHARTER_DIGEST" },
    { what: "a session under a charter not everyone signed", files: without(8), entry: 9, code: "CHARTER_UNSIGNED" },
    { what: "the use of a key after it was revoked", files: inserted(survivors1, revocation("mill")), entry: at("round.agree", "mill", 1) + 1, code: "KEY_REVOKED" },
    { what: "a charter that brings a revoked key back", files: filesOf([...HONEST, revocation("mill"), charterEntry(CHARTER)]), entry: SIZE + 1, code: "CHARTER_KEY" },
    { what: "the revocation of a certificate that never was", files: inserted(ready, revocation("mill", "cd".repeat(32))), entry: ready, code: "REVOCATION_UNKNOWN" },
    { what: "a round asked of a party that stated nothing about its columns", files: without(at("session.data", "mill")), entry: offer1 - 1, code: "SCHEMA_MISSING" },
    { what: "two different statements about one party's columns", files: inserted(at("roster"), copyOf(at("session.data", "mill"))), entry: at("roster"), code: "ROUND_SECOND" },
    { what: "a statement about columns after the parties were listed", files: filesOf(HONEST.toSpliced(at("roster") + 1, 0, HONEST[at("session.data", "mill")]!).toSpliced(at("session.data", "mill"), 1)), entry: at("roster"), code: "ROUND_ORDER" },
    { what: "a roster with a bundle nobody logged", files: without(at("bundle", "orchard")), entry: at("roster") - 1, code: "ROUND_ORDER" },
    { what: "a second roster", files: inserted(ready, copyOf(at("roster"))), entry: ready, code: "ROUND_SECOND" },
    { what: "a second list of ready parties", files: inserted(offer1, copyOf(at("ready"))), entry: offer1, code: "ROUND_SECOND" },
    { what: "a ready party that is not on the roster", files: restated(at("ready"), () => ({ parties: [...PARTIES, "zebra"] })), entry: at("ready"), code: "ROUND_PARTY" },
    { what: "a round before anybody is ready", files: without(at("ready")), entry: at("ready"), code: "ROUND_ORDER" },
    { what: "a round that was not offered", files: without(at("round.offer", "hub", 1)), entry: at("round.offer", "hub", 1), code: "ROUND_ORDER" },
    { what: "a second offer of one round", files: inserted(offer1 + 3, copyOf(at("round.offer", "hub", 1))), entry: offer1 + 3, code: "ROUND_SECOND" },
    { what: "an offer to a party that is not ready", files: restated(at("round.offer", "hub", 2), (body) => ({ ...body, parties: [...PARTIES, "zebra"] })), entry: at("round.offer", "hub", 2), code: "ROUND_PARTY" },
    { what: "an upload for another offer", files: restated(at("round.upload", "mill", 1), (body) => ({ ...body, offer: "cd".repeat(32) })), entry: at("round.upload", "mill", 1), code: "ROUND_ORDER" },
    { what: "an upload of other length", files: restated(at("round.upload", "mill", 1), (body) => ({ ...body, words: 4 })), entry: at("round.upload", "mill", 1), code: "ROUND_WORDS" },
    { what: "a second, different upload", files: inserted(survivors1, late("round.upload", { root: "cd".repeat(32), words: 5, offer: HONEST[offer1]!.id }, 1, "mill")), entry: survivors1, code: "ROUND_SECOND" },
    { what: "survivors before the uploads they list", files: filesOf(HONEST.with(survivors1 - 1, HONEST[survivors1]!).with(survivors1, HONEST[survivors1 - 1]!)), entry: survivors1 - 1, code: "ROUND_ORDER" },
    { what: "a survivor whose upload is missing", files: without(at("round.upload", "mill", 2)), entry: survivors2 - 1, code: "ROUND_ORDER" },
    { what: "a second list of survivors", files: inserted(survivors1 + 2, copyOf(survivors1)), entry: survivors1 + 2, code: "ROUND_SECOND" },
    { what: "a list that makes one party another's upload", files: restated(survivors1, (body) => ({ ...body, uploads: { ...(body["uploads"] as object), mill: HONEST[offer1 + 1]!.id } })), entry: survivors1, code: "ROUND_ORDER" },
    { what: "survivors of another offer", files: restated(survivors1, (body) => ({ ...body, offer: "cd".repeat(32) })), entry: survivors1, code: "ROUND_ORDER" },
    { what: "too few survivors", files: restated(survivors2, (body) => ({ ...body, uploads: Object.fromEntries(Object.entries(body["uploads"] as object).slice(1)) })), entry: survivors2, code: "ROUND_TOO_FEW" },
    { what: "an agreement to other survivors", files: restated(at("round.agree", "mill", 1), () => ({ survivors: "cd".repeat(32) })), entry: at("round.agree", "mill", 1), code: "ROUND_ORDER" },
    { what: "an agreement by a party that dropped out", files: inserted(survivors2 + 1, late("round.agree", { survivors: HONEST[survivors2]!.id }, 2, "quarry")), entry: survivors2 + 1, code: "ROUND_PARTY" },
    { what: "an unmasking before enough agreed", files: without(at("round.agree", "mill", 2)), entry: unmask2 - 1, code: "ROUND_ORDER" },
    { what: "an unmasking by a party that dropped out", files: inserted(result2, late("round.unmask", { survivors: HONEST[survivors2]!.id, orphans: {} }, 2, "quarry")), entry: result2, code: "ROUND_PARTY" },
    { what: "an unmasking for other survivors", files: restated(unmask2, (body) => ({ ...body, survivors: "cd".repeat(32) })), entry: unmask2, code: "ROUND_ORDER" },
    { what: "a second unmasking by one party", files: inserted(result1, copyOf(at("round.unmask", "mill", 1))), entry: result1, code: "ROUND_SECOND" },
    { what: "both keys of one party", files: restated(at("round.unmask", "mill", 1), (body) => ({ ...body, orphans: { harbour: toBase64(pairKey("mill", "harbour", 1)) } })), entry: at("round.unmask", "mill", 1), code: "ROUND_BOTH_KEYS" },
    { what: "both keys of one party, the second recovered from shares", files: restated(result2, (body) => ({ ...body, recovered: { ...(body["recovered"] as object), self: { quarry: toBase64(selfSeed("quarry", 2)) } } })), entry: result2, code: "ROUND_BOTH_KEYS" },
    { what: "an orphan key of a survivor", files: restated(at("round.unmask", "harbour", 1), (body) => ({ ...body, orphans: { quarry: toBase64(pairKey("quarry", "harbour", 1)) } })), entry: at("round.unmask", "harbour", 1), code: "ROUND_KEYS" },
    { what: "a result of other survivors", files: restated(result1, (body) => ({ ...body, survivors: "cd".repeat(32) })), entry: result1, code: "ROUND_ORDER" },
    { what: "a second result", files: inserted(result1 + 1, copyOf(result1)), entry: result1 + 1, code: "ROUND_SECOND" },
    { what: "a result of other length", files: restated(result1, (body) => ({ ...body, words: 6 })), entry: result1, code: "ROUND_WORDS" },
    { what: "a result whose own key of one party is missing", files: without(at("round.unmask", "mill", 1)), entry: result1 - 1, code: "ROUND_KEYS" },
    { what: "a result whose shared key of one pair is missing", files: restated(result2, (body) => ({ ...body, recovered: { ...(body["recovered"] as object), orphans: {} } })), entry: result2, code: "ROUND_KEYS" },
    { what: "a result that is not the sum", files: restated(result1, (body) => ({ ...body, root: "cd".repeat(32) })), entry: result1, code: "SUM_DIFFERS" },
    { what: "a wrong recovered key", files: restated(result2, (body) => ({ ...body, recovered: { ...(body["recovered"] as object), self: { orchard: toBase64(selfSeed("mill", 2)) } } })), entry: result2, code: "ROUND_KEYS" },
    { what: "commitments of one party to two sets of mask seeds", files: inserted(at("ready"), say("mill", "shares", { selfSeeds: ["ab".repeat(32)] })), entry: at("ready"), code: "ROUND_SECOND" },
    { what: "no commitment of a party whose seed it shows", files: without(at("shares", "orchard")), entry: result2 - 1, code: "ROUND_KEYS" },
  ])("is caught logging $what", ({ files, entry, code }) => {
    expect(firstOf(files)).toEqual({ verified: false, entry, code });
  });

  test("may bring a revoked key back by enrolling it under another certificate, and only so", () => {
    const enrol = (certificate: string) => say("hub", "enrolment", { party: "mill", signingKey: keyText("mill"), agreementKey: keyText("mill"), certificate }, early);
    const signs = copyOf(at("charter.signature", "mill"));
    expect(run(filesOf([...HONEST, revocation("mill"), enrol("cd".repeat(32)), signs])).verified).toBe(true);
    const again = { ...early, at: "2026-11-22T12:00:00Z" };
    const sameCertificate = say("hub", "enrolment", { party: "mill", signingKey: keyText("mill"), agreementKey: keyText("mill"), certificate: certificateOf("mill") }, again);
    expect(firstOf(filesOf([...HONEST, revocation("mill"), sameCertificate, signs]))).toEqual({ verified: false, entry: SIZE + 2, code: "KEY_REVOKED" });
  });

  test("is caught when a party nobody enrolled speaks, and may learn its key from a charter", () => {
    const unknown = filesOf(HONEST.toSpliced(3, 1));
    expect(run(unknown).verified).toBe(true);
    const nobody = HONEST.toSpliced(0, HONEST.length, HONEST[0]!, say("pub", "model", { kind: "newton", hash: "ab".repeat(32), iteration: 3 }, { charter: "-" }));
    expect(run(filesOf(nobody)).findings.map(({ code }) => code)).toEqual(["ENTRY_AUTHOR", "CHARTER_UNKNOWN", "ROUND_ORDER"]);
  });

  test("is caught when masked words are changed or withheld, at the entry of their owner", () => {
    const upload = at("round.upload", "orchard", 2);
    const path = uploadPath((HONEST[upload]!.statement.body as { root: string }).root);
    const files = filesOf(HONEST);
    const words = files.get(path)!;
    expect(firstOf(new Map(files).set(path, words.with(11, words[11]! ^ 1)))).toEqual({ verified: false, entry: upload, code: "UPLOAD_ROOT" });
    expect(firstOf(new Map(files).set(path, words.slice(0, -8)))).toEqual({ verified: false, entry: upload, code: "UPLOAD_ROOT" });
    files.delete(path);
    expect(firstOf(files)).toEqual({ verified: false, entry: upload, code: "UPLOAD_MISSING" });
    expect(run(files).sumsRecomputed).toBe(2);
    expect(audit(sourceOf(files), { logKey: LOG_KEY })).toMatchObject({ verified: true, sumsRecomputed: 0 });
  });
});

test("several findings come in the order of their entries, and every failed check is marked", () => {
  const model1 = at("model", "hub", 1);
  const files = filesOf(HONEST.with(model1, { ...HONEST[model1]!, bytes: utf8("{") }).with(9, copyOf(9, { signer: "mallory" })));
  const { findings, checks } = run(files);
  expect(findings.map(({ entry }) => entry)).toEqual([9, model1]);
  expect(checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(["entries", "signatures"]);
});

test("a log that is wrong from the start yields the first thousand findings, in order", () => {
  const filler = Array.from({ length: 1200 }, (_, i) => say("hub", "model", { kind: "newton", hash: "ab".repeat(32), iteration: i }));
  const { findings, checks } = run(filesOf(filler));
  expect(findings.length).toBe(1000);
  expect(findings[0]).toMatchObject({ entry: 0, code: "LOG_OPENED" });
  expect(checks.find(({ name }) => name === "charters")).toMatchObject({ ok: false });
});

test("every finding there is was provoked above, but limits in audit-limits.test.ts, columns, guards, models, answers, charges and gains in conduct/*audit*.test.ts, and encrypted sums in aggregation/encrypted/audit.slow.test.ts", () => {
  expect(Object.keys(FINDINGS).filter((code) => !seenCodes.has(code))).toEqual([
    "CHARTER_PERIOD", "CHARTER_BUDGET", "SCHEMA_DIFFERS", "ROUND_SCHEME", "CIPHERTEXT_FORM", "SUM_NOISE", "SUM_GUARD", "MODEL_DIFFERS", "CLOSE_DIFFERS",
    "QUERY_REFUSED", "QUESTION_DIFFERS", "ANSWER_DIFFERS", "BUDGET_OVERSPENT", "COMPARISON_PARTY", "COMPARISON_SECOND", "COMPARISON_MODEL", "COMPARISON_CHARTER", "COMPARISON_FORM",
  ]);
});
