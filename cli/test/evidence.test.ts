import { describe, expect, test } from "@jest/globals";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toBase64, toHex, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { signDocument } from "@cohortium/protocol/session/signed-document";
import { get, openStage, play } from "./stage.js";

const signer = signerFromSeed(sha256(utf8("harbour signing")));
const KEY = toBase64(signer.publicKey);
const CHARTER = "cc".repeat(32);
const EVIDENCE = {
  v: 1, party: "harbour", month: "2026-11", from: "2026-11-01T00:00:00.000Z", to: "2026-12-01T00:00:00.000Z", madeAt: "2026-12-02T00:00:00.000Z", isWhole: true,
  versions: { protocol: "1", runtime: "v24.0.0" }, keys: { signing: KEY, witness: "harbour+00000000+AAAA" }, log: { size: 41, checkpoint: "log.example\n41\nroot\n", distrust: null },
  charters: [{
    digest: CHARTER, state: "in-force", name: "tiny", purpose: "to <b>find</b> buyers", consortium: "circle", operator: "hub", logKey: "log+00000000+AAAA", notBefore: "2026-10-01T00:00:00Z", expires: "2027-01-01T00:00:00Z",
    mechanism: "discrete-gaussian", budget: { releasesMax: 40, epsilon: 1.5, delta: 1e-6, reserveShare: 0.1 }, perPartyMin: 10, scheme: "masked", questions: [{ id: "propensity.train", model: { kind: "logistic" } }], statistics: null,
    proposedAt: "2026-10-01T08:00:00.000Z", proposal: "aa".repeat(32), ownAnswerLine: 1, signatures: [{ party: "harbour", at: "2026-10-02T08:00:00.000Z", entry: "ab".repeat(32) }, { party: "mill", at: "2026-10-03T08:00:00.000Z", entry: "ac".repeat(32) }],
  }],
  sessions: [{ session: "5e".repeat(16), charter: CHARTER, asked: "a question: who the rows with channel “<i>Web</i>” are beside all rows, by region", ended: "2026-11-05T10:00:00.000Z", outcome: "done", says: "", result: "dd".repeat(32), vectors: 6, bytes: 9_480, madeBeforeDeletions: ["2026-11-20T00:00:00.000Z"] }],
  egress: {
    messages: 20, bytes: 9_480, firstLine: 3, lastLine: 22, kinds: [{ kind: "masked-vector", meaning: "masked moments", messages: 4, bytes: 8_000 }, { kind: "masked-vector", meaning: "masked profile", messages: 2, bytes: 1_000 }, { kind: "agreed", meaning: "agrees", messages: 14, bytes: 480 }],
    recipients: [{ recipient: "hub", messages: 20, bytes: 9_480 }], days: [{ day: "2026-11-05", messages: 20, bytes: 9_480 }],
  },
  privacy: [{ charter: CHARTER, nanoRho: 5_000_000, sums: 2, nanoRhoInAll: 7_000_000, budgetNanoRho: 50_000_000, reserveNanoRho: 12_000_000, epsilonInAll: 0.52, epsilon: 1.5, delta: 1e-6 }],
  refusals: [{ line: 9, at: "2026-11-06T00:00:00.000Z", session: "77".repeat(16), says: "this node refuses, by rule DATA_REFUSED" }],
  deletions: [{ id: "0a".repeat(16), at: "2026-11-20T00:00:00.000Z", rowsThen: 1 }],
  leftOut: [{ session: "5e".repeat(16), code: "DATA_NO_CONSENT", column: "optin", count: 12 }, { session: "5e".repeat(16), code: "DATA_CLIPPED", column: "age", count: 3 }],
};

async function stage(month: object = {}) {
  const { folder, asked } = await openStage("node", [
    get("/v1/evidence", { ...EVIDENCE, ...month }),
    { method: "POST", path: "/v1/evidence/signature", handle: ({ body }) => ({ kind: "json", status: 200, body: signDocument("evidence-report", { party: "harbour", at: "2026-12-02T00:00:00.000Z", ...body as object }, signer) }) },
  ]);
  writeFileSync(join(folder, "charter.yaml"), `parties:\n  - { name: harbour, signingKey: "${KEY}" }\n`);
  return { folder, asked, evidence: (...args: readonly string[]) => play(["--folder", folder, "evidence", ...args], { folder }) };
}

