import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Held } from "../../src/questions/truth.js";

const DEMO = join(import.meta.dirname, "..", "..", "dist", "main.js");

interface Said {
  readonly data: string;
  readonly held: readonly Held[];
  readonly again: { readonly isSame: boolean; readonly costs: number };
  readonly refused: { readonly exit: number; readonly messages: number };
  readonly charged: { readonly byNodes: readonly number[]; readonly byLog: number };
  readonly log: { readonly verified: boolean; readonly sumsRecomputed: number };
}

function demo(...args: readonly string[]) {
  return spawnSync(process.execPath, [DEMO, ...args], { encoding: "utf8" });
}

describe("the story of questions", () => {
  let said: Said;
  const leftBehind = () => readdirSync(tmpdir()).filter((name) => name.startsWith("cohortium-demo-"));
  let before: readonly string[];

  beforeAll(() => {
    before = leftBehind();
    const { status, stdout, stderr } = demo("questions", "--json");
    if (status !== 0) throw new Error(stderr);
    said = JSON.parse(stdout) as Said;
  });

  test("has answers near what all rows in one place say, each with an interval", () => {
    expect(said.held).toHaveLength(8);
    for (const { what, answered, plain } of said.held) {
      if (!("value" in answered)) throw new Error(`${what} is withheld`);
      // Six standard errors, or three cells: the noise is another each time.
      expect([what, Math.abs(answered.value - plain) <= 3 * ((answered.high - answered.low) / 2)]).toEqual([what, true]);
    }
  });

  test("gets the same bytes for nothing when it asks again", () => {
    expect(said.again).toEqual({ isSame: true, costs: 0 });
  });

  test("is refused what the budget does not cover, before anything leaves a company", () => {
    expect(said.refused).toEqual({ exit: 5, messages: 0 });
  });

  test("ends with a log that verifies, and with the charges that every company's account has", () => {
    expect(said.log).toMatchObject({ verified: true, sumsRecomputed: 3 });
    expect(said.charged.byLog).toBeGreaterThan(0);
    expect(said.charged.byNodes).toEqual([said.charged.byLog, said.charged.byLog, said.charged.byLog]);
  });

  test("leaves nothing behind", () => {
    expect(leftBehind().filter((name) => !before.includes(name))).toEqual([]);
  });
});

test("a story that nobody tells is named beside those that there are", () => {
  const { status, stderr } = demo("question");
  expect(status).toBe(2);
  expect(stderr).toMatch(/there is no story "question"[\s\S]*questions {4}three mail-order houses/);
});
