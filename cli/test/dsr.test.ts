import { describe, expect, test } from "@jest/globals";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toBase64, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { receiptOf } from "@cohortium/node/deletion/receipts";
import { get, openStage, play, post } from "./stage.js";

const signer = signerFromSeed(sha256(utf8("harbour signing")));
const KEY = toBase64(signer.publicKey);
const SECRET_KEY = "zoë-unmistakable-0041";
const receipt = (rows: number | null = 1, exactUnder: readonly string[] = ["tiny"]) => receiptOf({
  id: "0a".repeat(16), party: "harbour", atMs: Date.UTC(2026, 10, 27), token: "ab".repeat(32), keyColumn: "customer", rows, purchases: null,
  before: [{ session: "5e".repeat(16), charter: "cc".repeat(32), model: "dd".repeat(32), answer: null, lastReleaseMs: Date.UTC(2026, 10, 20) }], exactUnder, log: { size: 17, checkpoint: "" },
}, signer);
const stage = (rows: number | null = 1, isNew = true) => openStage("node", [
  post("/v1/deletions", { removed: [{ receipt: receipt(rows), isNew }] }), get("/v1/deletions", { receipts: [receipt(rows)] }),
]);

describe("dsr delete", () => {
  test("asks before, tells what was done without the key, warns of exact sums, and writes the receipt", async () => {
    const { folder, asked } = await stage();
    const { code, out, err } = await play(["--folder", folder, "dsr", "delete", "--key", SECRET_KEY, "--receipt", join(folder, "r.json")], { folder, answers: ["y"] });
    expect([code, asked]).toEqual([0, [{ path: "/v1/deletions", body: { keys: [SECRET_KEY] } }]]);
    expect(err).toContain("Remove this person at this node, for good? [y/N]");
    expect(out).toContain("0a0a0a0a0a0a  removed; 1 row has this key now; 1 session had used this node's rows before, and is marked");
    expect(out).toContain("Under a charter without noise sums are exact");
    expect(out).toContain("Your own files and databases were not changed");
    expect(out + err + readFileSync(join(folder, "r.json"), "utf8")).not.toContain(SECRET_KEY);
    expect((await play(["dsr", "verify", join(folder, "r.json"), "--key-of", KEY])).code).toBe(0);
  });

  test("takes the keys of several people from a file, one a line, and says so if a key stands in no row", async () => {
    const { folder, asked } = await stage(0);
    writeFileSync(join(folder, "keys.txt"), `one\r\n\r\ntwo\n`);
    const { out } = await play(["--folder", folder, "--yes", "dsr", "delete", "--file", "keys.txt"], { folder });
    expect(asked).toEqual([{ path: "/v1/deletions", body: { keys: ["one", "two"] } }]);
    expect(out).toContain("1 of the keys stand in no row now: check how the feed writes them");
  });

  test("of more people than one request takes says how many are done while it goes on", async () => {
    const { folder, asked } = await openStage("node", [post("/v1/deletions", { removed: [] })]);
    writeFileSync(join(folder, "keys.txt"), Array.from({ length: 2_001 }, (_, i) => `k${i}`).join("\n"));
    const { err } = await play(["--folder", folder, "--yes", "dsr", "delete", "--file", "keys.txt"], { folder, isTerminal: true });
    expect(asked).toHaveLength(3);
    expect(err).toContain("counts the rows and writes tombstones, 1,000 of 2,001 people done …");
  });

  test("gives each of several people a receipt of her own, named by the line of her key", async () => {
    const { folder, asked } = await openStage("node", [post("/v1/deletions", { removed: [{ receipt: receipt(1), isNew: true }, { receipt: receipt(2), isNew: true }] })]);
    writeFileSync(join(folder, "keys.txt"), "one\r\n\r\ntwo\none\n");
    const { code, out } = await play(["--folder", folder, "--yes", "dsr", "delete", "--file", "keys.txt", "--receipt", "november"], { folder });
    expect([code, asked]).toEqual([0, [{ path: "/v1/deletions", body: { keys: ["one", "two"] } }]]);
    expect(readdirSync(join(folder, "november"))).toEqual(["receipt-line-0001.json", "receipt-line-0003.json"]);
    expect(JSON.parse(readFileSync(join(folder, "november", "receipt-line-0003.json"), "utf8"))).toEqual(receipt(2));
    expect(out).toContain("receipt-line-0001.json and 1 more beside it, each named by the line of its key");
    expect((await play(["dsr", "verify", join(folder, "november", "receipt-line-0003.json"), "--key-of", KEY])).code).toBe(0);
  });

  test("removes nobody where that would replace a receipt, or write several people's into one file", async () => {
    const { folder, asked } = await stage();
    writeFileSync(join(folder, "keys.txt"), "one\ntwo\n");
    writeFileSync(join(folder, "r.json"), "kept");
    mkdirSync(join(folder, "kept"));
    writeFileSync(join(folder, "kept", "receipt-line-0002.json"), "kept");
    for (const [whom, to] of [[["--key", "x"], "r.json"], [["--file", "keys.txt"], "r.json"], [["--file", "keys.txt"], "kept"]] as const) {
      expect((await play(["--folder", folder, "--yes", "dsr", "delete", ...whom, "--receipt", to], { folder })).code).toBe(2);
    }
    expect(asked).toEqual([]);
    expect(readFileSync(join(folder, "r.json"), "utf8")).toBe("kept");
  });

  test("says that somebody was removed before", async () => {
    const { folder } = await stage(1, false);
    expect((await play(["--folder", folder, "--yes", "dsr", "delete", "--key", "x"])).out).toContain("was removed before, at 2026-11-27T00:00:00.000Z");
  });

  test.each([[[]], [["--key", "a", "--file", "b"]], [["--file", "nowhere.txt"]]])("without knowing whom does nothing (%j)", async (options) => {
    const { folder, asked } = await stage();
    expect((await play(["--folder", folder, "--yes", "dsr", "delete", ...options], { folder })).code).toBe(2);
    expect(asked).toEqual([]);
  });

  test("does nothing after a no", async () => {
    const { folder, asked } = await stage();
    expect((await play(["--folder", folder, "dsr", "delete", "--key", "x"], { answers: ["n"] })).code).toBe(2);
    expect(asked).toEqual([]);
  });
});

