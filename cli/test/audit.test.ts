import { describe, expect, test } from "@jest/globals";
import { filesOf, honestEntries, LOG_KEY, say, type Files } from "../../protocol/test/log/small-log.js";
import { loggedStatistics } from "../../protocol/test/conduct/logged-statistics.js";
import { charterOfStatistics, PROFILE, THREE } from "../../protocol/test/conduct/tiny-statistics.js";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { signCheckpoint } from "@cohortium/protocol/log/checkpoint";
import { budgetShare } from "@cohortium/protocol/charter/budget-share";
import { budgetOf } from "@cohortium/protocol/charter/privacy-budget";
import { folderWith, play } from "./stage.js";

const HONEST = honestEntries();
const SIZE = HONEST.length;
/** Up to the first round. The rounds that follow add up, but are no training. */
const BEGINNING = HONEST.slice(0, HONEST.findIndex(({ statement }) => statement.type === "round.offer"));
const bundle = `tile/entries/000.p/${SIZE}`;

const tampered = (): Files => {
  const files = filesOf(HONEST);
  const bytes = Uint8Array.from(files.get(bundle)!);
  // A digit in the body of entry 3, which its hash and its signature cover.
  const offset = HONEST.slice(0, 3).reduce((sum, entry) => sum + 2 + entry.bytes.length, 2) + 40;
  bytes[offset] = bytes[offset]! ^ 1;
  return files.set(bundle, bytes);
};

