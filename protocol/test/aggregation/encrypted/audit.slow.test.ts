import { beforeAll, describe, expect, test } from "@jest/globals";
import { toHex } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { PRIMES, RESIDUE_BYTES } from "@cohortium/crypto/he/parameters";
import { openSeal } from "@cohortium/crypto/seal";
import { uploadPath } from "../../../src/log/audit-bytes.js";
import type { EntryType } from "../../../src/log/entry.js";
import { loggedTraining, tell, type LoggedTraining, type Told } from "../../conduct/logged-training.js";

const NAMES = ["ada", "bob", "cleo"];
let logged: LoggedTraining;
beforeAll(async () => {
  logged = loggedTraining(NAMES, { seal: await openSeal() }, "done", { clauses: [["/aggregation/scheme", "encrypted"], ["/aggregation/dropouts", "end"], ["/quorum", 3]] });
});

type Body = { readonly [member: string]: Json };
const at = (type: EntryType, actor = "coordinator", round = 0) => logged.told.findIndex(({ statement }) => statement.type === type && statement.actor === actor && statement.round === round);
const bodyAt = (index: number) => logged.told[index]!.statement.body as Body;
const restated = (index: number, change: Body) => {
  const told = logged.told[index]!;
  return logged.told.with(index, { ...told, statement: { ...told.statement, body: { ...bodyAt(index), ...change } } });
};
const moved = (from: number, to: number) => logged.told.toSpliced(from, 1).toSpliced(to, 0, logged.told[from]!);
const codes = (told: readonly Told[], bend?: (files: Map<string, Uint8Array>) => void) => logged.check(told, bend).findings.map(({ entry, code }) => [entry, code] as const);
/** Other bytes in the file that an entry names, and the root that they have. */
const forged = (root: string, change: (words: DataView) => void) => (files: Map<string, Uint8Array>) => {
  const bytes = files.get(uploadPath(root))!.slice();
  change(new DataView(bytes.buffer));
  files.set(uploadPath(root), bytes);
  files.set(uploadPath(toHex(chunkRoot(bytes))), bytes);
};
/** The same, with the entry naming the new root: what a party itself could have signed. */
const signedForgery = (index: number, member: string, change: (words: DataView) => void) => {
  const root = String(bodyAt(index)[member]);
  let told = logged.told;
  const bend = (files: Map<string, Uint8Array>) => forged(root, change)(files);
  logged.check(logged.told, (files) => {
    const bytes = files.get(uploadPath(root))!.slice();
    change(new DataView(bytes.buffer));
    told = restated(index, { [member]: toHex(chunkRoot(bytes)) });
  });
  return codes(told, bend);
};
const first = (words: DataView) => words.getBigUint64(0, true);

describe("the log of a training under encrypted sums", () => {
  test("is verified: every sum comes out of the ciphertexts and decryptions, every model out of the sums", () => {
    const report = logged.check(logged.told);
    expect(report).toMatchObject({ verified: true, findings: [], sumsRecomputed: 8 });
    expect(report.checks.find(({ name }) => name === "models")).toMatchObject({ ok: true });
  });

  test.each([["round.sealed", "c0"], ["round.sealed", "c1"], ["round.decryption", "root"]] as const)("a bit of what a %s names as %s, changed or lost, is found at that entry", (type, member) => {
    const entry = at(type, "bob", 1);
    const root = String(bodyAt(entry)[member]);
    const change = (words: DataView) => words.setBigUint64(0, first(words) ^ 1n, true);
    expect(codes(logged.told, forged(root, change))[0]).toEqual([entry, "UPLOAD_ROOT"]);
    expect(codes(logged.told, (files) => files.delete(uploadPath(root)))[0]).toEqual([entry, "UPLOAD_MISSING"]);
  });

  test("words beyond their moduli are found at the entry that names them", () => {
    const change = (words: DataView) => words.setBigUint64(RESIDUE_BYTES, PRIMES[1].q, true);
    expect(signedForgery(at("round.sealed", "ada", 1), "c0", change)).toContainEqual([at("round.sealed", "ada", 1), "CIPHERTEXT_FORM"]);
    expect(signedForgery(at("round.decryption", "cleo", 1), "root", change)).toContainEqual([at("round.decryption", "cleo", 1), "CIPHERTEXT_FORM"]);
  });

  test("a decryption that its party signed and that is none leaves more noise than parties leave that follow the protocol", () => {
    const change = (words: DataView) => {
      for (let i = 0; i < 64; i++) words.setBigUint64(8 * i, words.getBigUint64(8 * i, true) ^ (BigInt(i + 1) << 45n), true);
    };
    expect(signedForgery(at("round.decryption", "bob", 1), "root", change)).toContainEqual([at("round.result", "coordinator", 1), "SUM_NOISE"]);
  });

  test("another result than the sum is found, and no model follows from it", () => {
    const found = codes(restated(at("round.result", "coordinator", 2), { root: "ab".repeat(32) }));
    expect(found[0]).toEqual([at("round.result", "coordinator", 2), "SUM_DIFFERS"]);
    expect(found.map(([, code]) => code)).toContain("CLOSE_DIFFERS");
  });
});