test("a receipt that cannot be written is refused before anybody is removed", async () => {
  const { folder, asked } = await stage();
  for (const to of [join(folder, "nowhere", "r.json"), folder]) {
    const { code, err } = await play(["--folder", folder, "--yes", "dsr", "delete", "--key", "x", "--receipt", to], { folder });
    expect([code, err]).toEqual([2, expect.stringMatching(/cannot be written[^]*to do +name a file/)]);
  }
  expect(asked).toEqual([]);
});

test("dsr ls lists the receipts", async () => {
  const { folder } = await stage(null);
  expect((await play(["--folder", folder, "dsr", "ls"])).out).toMatch(/0a0a0a0a0a0a {2}2026-11-27 00:00:00 {2}customer\s+—\s+—\s+1/);
});

describe("dsr verify", () => {
  const folderOf = async (content: unknown) => {
    const { folder } = await stage();
    writeFileSync(join(folder, "r.json"), JSON.stringify(content));
    writeFileSync(join(folder, "charter.yaml"), `parties:\n  - { name: harbour, signingKey: "${KEY}" }\n`);
    return folder;
  };

  test("accepts a receipt under the key that a charter names, and shows what it says", async () => {
    const folder = await folderOf([receipt(), receipt(2)]);
    const { code, out } = await play(["dsr", "verify", "r.json", "--key-of", "charter.yaml"], { folder });
    expect(code).toBe(0);
    expect(out).toContain("Verified: harbour signed this receipt, and nothing in it was changed.");
    expect(out).toContain("The company's own source files and databases were not changed");
  });

  test("refuses a changed one with 6, also if it is one of several", async () => {
    const folder = await folderOf([receipt(), { ...receipt(), rowsNow: 0 }]);
    const { code, out } = await play(["dsr", "verify", "r.json", "--key-of", KEY], { folder });
    expect([code, out]).toEqual([6, "Not verified: receipt 0a0a0a0a0a0a: the signature does not fit the document: it was changed, or not signed with this key.\n"]);
  });

  test("refuses one that somebody signed with a key of her own", async () => {
    const folder = await folderOf(receipt());
    const { code, out } = await play(["dsr", "verify", "r.json", "--key-of", toBase64(signerFromSeed(sha256(utf8("mill"))).publicKey)], { folder });
    expect([code, out]).toEqual([6, expect.stringContaining("names another key")]);
  });

  test.each([["without a key", []], ["with a charter that has no such party", ["--key-of", "other.yaml"]], ["with a file that is none", ["--key-of", "r.json"]]])("%s says whose key it needs", async (_, options) => {
    const folder = await folderOf(receipt());
    writeFileSync(join(folder, "other.yaml"), "parties: []\n");
    const { code, err } = await play(["dsr", "verify", "r.json", ...options], { folder });
    expect([code, err]).toEqual([2, expect.stringContaining("--key-of")]);
  });
});
