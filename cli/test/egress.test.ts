import { describe, expect, test } from "@jest/globals";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toBase64, toHex } from "@cohortium/crypto/bytes";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { sha256 } from "@cohortium/crypto/hash";
import type { Route } from "@cohortium/protocol/host/http-route";
import { get, NOW_MS, openStage, play } from "./stage.js";

const [FIRST, SECOND] = ["5e".repeat(16), "77".repeat(16)];
const line = (n: number, more: object = {}) => ({
  n, atMs: NOW_MS, recipient: "hub", session: FIRST, round: 1, kind: "uploaded", bytes: 400, meaning: "announces the masked vector", digest: "cd".repeat(32), entry: "ee".repeat(32), logEntry: 41, nanoRho: null, ...more,
});
const LINES = [
  line(1), line(2, { kind: "masked-vector", bytes: 9_000, meaning: "masked moments", nanoRho: 2_500_000 }), line(3, { kind: "unmasked", bytes: 80, meaning: "opens the sum of 3 parties", logEntry: null }),
  line(4, { session: SECOND }), line(5, { session: SECOND, kind: "masked-vector", bytes: 9_016, meaning: "masked moments" }), line(6, { session: SECOND, kind: "declined", bytes: 7, meaning: "refuses", entry: null, logEntry: null }),
  line(7, { session: SECOND, round: 2 }),
];

async function stage(...more: readonly Route[]) {
  const asked: Readonly<Record<string, string>>[] = [];
  const { folder } = await openStage("node", [
    {
      method: "GET", path: "/v1/egress", handle: ({ query }) => {
        asked.push({ ...query });
        const lines = LINES.filter(({ session, round }) => (query["session"] ?? session) === session && Number(query["round"] ?? round) === round);
        return { kind: "json", status: 200, body: { lines, totals: { messages: lines.length, bytes: lines.reduce((sum, { bytes }) => sum + bytes, 0) } } };
      },
    },
    get("/v1/trainings", { trainings: [{ session: FIRST, charter: "cc".repeat(32), endedAtMs: 1, outcome: { kind: "aborted", code: "X", because: "x" } }] }),
    get("/v1/questions", { questions: [{ session: SECOND }] }),
    get("/v1/status", { party: "harbour", coordinator: "hub", link: { kind: "connected", says: "connected" }, trainings: [], log: { size: 4, distrust: null }, feed: { rows: null, holdout: null } }),
    ...more,
  ]);
  return { folder, asked, egress: (...args: readonly string[]) => play(["--folder", folder, "egress", ...args], { folder }) };
}

describe("egress show", () => {
  test("tells what each line cost and where the log has it, by number or by digest", async () => {
    const { out } = await (await stage()).egress("show", "--session", "5e");
    expect(out).toMatch(/masked moments +ρ 0\.0025 +cdcdcdcdcdcd +41\n/);
    expect(out).toMatch(/opens the sum of 3 parties +— +cdcdcdcdcdcd +id eeeeeeeeeeee\n/);
    expect(out).toContain("3 messages, 9,480 bytes in all; ρ 0.0025 of privacy spent.");
    expect(out).toContain("A number in the log is known where a message showed it back");
  });

  test("says of an empty list what it is of", async () => {
    expect((await (await stage()).egress("show", "--round", "999")).out).toBe("Nothing that has left this node is of what was asked for.\n");
  });

  test("takes days, the last one with it, and instants", async () => {
    const { egress, asked } = await stage();
    await egress("show", "--from", "2026-11-01", "--to", "2026-11-30");
    await egress("show", "--from", "2026-11-01T10:00:00Z");
    expect(asked).toEqual([{ fromMs: String(Date.UTC(2026, 10, 1)), toMs: String(Date.UTC(2026, 11, 1)) }, { fromMs: String(Date.UTC(2026, 10, 1, 10)) }]);
  });

  test("takes no time that ends before it begins, or at once; the same day has one", async () => {
    const { egress, asked } = await stage();
    for (const [from, to] of [["2026-11-03", "2026-11-02"], ["2026-11-01T10:00:00Z", "2026-11-01T10:00:00Z"]] as const) {
      expect(await egress("show", "--from", from, "--to", to)).toMatchObject({ code: 2, err: expect.stringContaining(`--from ${from} is not before --to ${to}`) });
    }
    expect(asked).toEqual([]);
    expect(await egress("show", "--from", "2026-11-02", "--to", "2026-11-02")).toMatchObject({ code: 0 });
  });

  test.each([["--from", "yesterday"], ["--to", "2026-02-31"], ["--from", "2026-11-01 10:00"]])("takes no time that is none: %s %s", async (flag, text) => {
    expect(await (await stage()).egress("show", flag, text)).toMatchObject({ code: 2, err: expect.stringContaining("in UTC") });
  });
});

