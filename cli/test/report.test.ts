import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { chartSvg, ticks } from "../src/report/chart.js";
import { markup } from "../src/report/markup.js";
import { reportPage } from "../src/report/page.js";
import { edgeWarning } from "../src/show/evaluation.js";
import { EVALUATION } from "./evaluation-fixture.js";
import { get, NOW_MS, openStage, play } from "./stage.js";

const [SESSION, CHARTER, MODEL] = ["5e".repeat(16), "a1".repeat(32), "0f".repeat(32)] as const;
const model = { kind: "logistic", iteration: 6, columns: ["intercept", "age"], means: [0, 40.2], deviations: [1, 10.4], coefficients: [-2.25, 0.125], dropped: [] };
const round = (n: number, value: number) => ({ round: n, kind: "newton", survivors: ["harbour", "mill", "<b>orchard"], rows: 16_500, measure: { what: "gradient norm", value } });
const training = {
  session: SESSION, charter: CHARTER, state: "done", startedAtMs: NOW_MS, endedAtMs: NOW_MS, round: 2, kind: "evaluation", phase: "ended", waitingFor: null, says: "",
  rounds: [round(1, 0.3), round(2, 1e-9)], model: MODEL, evaluation: EVALUATION, fault: null,
};
const listed = { digest: MODEL, session: SESSION, charter: CHARTER, iteration: 6, final: true, createdAtMs: NOW_MS, auc: 0.79312 };
const operator = () => openStage("coordinator", [
  get("/v1/models", { models: [{ ...listed, digest: "0e".repeat(32), final: false, auc: null }, listed] }), get("/v1/trainings/:session", training),
  get(`/v1/models/${MODEL}`, { digest: MODEL, session: SESSION, charter: CHARTER, model, evaluation: EVALUATION, comparisons: [] }),
]);
const comparison = {
  kind: "compared", trainRows: 4_400, heldRows: 1_100, alone: { ...EVALUATION, auc: 0.7512 }, joint: { ...EVALUATION, auc: 0.7933 }, gain: 0.0421, gainInterval: { low: 0.011, high: 0.0732 },
};
const partner = () => openStage("node", [
  get("/v1/models", { models: [{ session: SESSION, model, evaluation: EVALUATION, comparisons: [] }] }),
  get("/v1/trainings", { trainings: [{ session: SESSION, charter: CHARTER, endedAtMs: NOW_MS, outcome: { kind: "done", model, evaluation: EVALUATION, comparison } }] }),
]);

