import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { statisticPlanOf } from "../../src/statistics/plan.js";
import { firstQuestion, questionContext, readStatisticScene, secondQuestion, type StatisticScene } from "../../src/statistics/script.js";
import { jsonDigest } from "../../src/session/json-digest.js";
import { EACH, EDGES, NOISY, QUERIES, RFM_WITH_EDGES } from "./queries.js";

const RFM = statisticPlanOf(NOISY, QUERIES.rfm);
const first = (plan = RFM): StatisticScene => {
  const scene = readStatisticScene("statistic", questionContext(firstQuestion(plan)), plan, null);
  if (scene === null) throw new Error("the first question must be read");
  return scene;
};
const second = questionContext(secondQuestion(EDGES));
const bentSecond = (role: "recency" | "frequency" | "monetary", edges: unknown): Json => (({ step: 1, edges: { ...structuredClone(EDGES), [role]: edges } }));

test("every query begins with its own first question, and RFM alone has a second", () => {
  for (const query of EACH) {
    const plan = statisticPlanOf(NOISY, query);
    const context = questionContext(firstQuestion(plan));
    const scene = readStatisticScene("statistic", context, plan, null);
    expect(scene).toEqual({ kind: "statistic", question: firstQuestion(plan), digest: jsonDigest(context), model: null });
    expect(readStatisticScene("statistic", second, plan, scene) !== null).toBe(query === QUERIES.rfm);
  }
});

test("the second question of RFM carries the edges that the first one found", () => {
  expect(readStatisticScene("statistic", second, RFM, first())).toMatchObject({ question: secondQuestion(EDGES) });
});

describe("a node reads no question", () => {
  test.each<readonly [what: string, context: Json, last: StatisticScene | null, kind?: unknown]>([
    ["of another kind", questionContext(firstQuestion(RFM)), null, "moments"],
    ["without a context", null, null],
    ["with more in its context", { step: 0, edges: null, rows: 7 }, null],
    ["that begins with edges of its own", questionContext({ ...firstQuestion(RFM), edges: EDGES }), null],
    ["that begins in the middle", second, null],
    ["twice", questionContext(firstQuestion(RFM)), first()],
    ["of a second sum without edges", { step: 1, edges: null }, first()],
    ["of a third sum", questionContext({ ...secondQuestion(EDGES), step: 2 }), { ...first(), question: secondQuestion(EDGES) }],
    ["of a second sum that says it is the first", questionContext({ ...secondQuestion(EDGES), step: 0 }), first()],
    ["by edges out of order", bentSecond("recency", [10, 9, 60, 180]), first()],
    ["by edges beyond a measure's bounds", bentSecond("monetary", [10, 20, 30, 501]), first()],
    ["by three edges", bentSecond("frequency", [1, 2, 3]), first()],
    ["by edges that are no numbers", bentSecond("frequency", [1, 2, "3", 4]), first()],
  ])("%s", (_, context, last, kind = "statistic") => expect(readStatisticScene(kind, context, RFM, last)).toBeNull());

  test("with other edges than the query gives", () => {
    const plan = statisticPlanOf(NOISY, RFM_WITH_EDGES);
    const other = questionContext({ kind: "statistic", step: 0, edges: { ...EDGES, recency: [11, 30, 60, 180] } });
    expect(readStatisticScene("statistic", other, plan, null)).toBeNull();
  });
});