describe("egress diff", () => {
  test("of a training and a question tells the bytes of each kind and what left in one alone", async () => {
    const { out, code } = await (await stage()).egress("diff", "5e", "77");
    expect(code).toBe(0);
    expect(out).toMatch(/masked-vector +1 +1 +9,000 +9,016 +\+16\n/);
    expect(out).toMatch(/declined +0 +1 +0 +7 +\+7\n/);
    expect(out).toContain("Only in 5e:\n  line 3, round 1, unmasked, 80 bytes: opens the sum of 3 parties");
    expect(out).toContain("Only in 77:\n  line 6, round 1, declined, 7 bytes: refuses\n  line 7, round 2, uploaded, 400 bytes: announces the masked vector");
  });

  test("of two rounds compares them whatever their numbers, and says so if they are alike", async () => {
    const { egress, asked } = await stage();
    expect((await egress("diff", "5e/1", "5e/1")).out).toContain("What left is alike");
    const { out } = await egress("diff", "1", "2", "--session", "77");
    expect(asked.slice(-2).map(({ session, round }) => [session, round]).sort()).toEqual([[SECOND, "1"], [SECOND, "2"]]);
    expect(out).toContain("Only in 1:\n  line 5, round 1, masked-vector");
    expect(out).not.toContain("Only in 2:");
  });

  test.each([[["5e", "x/y/z"]], [["5e/last", "5e"]], [["3", "4x", "--session", "5e"]]])("without two things to compare says how to name them (%j)", async (args) => {
    expect(await (await stage()).egress("diff", ...args)).toMatchObject({ code: 2, err: expect.stringContaining("5e5e/3 5e5e/4") });
  });
});

describe("egress decode", () => {
  const BYTES = Uint8Array.from({ length: 300 }, (_, i) => i % 251);
  const decoded = (digest: string, kind: "letter" | "gone" = "letter"): readonly Route[] => [
    get("/v1/egress/1", { line: line(1, { digest }), bytes: kind === "gone" ? { kind, because: "it was dropped" } : { kind, digestFits: true, fields: [{ field: "upload.type", value: "round.upload", means: "what kind of statement it is" }] } }),
    { method: "GET", path: "/v1/egress/1/bytes", handle: () => ({ kind: "bytes", contentType: "application/octet-stream", bytes: BYTES }) },
  ];

  test("shows the fields, the first bytes, and that they have the ledger's digest", async () => {
    const { out, code } = await (await stage(...decoded(toHex(sha256(BYTES))))).egress("decode", "1");
    expect(code).toBe(0);
    expect(out).toContain("upload.type\n  round.upload\n  what kind of statement it is");
    expect(out).toContain("0000  00010203 04050607 08090a0b");
    expect(out).toContain("… 44 more; --form hex prints all, --out FILE writes them");
    expect(out).toContain("These are the bytes that left:");
  });

  test("writes the bytes as they left, or all of them as text", async () => {
    const { folder, egress } = await stage(...decoded(toHex(sha256(BYTES))));
    await egress("decode", "1", "--out", "letter.bin");
    expect(new Uint8Array(readFileSync(join(folder, "letter.bin")))).toEqual(BYTES);
    expect((await egress("decode", "1", "--form", "hex")).out).toContain(toHex(BYTES));
    expect((await egress("decode", "1", "--form", "base64")).out).toContain(toBase64(BYTES));
    expect((await egress("decode", "1", "--form", "rot13")).code).toBe(2);
  });

  test("replaces no file, and asks the node nothing for one that cannot be written", async () => {
    const { folder, egress } = await stage();
    writeFileSync(join(folder, "letter.bin"), "kept");
    expect(await egress("decode", "1", "--out", "letter.bin")).toMatchObject({ code: 2, err: expect.stringMatching(/^refused: there is a file of this name already\n.*letter\.bin\n/) });
    expect(readFileSync(join(folder, "letter.bin"), "utf8")).toBe("kept");
    expect(await egress("decode", "1", "--out", "away/letter.bin")).toMatchObject({ code: 2, err: expect.stringContaining("USAGE_WRITE") });
  });

  test("ends with 6 for bytes that have another digest", async () => {
    expect(await (await stage(...decoded("00".repeat(32)))).egress("decode", "1")).toMatchObject({ code: 6, out: expect.stringContaining("These are not the bytes that left") });
  });

  test("of what is not here any more says where it went, and takes a published upload instead", async () => {
    const { folder, egress } = await stage(...decoded(toHex(chunkRoot(BYTES)), "gone"));
    expect(await egress("decode", "1")).toMatchObject({ code: 0, out: expect.stringContaining("The bytes are not here any more: it was dropped.") });
    expect(await egress("decode", "1", "--out", "letter.bin")).toMatchObject({ code: 2, err: expect.stringContaining("it was dropped; nothing was written") });
    writeFileSync(join(folder, "upload"), BYTES);
    expect(await egress("decode", "1", "--bytes", "upload")).toMatchObject({ code: 0, out: expect.stringContaining("upload holds the bytes that left") });
    writeFileSync(join(folder, "upload"), BYTES.slice(1));
    expect(await egress("decode", "1", "--bytes", "upload")).toMatchObject({ code: 6 });
  });
});