describe("model report", () => {
  test("is of the newest model that was evaluated, as text, or as one document", async () => {
    const { folder } = await operator();
    expect((await play(["model", "report"], { folder })).out).toContain("AUC                0.7931  (95 %: 0.7685 to 0.8177)");
    expect(JSON.parse((await play(["model", "report", "--json"], { folder })).out)).toEqual({
      digest: MODEL, kind: "logistic", session: SESSION, charter: CHARTER, evaluation: EVALUATION, own: null, partners: [], rounds: training.rounds,
    });
  });

  test("of a model that is a step on the way is refused by name", async () => {
    const { folder } = await operator();
    expect(await play(["model", "report", "0e"], { folder })).toMatchObject({ code: 2, err: expect.stringContaining("there is no model \"0e\"") });
  });

  test("of a partner says what it gained, which the operator's does not know", async () => {
    const { folder } = await partner();
    const { out } = await play(["model", "report"], { folder });
    expect(out).toContain("AUC           0.7512       0.7933  +0.0421  +0.0110 to +0.0732");
  });

  const pageOf = async (stage: ReturnType<typeof operator>) => {
    const { folder } = await stage;
    expect(await play(["model", "report", "--html", "report.html"], { folder })).toMatchObject({ code: 0, out: expect.stringContaining("report.html") });
    return readFileSync(join(folder, "report.html"), "utf8");
  };

  test("is a page that loads nothing and runs nothing", async () => {
    for (const page of [await pageOf(operator()), await pageOf(partner())]) {
      expect(page).toContain("default-src 'none'");
      expect(page).not.toMatch(/<script|<link|<img|src=|href=|url\(|@import|\son\w+=/i);
      expect(page.match(/<svg/g)?.length).toBeGreaterThanOrEqual(4);
    }
  });

  test("has a picture of every number it tells, and words for those who do not see it", async () => {
    const page = await pageOf(operator());
    for (const title of ["ROC", "Cumulative gains", "Lift by decile", "Calibration", "Convergence"]) expect(page).toContain(`<figcaption>${title}</figcaption>`);
    expect(page).toContain("ranks a positive above a negative in 79.3 % of all pairs (95 % interval 76.8 % to 81.8 %)");
    expect(page).toContain("Convergence. gradient norm from 3.0e-1 to 1.0e-9");
  });

  test("takes names as text, never as markup", async () => {
    const page = await pageOf(operator());
    expect(page).toContain("&lt;b&gt;orchard");
    expect(page).not.toContain("<b>orchard");
  });

  test("keeps a partner's own numbers on the partner's page", async () => {
    expect(await pageOf(partner())).toContain("the joint model's AUC is +0.0421 against a model of your 4,400 rows alone (95 % interval +0.0110 to +0.0732)");
    expect(await pageOf(operator())).not.toContain("Your own gain");
  });
});

describe("where companies publish their gains", () => {
  const ranking = (auc: number) => ({ auc, aucInterval: { low: auc - 0.02, high: auc + 0.02 }, ks: 0.4, ksInterval: { low: 0.35, high: 0.45 } });
  const comparisons = [
    { party: "harbour", numbers: { kind: "compared", rows: 1_100, alone: ranking(0.7512), joint: ranking(0.7933), gain: 0.0421, gainInterval: { low: -0.011, high: 0.0732 } } },
    { party: "<b>mill", numbers: { kind: "withheld", because: "too-few" } },
  ];
  const models = get("/v1/models", { models: [{ session: SESSION, model, evaluation: EVALUATION, comparisons }] });
  const stage = (shown: typeof models) => openStage("node", [
    shown, get("/v1/trainings", { trainings: [{ session: SESSION, charter: CHARTER, endedAtMs: NOW_MS, outcome: { kind: "done", model, evaluation: EVALUATION, comparison } }] }),
  ]);
  const page = async (shown: typeof models) => {
    const { folder } = await stage(shown);
    await play(["model", "report", "--html", "report.html"], { folder });
    return readFileSync(join(folder, "report.html"), "utf8");
  };

  test("the model and its report list them all, also those that withhold", async () => {
    const { folder } = await stage(models);
    for (const command of ["show", "report"]) {
      const { out } = await play(["model", command], { folder });
      expect(out).toMatch(/^harbour +~1,100 +0\.7512 +0\.7933 +\+0\.0421 +-0\.0110 to \+0\.0732 +0\.4000 +0\.4000$/m);
      expect(out).toContain("withheld (< 100 held-out rows, or < 20 of a class)");
    }
  });

  test("the page has a table and a picture of them, and no longer says that nobody else has them", async () => {
    const shared = await page(models);
    expect(shared).toContain("<figcaption>Gain in AUC by company</figcaption>");
    expect(shared).toContain("<td>about 1,100</td><td>0.7512</td>");
    expect(shared).toContain("&lt;b&gt;mill");
    expect(shared).not.toContain("nobody else has them");
    const kept = await page(get("/v1/models", { models: [{ session: SESSION, model, evaluation: EVALUATION, comparisons: [] }] }));
    expect(kept).not.toContain("What each company says it gained");
    expect(kept).toContain("nobody else has them");
  });
});

describe("a chart", () => {
  const axis = { label: "x", min: 0, max: 10, ticks: ticks(0, 10, 2, String) };

  test("has ticks at equal distances, both ends included", () => {
    expect(axis.ticks.map(({ at, says }) => [at, says])).toEqual([[0, "0"], [5, "5"], [10, "10"]]);
  });

  test("keeps what lies beyond an axis at its end, and puts the middle in the middle", () => {
    const svg = chartSvg({ title: "t", says: "s", x: axis, y: axis, marks: [{ kind: "line", style: "joint", points: [{ x: -5, y: 0 }, { x: 5, y: 5 }, { x: 99, y: 99 }] }] }).text;
    expect(svg).toContain('points="58,256 228,135 398,14"');
  });
});

test("what is put into markup is escaped, unless it is markup itself", () => {
  expect(markup`<i title="${'"'}">${"<&>'"}${markup`<br>`}${7}</i>`.text).toBe('<i title="&quot;">&lt;&amp;&gt;&#39;<br>7</i>');
});

test("scores that the bins cannot tell apart are warned of, in text and on the page", () => {
  const evaluation = { ...EVALUATION, kind: "evaluated", edgeShare: 0.31 } as const;
  expect(edgeWarning(evaluation)).toMatch(/^31\.0 % of a class/);
  expect(edgeWarning({ ...evaluation, edgeShare: 0.01 })).toBeNull();
  expect(reportPage({ digest: MODEL, kind: "logistic", session: SESSION, charter: CHARTER, evaluation, own: null, partners: [], rounds: [] })).toContain("too coarse to compare models by");
});