describe("evidence report", () => {
  test("writes one page that needs nothing else, and the node's signature of exactly that page beside it", async () => {
    const { folder, asked, evidence } = await stage();
    const { code, out } = await evidence("report", "--month", "2026-11", "--out", "november.html");
    expect(code).toBe(0);
    expect(out).toContain("2026-11, 1 session, 20 messages of 9,480 bytes");
    const page = readFileSync(join(folder, "november.html"));
    expect(asked).toEqual([{ path: "/v1/evidence/signature", body: { month: "2026-11", form: "html", sha256: toHex(sha256(new Uint8Array(page))) } }]);
    const html = page.toString();
    for (const words of ["What ran", "Who allowed it", "What left", "What it cost", "What this node refused", "People who were removed", "Rows that took no part", "How to check it", "cohortium evidence verify", "masked moments", "masked profile", "signed at 2026-10-03T08:00:00.000Z", "ρ 0.005", "ρ 0.007", "made before a deletion of 2026-11-20", "no consent", "log.example", "<svg"]) expect(html).toContain(words);
    expect(html).toContain("to &lt;b&gt;find&lt;/b&gt; buyers");
    expect(html).toContain("a question: who the rows with channel “&lt;i&gt;Web&lt;/i&gt;” are beside all rows, by region");
    for (const words of ["noise from every company (discrete Gaussian); budget: ε 1.5 at δ 1e-6 in all, the last 10 % of it in reserve; at most 40 sums", "10 % (ρ 0.005)", "14 % (ρ 0.007)", "ε 0.52 at δ 1e-6 of ε 1.5", '<td class="">24 %</td>', "without its reserve"]) expect(html).toContain(words);
    expect(html).not.toContain("releasesMax");
    expect(html).not.toMatch(/<script|src=|href=|url\(/);
    expect(html).not.toContain("DATA_CLIPPED");
  });

  test("says so if the month is not over, and if the log is distrusted", async () => {
    const { folder, evidence } = await stage({ isWhole: false, log: { ...EVIDENCE.log, distrust: "the log shrank" }, privacy: null, sessions: [], charters: [], refusals: [], deletions: [], leftOut: [], egress: { messages: 0, bytes: 0, firstLine: null, lastLine: null, kinds: [], recipients: [], days: [] } });
    expect((await evidence("report", "--month", "2026-11")).out).toContain("the month is not over");
    const html = readFileSync(join(folder, "evidence", "evidence-harbour-2026-11.html"), "utf8");
    for (const words of ["The month was not over", "distrusts the coordinator's log: the log shrank", "Nothing ran in this month.", "No charter was in force.", "keeps no account of privacy", "Nobody was removed in this month."]) expect(html.replaceAll("&#39;", "'")).toContain(words);
  });

  test("of a month that has not begun at the node is refused, and nothing is signed or written", async () => {
    const { folder, asked, evidence } = await stage({ isWhole: false, madeAt: "2026-10-31T23:59:59.999Z" });
    const { code, err } = await evidence("report", "--month", "2026-11", "--out", "november.html");
    expect(err).toContain("refused: this month has not begun\n  2026-11 begins at 2026-11-01T00:00:00.000Z, and at this node it is 2026-10-31T23:59:59.999Z\n");
    expect(err).toContain("--month 2026-10 for what there is so far");
    expect({ code, asked, written: existsSync(join(folder, "november.html")) }).toEqual({ code: 2, asked: [], written: false });
    expect((await (await stage({ isWhole: false, madeAt: "2026-11-01T00:00:00.000Z" })).evidence("report", "--month", "2026-11")).code).toBe(0);
  });

  test("with --json writes the same as JSON, signed as well", async () => {
    const { folder, evidence } = await stage();
    const { out } = await evidence("report", "--month", "2026-11", "--json");
    expect(JSON.parse(out)).toMatchObject({ file: join(folder, "evidence", "evidence-harbour-2026-11.json"), evidence: { party: "harbour", privacy: [{ nanoRho: 5_000_000 }] } });
    expect(JSON.parse(readFileSync(join(folder, "evidence", "evidence-harbour-2026-11.json"), "utf8"))).toEqual(EVIDENCE);
    expect((await evidence("verify", join(folder, "evidence", "evidence-harbour-2026-11.json"), "--key-of", KEY)).code).toBe(0);
  });

  test("says where it wrote, and replaces no page and no signature unless it is told to", async () => {
    const { folder, evidence } = await stage();
    const path = join(folder, "evidence", "evidence-harbour-2026-11.html");
    expect((await evidence("report", "--month", "2026-11")).out).toContain(`Written to ${path}: 2026-11`);
    writeFileSync(path, "kept");
    expect(await evidence("report", "--month", "2026-11")).toMatchObject({ code: 2, err: expect.stringContaining("replace it with --force") });
    expect(readFileSync(path, "utf8")).toBe("kept");
    expect(await evidence("report", "--month", "2026-11", "--out", join(folder, "nowhere", "page.html"))).toMatchObject({ code: 2 });
    writeFileSync(join(folder, "page.html.sig"), "kept");
    expect(await evidence("report", "--month", "2026-11", "--out", "page.html")).toMatchObject({ code: 2, err: expect.stringContaining("page.html.sig") });
    expect((await evidence("report", "--month", "2026-11", "--force")).code).toBe(0);
    expect(readFileSync(path, "utf8")).toContain("Evidence of harbour");
  });

  test.each([[[]], [["--month", "2026-13"]], [["--month", "last"]]])("without a month asks for one (%j)", async (options) => {
    expect(await (await stage()).evidence("report", ...options)).toMatchObject({ code: 2, err: expect.stringContaining("--month 2026-11") });
  });
});

describe("evidence verify", () => {
  const written = async () => {
    const made = await stage();
    await made.evidence("report", "--month", "2026-11", "--out", "e.html");
    return made;
  };

  test("accepts the page as it was written, under the key that a charter names", async () => {
    expect(await (await written()).evidence("verify", "e.html", "--key-of", "charter.yaml")).toMatchObject({ code: 0, out: "Verified: harbour signed this file for 2026-11 at 2026-12-02T00:00:00.000Z, and no byte of it was changed.\n" });
  });

  test("refuses a page of which a byte was changed, a signature that was, and another company's key", async () => {
    const { folder, evidence } = await written();
    const [page, sig] = [readFileSync(join(folder, "e.html"), "utf8"), readFileSync(join(folder, "e.html.sig"), "utf8")];
    writeFileSync(join(folder, "e.html"), page.replace("9,480", "9,481"));
    expect(await evidence("verify", "e.html", "--key-of", KEY)).toMatchObject({ code: 6, out: expect.stringContaining("a byte of this one was changed") });
    writeFileSync(join(folder, "e.html"), page);
    writeFileSync(join(folder, "e.html.sig"), sig.replace("2026-11", "2026-10"));
    expect(await evidence("verify", "e.html", "--key-of", KEY)).toMatchObject({ code: 6, out: expect.stringContaining("the signature does not fit") });
    writeFileSync(join(folder, "e.html.sig"), sig);
    expect(await evidence("verify", "e.html", "--key-of", toBase64(signerFromSeed(sha256(utf8("mill"))).publicKey))).toMatchObject({ code: 6 });
    writeFileSync(join(folder, "e.html.sig"), "no JSON");
    expect((await evidence("verify", "e.html", "--key-of", KEY)).code).toBe(6);
  });

  test("without a key, a page or a signature says what is missing", async () => {
    const { evidence } = await written();
    expect((await evidence("verify", "e.html")).err).toContain("--key-of");
    expect((await evidence("verify", "nowhere.html", "--key-of", KEY)).code).toBe(2);
    expect((await evidence("verify", "e.html", "--key-of", KEY, "--sig", "nowhere.sig")).err).toContain("--sig");
  });
});
