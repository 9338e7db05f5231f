import { describe, expect, test } from "@jest/globals";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CanaryReport } from "../src/canary/canary.js";
import { BASE, nodeFolder, QUESTION } from "./canary-stage.js";
import { play } from "./stage.js";

describe("egress canary", () => {
  const REPORT: CanaryReport = {
    charter: "tiny", rows: 120, marked: 6, columns: [{ feed: "rows", column: "age", isMarked: true, says: "a number nobody else has" }, { feed: "rows", column: "job", isMarked: false, says: "only the charter's own words are legal in it" }],
    traces: ["text", "double"], values: 24, needles: 400, sessions: [{ what: "the training", state: "done", rounds: 6, says: "done" }], coverage: { allowed: 1, rehearsed: 1, unaskable: [], missed: [] },
    looked: [{ where: "frames on the line", pieces: 20, bytes: 30_000 }, { where: "vectors and ciphertexts in one piece", pieces: 6, bytes: 20_000 }],
    control: { values: 24, found: 24 }, found: [], proofs: [],
  };
  const told = async (report: CanaryReport, ...args: readonly string[]) => {
    const folder = nodeFolder();
    mkdirSync(join(folder, "x"), { recursive: true });
    writeFileSync(join(folder, "charter.json"), JSON.stringify({ ...BASE, questions: [QUESTION] }));
    return play(["--folder", folder, "egress", "canary", "--charter", "charter.json", ...args], { folder, programs: { runCanary: async (_, { stage }) => (stage("rehearses the training …"), report) } });
  };

  test("with --json says nothing but the document", async () => {
    const { err, out } = await told(REPORT, "--json");
    expect([err, JSON.parse(out)]).toEqual(["", expect.objectContaining({ verdict: "clean" })]);
  });

  test("tells what was looked for and where, and that nothing left", async () => {
    const { code, out, err } = await told(REPORT);
    expect([code, err]).toEqual([0, "rehearses the training …\n"]);
    expect(out).toContain("24 values in 400 disguises: text, double");
    expect(out).toContain("Nothing of the marked rows left. 50,000 bytes left this node in the rehearsal");
    expect(out).toContain("job     rows  nothing: only the charter's own words are legal in it");
  });

  test.each([
    ["a value that left", { found: [{ trace: "double", feed: "rows", column: "age", where: "frames on the line" }] } as const, "a value of column age of the rows, as double, in frames on the line"],
    ["a search that misses what was sent on purpose", { proofs: [{ trace: "text", how: "in a letter", found: false }] } as const, "nothing can be said"],
    ["a search that misses what is in the copy", { control: { values: 24, found: 23 } } as const, "nothing can be said"],
    ["a kind that was not rehearsed to its end", { coverage: { allowed: 2, rehearsed: 1, unaskable: [], missed: [{ what: "a question: words", because: "too few rows" }] } }, "not rehearsed: a question: words, because too few rows"],
    ["a rehearsal of nothing", { coverage: { allowed: 1, rehearsed: 0, unaskable: ["rfm"], missed: [] } }, "0 of 1 kinds the charter allows"],
  ])("ends with 6 for %s", async (_, change, says) => {
    expect(await told({ ...REPORT, ...change })).toMatchObject({ code: 6, out: expect.stringContaining(says) });
  });

  test("does not say of a rehearsal in part that nothing left, neither in words nor with --json", async () => {
    const part = { ...REPORT, coverage: { allowed: 2, rehearsed: 1, unaskable: [], missed: [{ what: "a question: words", because: "too few rows" }] } };
    expect((await told(part)).out).not.toContain("Nothing of the marked rows left");
    expect(JSON.parse((await told(part, "--json")).out)).toMatchObject({ verdict: "partial", coverage: part.coverage });
  });

  test("tells how many kinds were rehearsed, and passes over those that nobody can ask", async () => {
    const { code, out } = await told({ ...REPORT, coverage: { allowed: 3, rehearsed: 2, unaskable: ["rfm"], missed: [] } });
    expect([code, out]).toEqual([0, expect.stringContaining("2 of 3 kinds the charter allows; of rfm nobody can ask a question, for want of columns")]);
  });

  test("takes no number of rows that is none", async () => {
    expect((await told(REPORT, "--marked", "0")).code).toBe(2);
    expect((await told(REPORT, "--rows", "many")).code).toBe(2);
  });
});