describe("audit verify", () => {
  test("says what it looked at, and ends well, on an honest log", async () => {
    const folder = folderWith([...filesOf(BEGINNING), ["kept", filesOf(HONEST.slice(0, 9)).get("checkpoint")!]]);
    const played = await play(["audit", "verify", ".", "--checkpoint", "kept", "--log-key", LOG_KEY], { folder });
    expect(played.out).toBe([
      `Verified: ${BEGINNING.length} entries, 0 sums computed again.`,
      "",
      "check            looked at  result",
      "checkpoint               1  ok",
      "witnesses                0  nothing to check",
      "kept checkpoint          1  ok",
      "tree                     1  ok",
      `entries                 ${BEGINNING.length}  ok`,
      `signatures              ${BEGINNING.length}  ok`,
      "charters                 1  ok",
      "schemas                  4  ok",
      "rounds                   0  nothing to check",
      "sums                     0  nothing to check",
      "models                   0  nothing to check",
      "answers                  0  nothing to check",
      "budgets                  0  nothing to check",
      "comparisons              0  nothing to check",
      "",
    ].join("\n"));
    expect(played.code).toBe(0);
  });

  test("computes every sum again, and from the sums what the next round has to ask", async () => {
    const { code, out } = await play(["audit", "verify", folderWith(filesOf(HONEST))]);
    expect(out).toMatch(/sums +3 +ok\nmodels +0 +failed\n/);
    expect(out).toContain("MODEL_DIFFERS");
    expect(code).toBe(6);
  });

  test("says of questions how many were answered, and how much of the budget they cost", async () => {
    const charter = charterOfStatistics(THREE, "noisy");
    const { told, files, digest } = loggedStatistics(charter, [{ ...PROFILE, nanoRho: 10_000_000 }, { ...PROFILE, nanoRho: 5_000_000 }]);
    const { code, out } = await play(["audit", "verify", folderWith(files(told))]);
    expect(out).toMatch(/answers +4 +ok\nbudgets +6 +ok\n/);
    const budget = budgetOf(charter);
    const [whole, reserve] = [budget?.nanoRho ?? 0, budget?.reserveNanoRho ?? 0];
    const beside = reserve === 0 ? "nothing" : `${budgetShare(reserve, whole)} (ρ ${(reserve / 1e9).toFixed(6)})`;
    expect(out).toContain(`${digest.slice(0, 12)}        2  ${budgetShare(15_000_000, whole)} (ρ 0.015000 of ${(whole / 1e9).toFixed(6)})  ${beside}`);
    expect(code).toBe(0);
    const exact = loggedStatistics(charterOfStatistics(THREE), [PROFILE]);
    expect((await play(["audit", "verify", folderWith(exact.files(exact.told))])).out).toContain("1  no noise");
    const sentence = told.findIndex(({ statement }) => statement.type === "session.offer");
    expect((await play(["audit", "show", folderWith(files(told)), String(sentence)])).out).toContain("asks a question of statistics: profile");
    expect((await play(["audit", "show", folderWith(files(told)), String(told.length - 1)])).out).toMatch(/closes the session with answer [0-9a-f]{12}/);
  });

  test("says what it could not know without a key and a kept checkpoint", async () => {
    const { out } = await play(["audit", "verify", folderWith(filesOf(HONEST))]);
    expect(out).toContain("held to the key it states itself");
    expect(out).toContain("cut short can pass for a whole one");
  });

  test("names the first wrong entry and ends with 6", async () => {
    const { code, out } = await play(["audit", "verify", folderWith(tampered())]);
    expect(code).toBe(6);
    expect(out.split("\n")[0]).toBe("Not verified: first at entry 3.");
    expect(out).toMatch(/tree +1 +failed/);
    expect(out).toMatch(/\n +3 +ENTRY_HASH +the entry is not the one whose hash stands in the tree/);
  });

  test("holds the log to the key it is given", async () => {
    const other = `${LOG_KEY.split("+")[0]}+00000000+${LOG_KEY.split("+").slice(2).join("+")}`;
    expect(await play(["audit", "verify", folderWith(filesOf(HONEST)), "--log-key", other])).toMatchObject({ code: 6 });
    expect(await play(["audit", "verify", folderWith(filesOf(HONEST)), "--log-key", "nonsense"])).toMatchObject({ code: 2 });
  });

  test("notices a log that ends before the kept checkpoint", async () => {
    const files = filesOf(HONEST.slice(0, 20)).set("kept", filesOf(HONEST).get("checkpoint")!);
    const { code, out } = await play(["audit", "verify", ".", "--checkpoint", "kept"], { folder: folderWith(files) });
    expect({ code, says: out.includes("ANCHOR_ROLLBACK") }).toEqual({ code: 6, says: true });
  });

  test("is one JSON document with every finding and the caveats", async () => {
    const { code, out, err } = await play(["audit", "verify", folderWith(tampered()), "--json", "--quiet"]);
    const report = JSON.parse(out);
    expect(Object.keys(report).sort()).toEqual(["caveats", "checkpointSize", "checks", "entries", "findings", "notices", "privacy", "sumsRecomputed", "verified"]);
    expect(report).toMatchObject({ verified: false, findings: [{ entry: 3, code: "ENTRY_HASH" }, ...report.findings.slice(1)] });
    expect({ code, err }).toEqual({ code: 6, err: "" });
  });

  test("takes a folder that holds no log, and a file that is no checkpoint or another log's, for a slip and not for a forgery", async () => {
    const { code, err } = await play(["audit", "verify", folderWith([["rows.csv", "age"]])]);
    expect({ code, says: /holds no log of a consortium/.test(err) }).toEqual({ code: 2, says: true });
    const other = signCheckpoint({ origin: "log.example/another", size: 3, root: new Uint8Array(32) }, signerFromSeed(new Uint8Array(32).fill(9)));
    const kept = (text: string) => play(["audit", "verify", ".", "--checkpoint", "kept"], { folder: folderWith([...filesOf(BEGINNING), ["kept", text]]) });
    const another = await kept(other);
    expect(another.code).toBe(2);
    expect(another.err).toMatch(/of another log[^]*it is of log\.example\/another, and the folder holds log\.example\/consortium[^]*it is not/);
    expect(await kept("age\n35\n")).toMatchObject({ code: 2, err: expect.stringContaining("this file is no checkpoint") });
  });

  test("control: a log that lost its checkpoint, or whose checkpoint nobody can read, and a kept one of its name under another key, are inconsistencies", async () => {
    const lost = filesOf(BEGINNING);
    lost.delete("checkpoint");
    expect(await play(["audit", "verify", folderWith(lost)])).toMatchObject({ code: 6, out: expect.stringContaining("CHECKPOINT_MISSING") });
    expect(await play(["audit", "verify", folderWith([...filesOf(BEGINNING), ["checkpoint", "garbage"]])])).toMatchObject({ code: 6 });
    const forged = signCheckpoint({ origin: LOG_KEY.split("+")[0] ?? "", size: 3, root: new Uint8Array(32) }, signerFromSeed(new Uint8Array(32).fill(9)));
    const files = filesOf(BEGINNING);
    expect(await play(["audit", "verify", ".", "--checkpoint", "kept"], { folder: folderWith([...files, ["kept", forged]]) })).toMatchObject({ code: 6, out: expect.stringContaining("ANCHOR_UNREADABLE") });
  });

  test("refuses a folder that is not there, and points from a coordinator's folder to its log", async () => {
    expect(await play(["audit", "verify", "/nowhere/at/all"])).toMatchObject({ code: 2 });
    const { code, err } = await play(["audit", "verify", folderWith([["public/checkpoint", "x"]])]);
    expect({ code, points: /to do +the log is in .*public/.test(err) }).toEqual({ code: 2, points: true });
  });
});

