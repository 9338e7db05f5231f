import { describe, expect, test } from "@jest/globals";
import { sessionAuditor } from "@cohortium/protocol/conduct/audit";
import { audit } from "@cohortium/protocol/log/audit";
import { budgetOf } from "@cohortium/protocol/charter/privacy-budget";
import { charterDigest } from "@cohortium/protocol/charter/digest";
import { LOG_KEY, sourceOf } from "../../protocol/test/log/small-log.js";
import { SELF } from "../../node/test/stage.js";
import { Circle, CHARTER, peopleOf } from "./question-circle.js";
import { COUNT, RFM } from "../../node/test/sessions/statistic-stage.js";

const { nanoRho: WHOLE, reserveNanoRho: RESERVE } = budgetOf(CHARTER) ?? { nanoRho: 0, reserveNanoRho: 0 };

describe("three companies", () => {
  const circle = new Circle(peopleOf);
  const spent = () => [...circle.nodes.values()].map(({ egress }) => egress.ledger.charges.under(charterDigest(CHARTER)));

  test("answer a question together, near the truth and not on it, each charged its price", async () => {
    const ended = await circle.ask(COUNT, "first");
    const answer = ended.kind === "done" && ended.result.kind === "answer" ? ended.result.answer as unknown as { readonly top: readonly { readonly rows: { readonly value: number } }[] } : null;
    const shown = answer?.top.map(({ rows }) => rows.value) ?? [];
    expect(shown).toHaveLength(3);
    // 600 of 1,200 rows are in the west; σ of the sum is below 30.
    expect(Math.max(...shown)).toBeGreaterThan(500);
    expect(Math.max(...shown)).toBeLessThan(700);
    expect(shown.every((value) => value !== 600 && value !== 300)).toBe(true);
    expect(spent()).toEqual([4_000_000, 4_000_000, 4_000_000]);
  });

  test("answer one of two sums, and what it costs is charged in two parts", async () => {
    const ended = await circle.ask(RFM, "second");
    expect(ended).toMatchObject({ kind: "done", result: { kind: "answer", answer: { kind: "rfm" } } });
    expect(spent()).toEqual([8_000_001, 8_000_001, 8_000_001]);
  });

  test("are asked until nothing is left, and no further: who refuses names the clause, and nobody is charged", async () => {
    const price = Math.floor((WHOLE - 8_000_001) / 2) + 1;
    expect(await circle.ask({ ...COUNT, nanoRho: price }, "third")).toMatchObject({ kind: "done" });
    const before = spent();
    expect(await circle.ask({ ...COUNT, nanoRho: price }, "fourth")).toMatchObject({
      kind: "abort", fault: { code: "NODE_REFUSED", detail: { refusal: "BUDGET_SPENT", clause: "request.privacy-budget" } },
    });
    expect(spent()).toEqual(before);
  });

  test("have kept what the log alone says was spent, and the log verifies", () => {
    const report = audit(sourceOf(circle.files()), { logKey: LOG_KEY, rounds: sessionAuditor() });
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ verified: true, privacy: [{ charter: charterDigest(CHARTER), chargedNanoRho: spent()[0], budgetNanoRho: WHOLE + RESERVE, answers: 3 }] });
    expect(circle.nodes.get(SELF)?.egress.ledger.charges.lines(null)).toHaveLength(4);
  });
});
