import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { ExperimentAnswer } from "@cohortium/protocol/statistics/answer";
import { typeCommand } from "./command-line.js";
import { tinyDraft } from "./tiny-charter.js";
import { foundTiny, NO_STEPS, type TinyConsortium } from "./tiny-consortium.js";

/** Hillstrom's MineThatData e-mail challenge (2008), 64,000 customers, and what its pooled rows say. */
const FOLDER = join(process.env["COHORTIUM_DATASETS"] ?? join(import.meta.dirname, "../../../../shared/datasets"), "hillstrom-email");
const FILE = join(FOLDER, "hillstrom.csv");
const NAMES = ["alder", "birch", "cedar"];
const ARMS = ["Womens E-Mail", "Mens E-Mail", "No E-Mail"];
const METRICS = ["visit", "conversion", "spend"];

interface Expected {
  readonly arms: Readonly<Record<string, { readonly n: number } & Readonly<Record<string, { readonly sum: number; readonly mean: number }>>>>;
  readonly ate: Readonly<Record<string, Readonly<Record<string, { readonly ate: number; readonly se: number }>>>>;
  readonly srm_chi2: number;
}

const STATISTICS = {
  kinds: ["experiment"], cellRows: 100,
  features: [
    { kind: "categorical", name: "segment", categories: ARMS },
    { kind: "numeric", name: "visit", unit: "visits", min: 0, max: 1 }, { kind: "numeric", name: "conversion", unit: "purchases", min: 0, max: 1 },
    { kind: "numeric", name: "spend", unit: "USD", min: 0, max: 500 }, { kind: "numeric", name: "history", unit: "USD", min: 0, max: 4_000 },
  ],
};
const NOISE = { mechanism: "discrete-gaussian", note: "Every company adds noise.", budget: { releasesMax: 100, epsilon: 4, delta: 1e-6, reserveShare: 0 }, colluders: 0 };
const ASKED = ["experiment", "--arm", "segment", "--control", "No E-Mail", "--shares", "1,1,1", "--from", "2008-03-01", "--to", "2008-03-14"];

const isThere = existsSync(FILE);
if (!isThere) process.stdout.write(`hillstrom: skipped, for there is no ${FILE}\n`);

(isThere ? describe : describe.skip)("an e-mail test whose 64,000 customers are spread over three companies", () => {
  let tiny: TinyConsortium;
  let expected: Expected;

  beforeAll(async () => {
    expected = JSON.parse(readFileSync(join(FOLDER, "expected.json"), "utf8")) as Expected;
    tiny = await foundTiny(NAMES);
    const [header = "", ...rows] = readFileSync(FILE, "utf8").trimEnd().split(/\r?\n/).map((line) => line.replaceAll(",", ";"));
    NAMES.forEach((name, i) => writeFileSync(tiny.rowsFile(name), [header, ...rows.filter((_, row) => row % NAMES.length === i), ""].join("\n")));
    await tiny.consortium.enrol(NO_STEPS);
    const rowLimits = { perPartyMax: 30_000, perPartyMin: 1_000, jointMin: 10_000 };
    await tiny.consortium.agree({ ...tinyDraft(NAMES, { name: "exact" }), questions: [], statistics: STATISTICS, rows: rowLimits });
    await tiny.consortium.agree({ ...tinyDraft(NAMES, { name: "noisy" }), questions: [], statistics: STATISTICS, rows: rowLimits, privacy: NOISE });
  });
  afterAll(async () => tiny.end());

  async function ask(...args: readonly string[]): Promise<ExperimentAnswer> {
    const { code, says } = await typeCommand(tiny.consortium.coordinator.folder, "--json", "--quiet", "question", "ask", ...ASKED, ...args, "--yes").ended;
    if (code !== 0) throw new Error(says);
    return (JSON.parse(says) as { readonly answer: ExperimentAnswer }).answer;
  }

  const meanOf = (arm: string, metric: string) => (expected.arms[arm]?.[metric]?.sum ?? NaN) / (expected.arms[arm]?.n ?? NaN);

  test("has the published counts, sums, effects and standard errors, and a healthy sample ratio", async () => {
    const { arms, effects, sampleRatio } = await ask("--metric", METRICS.join(","), "--charter", "exact");
    for (const { arm, rows, metrics } of arms) {
      expect(rows).toMatchObject({ value: expected.arms[arm]?.n });
      for (const { metric, sum } of metrics) expect(("value" in sum ? sum.value : NaN) / (expected.arms[arm]?.[metric]?.sum ?? NaN)).toBeCloseTo(1, 9);
    }
    expect(effects).toHaveLength(6);
    for (const { arm, metric, plain } of effects) {
      const due = expected.ate[arm]?.[metric];
      expect("value" in plain ? plain.value : NaN).toBeCloseTo(meanOf(arm, metric) - meanOf("No E-Mail", metric), 9);
      // Published to eight digits.
      expect("value" in plain ? plain.value : NaN).toBeCloseTo(due?.ate ?? NaN, 7);
      expect("value" in plain ? plain.standardError : NaN).toBeCloseTo(due?.se ?? NaN, 6);
    }
    expect(sampleRatio).toMatchObject({ degrees: 2, alarm: false });
    expect("chiSquare" in sampleRatio ? sampleRatio.chiSquare : NaN).toBeCloseTo(expected.srm_chi2, 3);
  });

  test("under noise has intervals that count it in, and that hold the published effects", async () => {
    const { effects, noise } = await ask("--metric", "visit", "--epsilon", "1", "--charter", "noisy");
    expect(noise).toBe(true);
    for (const { arm, metric, plain } of effects) {
      if (!("value" in plain)) throw new Error("an effect of 21,000 rows is withheld");
      const due = expected.ate[arm]?.[metric]?.ate ?? NaN;
      expect(plain.noiseShare).toBeGreaterThan(0);
      // Six standard errors: the noise is another each time.
      expect(Math.abs(plain.value - due)).toBeLessThan(6 * plain.standardError);
    }
  });
});