describe("the order of an encrypted round", () => {
  const order = (told: readonly Told[]) => codes(told).map(([, code]) => code);

  test("a key share that is committed to after the roster is objected to: it may be the difference to a key that its party knows", () => {
    expect(codes(moved(at("key.commit", "cleo"), at("roster")))).toContainEqual([at("roster"), "ROUND_ORDER"]);
  });

  test("a second commitment to a key share is objected to", () => {
    const again = tell("key.commit", "ada", { share: "cd".repeat(32) });
    expect(codes(logged.told.toSpliced(at("roster"), 0, again))).toContainEqual([at("roster"), "ROUND_SECOND"]);
  });

  test("a joint key of fewer than all parties is objected to", () => {
    const { ada, bob } = bodyAt(at("roster"))["bundles"] as Record<string, string>;
    expect(order(restated(at("roster"), { parties: ["ada", "bob"], bundles: { ada: ada!, bob: bob! } }))).toContain("ROUND_TOO_FEW");
  });

  test("a ciphertext that is committed to after the list is objected to: it may be made of another's", () => {
    const told = moved(at("round.sealed", "bob", 1), at("round.survivors", "coordinator", 1));
    expect(order(told)).toContain("ROUND_ORDER");
  });

  test.each([["cleo", "c0"], ["cleo", "c1"], ["ada", "c1"]] as const)("a ciphertext of %s with the %s of an earlier round is objected to: one key opens all of a training", (party, half) => {
    const index = at("round.sealed", party, 2);
    const again = restated(index, { [half]: bodyAt(at("round.sealed", "ada", 1))[half]! });
    const found = logged.check(again).findings.find(({ entry }) => entry === index);
    expect(found).toMatchObject({ code: "ROUND_SECOND", says: `${party} commits to the ciphertext of ada in round 1` });
  });

  test("the same commitment twice in one round is a repeat, and none to object to", () => {
    const index = at("round.sealed", "ada", 2);
    expect(codes(logged.told.toSpliced(index + 1, 0, logged.told[index]!)).filter(([, code]) => code === "ROUND_SECOND")).toEqual([]);
  });

  test("a decryption before everybody has agreed is objected to", () => {
    const agreed = Math.max(...NAMES.map((name) => at("round.agree", name, 1)));
    expect(codes(logged.told.toSpliced(agreed, 1))).toContainEqual([at("round.decryption", "ada", 1) - 1, "ROUND_ORDER"]);
  });

  test("a second decryption of one round is objected to", () => {
    const index = at("round.decryption", "ada", 1);
    const { statement } = logged.told[index]!;
    const again = tell("round.decryption", "ada", { ...bodyAt(index), root: "cd".repeat(32) }, { session: statement.session, round: 1 });
    expect(codes(logged.told.toSpliced(at("round.result", "coordinator", 1), 0, again))).toContainEqual([at("round.result", "coordinator", 1), "ROUND_SECOND"]);
  });

  test("a result without everybody's decryption, or with mask keys, is objected to", () => {
    expect(order(logged.told.toSpliced(at("round.decryption", "cleo", 2), 1))).toContain("ROUND_KEYS");
    expect(order(restated(at("round.result", "coordinator", 1), { recovered: { self: { ada: "A".repeat(43) + "=" }, orphans: {} } }))).toContain("ROUND_KEYS");
  });

  test("a decryption for another list, or by somebody who is not in it, is objected to", () => {
    expect(order(restated(at("round.decryption", "cleo", 1), { survivors: "ab".repeat(32) }))).toContain("ROUND_ORDER");
  });

  test.each([
    ["round.upload", { root: "ab".repeat(32), words: 7, offer: "ab".repeat(32) }], ["round.unmask", { survivors: "ab".repeat(32), self: null, orphans: {} }],
    ["bundle", { x25519: "A".repeat(43) + "=", mlkem: "ab".repeat(32) }], ["shares", { selfSeeds: [] }],
  ] as const)("a %s has no place in it", (type, body) => {
    const index = at("round.survivors", "coordinator", 1);
    expect(codes(logged.told.toSpliced(index, 0, tell(type, "ada", body, { round: type.startsWith("round") ? 1 : 0 })))).toContainEqual([index, "ROUND_SCHEME"]);
  });
});

