import { describe, expect, test } from "@jest/globals";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCanary, type CanaryInput } from "../src/canary/canary.js";
import { charterWith, nodeFolder, PURCHASES, QUESTION, ROWS, STATISTICS } from "./canary-stage.js";

const SILENT = { stage: () => undefined, now: () => undefined };
const input = (folder: string, question: object, more: Partial<CanaryInput> = {}): CanaryInput => ({
  folder, flags: [], environment: {}, charter: charterWith(question), marked: 6, sampleMax: 500, prove: false, nowMs: () => Date.now(), signal: AbortSignal.timeout(240_000), ...more,
});

describe("a rehearsal with marked rows", () => {
  test("trains as the charter says, and no marked value leaves; the search finds all of them in the copy, and all that is sent on purpose", async () => {
    const folder = nodeFolder();
    const report = await runCanary(input(folder, QUESTION, { prove: true }), SILENT);
    expect([report.found, report.sessions.map(({ what, state }) => `${what} ${state}`)]).toEqual([[], ["the training done"]]);
    expect(report.control).toEqual({ values: 6 * 4, found: 6 * 4 });
    expect(report.columns.filter(({ isMarked }) => isMarked).map(({ column }) => column)).toEqual(["id", "age", "town", "note"]);
    expect(report.looked.map(({ bytes }) => bytes > 500)).toEqual([true, true, true, true, true, false]);
    expect(report.proofs.map(({ found }) => found)).toEqual(report.proofs.map(() => true));
    expect(report.proofs.map(({ trace, how }) => `${trace} ${how}`)).toEqual(expect.arrayContaining(["text in a letter", "double in a letter", "digest in a letter", "base64 in a letter", "fixed point of 64 bits in a vector without masks"]));
    expect(readFileSync(join(folder, "rows.csv"), "utf8")).toBe(ROWS);
    expect(existsSync(join(folder, "scratch")) ? readdirSync(join(folder, "scratch")) : []).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(["bought.csv", "node.yaml", "rows.csv", "scratch"]);
  });

  test("covers purchases: marked amounts, orders and keys", async () => {
    const report = await runCanary(input(nodeFolder(), PURCHASES), SILENT);
    expect([report.found, report.sessions.map(({ what, state }) => `${what} ${state}`)]).toEqual([[], ["the training done"]]);
    expect(report.columns.filter(({ feed, isMarked }) => feed === "transactions" && isMarked).map(({ column }) => column)).toEqual(["id", "paid", "invoice"]);
    expect(report.control.found).toBe(report.control.values);
  });

  test("asks one question of each kind that the charter allows, with noise, and nothing of a marked row leaves", async () => {
    const said: string[] = [];
    const report = await runCanary(input(nodeFolder(), STATISTICS), { ...SILENT, stage: (says) => said.push(says) });
    expect(said.slice(0, 3)).toEqual(["copies the feed and marks rows …", expect.stringMatching(/^founds a consortium with two stand-ins, over \d+ rows …$/), "rehearses question 1 of 6: profile …"]);
    expect(said.at(-1)).toMatch(/^looks for [\d,]+ disguises of marked values in this node's log, /);
    expect(report.sessions.map(({ what, state }) => `${what} ${state}`)).toEqual(["profile", "histogram", "quantiles", "categories", "drift", "words"].map((kind) => `a question: ${kind} done`));
    expect(report.coverage).toEqual({ allowed: 6, rehearsed: 6, unaskable: [], missed: [] });
    expect([report.found, report.control.found]).toEqual([[], report.control.values]);
    expect(report.sessions.map(({ rounds }) => rounds)).toEqual([1, 1, 1, 1, 1, 2]);
    expect(report.looked[1]?.pieces).toBe(7);
  });

  test("in which nothing was computed is no evidence, and says why", async () => {
    const folder = nodeFolder();
    writeFileSync(join(folder, "rows.csv"), ROWS.replace("student", "pirate"));
    await expect(runCanary(input(folder, QUESTION), SILENT)).rejects.toMatchObject({ code: "QUALITY_CANARY", exitCode: 3, detail: expect.stringContaining("DATA_") });
  });
});