describe("audit show", () => {
  test("says an entry as a sentence and as it was signed", async () => {
    const { code, out } = await play(["audit", "show", folderWith(filesOf(HONEST)), "0"]);
    expect(out.split("\n")[0]).toBe(`2026-11-22T10:00:00Z: hub opens the log log.example/consortium under the key ${LOG_KEY}.`);
    expect(out).toContain('"type": "log.opened"');
    expect(code).toBe(0);
  });

  test("has a sentence for every kind of entry", async () => {
    const digest = "ab".repeat(32);
    const all = [
      ...HONEST,
      say("hub", "revocation", { party: "mill", certificate: digest, reason: "left" }),
      say("mill", "charter.refusal", { digest, reason: "age is not needed" }),
      say("mill", "key.commit", { share: digest }),
      say("mill", "round.sealed", { c0: digest, c1: "cd".repeat(32), words: 1_234, offer: digest }, { round: 1 }),
      say("mill", "round.decryption", { survivors: digest, root: digest }, { round: 1 }),
      say("hub", "session.abort", { code: "AGGREGATION_TOO_FEW" }),
    ];
    const folder = folderWith(filesOf(all));
    const sentences = await Promise.all(all.map(async (_, i) => JSON.parse((await play(["audit", "show", folder, String(i), "--json"])).out).sentence as string));
    expect(sentences.filter((sentence) => sentence.includes("cannot be read"))).toEqual([]);
    expect(new Set(all.map(({ statement }) => statement.type)).size).toBe(24);
    expect(sentences.at(-3)).toContain("mill commits to 1,234 encrypted numbers, with the roots abababab");
    expect(sentences.at(-1)).toBe("2026-11-22T10:00:00Z: hub ends the session without a result: AGGREGATION_TOO_FEW, in session 5e5e5e5e5e5e.");
  });

  test("lets no entry write to the terminal", async () => {
    const evil = say("hub", "session.offer", { question: "\u001b[2J\u202eodd", plan: "ab".repeat(32) });
    const { out } = await play(["audit", "show", folderWith(filesOf([...HONEST, evil])), String(SIZE)]);
    expect(out).not.toMatch(/[\u001b\u202e]/);
    expect(out).toContain("offers a training: ·[2J·odd");
  });

  test("refuses a number beyond the log, and what is no number", async () => {
    const folder = folderWith(filesOf(HONEST));
    expect((await play(["audit", "show", folder, String(SIZE)])).err).toContain(`the log has ${SIZE} entries, counted from 0`);
    expect(await play(["audit", "show", folder, "-1"])).toMatchObject({ code: 2 });
    expect(await play(["audit", "show", folder, "two"])).toMatchObject({ code: 2 });
  });

  test("ends with 6 where the log itself cannot be read", async () => {
    const files = filesOf(HONEST);
    files.delete(bundle);
    expect(await play(["audit", "show", folderWith(files), "3"])).toMatchObject({ code: 6 });
    expect(await play(["audit", "show", folderWith([["checkpoint", "no note"]]), "3"])).toMatchObject({ code: 6 });
  });
});