describe("a sum that could be opened", () => {
  /** The same round again in a second training under the charter, with one party less in its list. */
  const noted = (lastOfSecond: EntryType) => {
    const second = logged.told.filter(({ statement: { type, round } }) => round <= 1 && type.startsWith("round") || ["session.offer", "session.data", "key.commit", "roster", "ready"].includes(type));
    const rename = (value: string) => value.replace(/^[0-9a-f]{64}$/, (id) => (logged.told.some((told) => told.id === id) && second.some((told) => told.id === id) ? `77${id.slice(2)}` : id));
    const again = second.map(({ id, statement }) => ({ id: rename(id), statement: JSON.parse(JSON.stringify({ ...statement, session: "77".repeat(16) }), (_, value: unknown) => (typeof value === "string" ? rename(value) : value)) as Told["statement"] }));
    const until = again.findLastIndex(({ statement }) => statement.type === lastOfSecond);
    const fewer = again.slice(0, until + 1).map((told) => {
      if (told.statement.type !== "round.survivors") return told;
      const body = told.statement.body as Body;
      const { cleo: _, ...uploads } = body["uploads"] as Record<string, Json>;
      return { ...told, statement: { ...told.statement, body: { ...body, uploads } } };
    });
    return logged.check([...logged.told, ...fewer]).notices.map(({ entry, code }) => [entry - logged.told.length, code]);
  };

  test("is remarked on as soon as all have agreed, whatever the coordinator logs of it afterwards; control: before, it could not be", () => {
    const [agreed, all] = [noted("round.agree"), noted("round.result")];
    expect(agreed).toEqual([[expect.any(Number), "SUMS_APART"]]);
    expect(all).toEqual(agreed);
    expect(noted("round.survivors")).toEqual([]);
  });
});

test("what belongs to encrypted sums has no place under masks", () => {
  const masked = loggedTraining(NAMES);
  const index = masked.told.findIndex(({ statement }) => statement.type === "round.survivors");
  for (const [type, body, round] of [["round.sealed", { c0: "ab".repeat(32), c1: "ab".repeat(32), words: 7, offer: "ab".repeat(32) }, 1],
    ["round.decryption", { survivors: "ab".repeat(32), root: "ab".repeat(32) }, 1], ["key.commit", { share: "ab".repeat(32) }, 0]] as const) {
    const { findings } = masked.check(masked.told.toSpliced(index, 0, tell(type, "ada", body, { round })));
    expect(findings.map(({ entry, code }) => [entry, code])).toContainEqual([index, "ROUND_SCHEME"]);
  }
});
