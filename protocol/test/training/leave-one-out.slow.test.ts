import { describe, expect, test } from "@jest/globals";
import type { PartyId } from "../../src/session/ids.js";
import { World } from "../../src/testing/world.js";
import { participant } from "../../src/conduct/participant.js";
import { planDigest } from "../../src/training/plan.js";
import { loggedTraining, type Told } from "../conduct/logged-training.js";
import { given, ADA, restated } from "../conduct/recorded.js";
import { TINY_PLAN, tinyRows, tinyWords } from "./tiny-rows.js";

const FIVE = ["ada", "bob", "cleo", "dot", "eve"];
const EVE = "eve" as PartyId;
const ALLOWED = [["/questions/0/evaluation", { ...TINY_PLAN.evaluation, holdout: "common", holdoutDigest: "ab".repeat(32), leaveOneOut: "allowed" }]] as const;
const run = (names: readonly string[], without?: PartyId) => {
  const plan = { ...TINY_PLAN, ...(without === undefined ? {} : { without }) };
  const world = new World({
    seed: 5, names: names as PartyId[], terms: { scheme: "masked", minimumParties: 3, quorum: 3, deadlineMs: 30_000, dropouts: "end" }, plan, answer: (party, ask) => tinyWords(party, ask, plan),
  });
  if (world.run().kind !== "done") throw new Error("it ends with a model");
  return world;
};

describe("a training without one company", () => {
  test("is another plan, and its offer says without whom", () => {
    expect(planDigest({ ...TINY_PLAN, without: EVE })).not.toBe(planDigest(TINY_PLAN));
    const offer = run(FIVE.slice(0, 4), EVE).log.find(({ statement }) => statement.type === "session.offer");
    expect(offer?.statement.body).toMatchObject({ without: "eve", plan: planDigest({ ...TINY_PLAN, without: EVE }) });
  });

  test("is refused by a node whose plan does not follow from it, and so is one that does not say it", () => {
    const plan = { ...TINY_PLAN, without: EVE };
    const opened = given(ADA);
    expect(participant.open({ ...opened, offer: restated(opened.offer, { body: { without: "eve" } }) })).toMatchObject({ kind: "abort", fault: { code: "TRAINING_PLAN" } });
    expect(participant.open({ ...opened, plan, offer: restated(opened.offer, { body: { plan: planDigest(plan) } }) })).toMatchObject({ kind: "abort", fault: { code: "TRAINING_PLAN" } });
    expect(participant.open({ ...opened, plan, offer: restated(opened.offer, { body: { plan: planDigest(plan), without: "eve" } }) }).kind).toBe("wait");
  });

  test("next to one with all tells that company's moments exactly, which is why the charter must say so", () => {
    const [all, others] = [run(FIVE), run(FIVE.slice(0, 4), EVE)].map((world) => {
      const summed = world.coordinator.journal.find((event) => event.kind === "summed");
      if (summed?.kind !== "summed") throw new Error("the moments were summed");
      return summed.words as BigUint64Array;
    });
    const [rows, positives] = [1, 2].map((word) => Number(BigInt.asIntN(64, (all?.[word] ?? 0n) - (others?.[word] ?? 0n))));
    expect(rows).toBe(tinyRows("eve").length);
    expect(positives).toBe(tinyRows("eve").filter(({ y }) => y === 1).length);
  });
});

describe("an audit of a training without one company", () => {
  const agreed = loggedTraining(FIVE, {}, "done", { without: "eve", clauses: ALLOWED });
  const codes = (told: readonly Told[], { check }: Pick<typeof agreed, "check"> = agreed) => [...new Set(check(told).findings.map(({ code }) => code))];

  test("follows it to its release where the charter allows it", () => {
    expect(agreed.check(agreed.told)).toMatchObject({ verified: true, findings: [] });
  });

  test("objects to every question of it where the charter does not", () => {
    const secret = loggedTraining(FIVE, {}, "done", { without: "eve" });
    expect(codes(secret.told, secret)).toEqual(["MODEL_DIFFERS", "CLOSE_DIFFERS"]);
    expect(secret.check(secret.told).findings[0]?.says).toContain("its charter allows no training without one company");
  });

  test("objects where the offer names nobody, or somebody else", () => {
    const saying = (without: string | undefined) => agreed.told.map((one) => {
      if (one.statement.type !== "session.offer") return one;
      const { without: _, ...body } = one.statement.body as { readonly without?: string };
      return { ...one, statement: { ...one.statement, body: without === undefined ? body : { ...body, without } } };
    });
    expect(codes(saying(undefined))).toContain("MODEL_DIFFERS");
    expect(codes(saying("ada"))).toContain("ROUND_PARTY");
    expect(codes(saying("zoe"))).toContain("MODEL_DIFFERS");
  });

  test("objects to a roster that has the company all the same", () => {
    const full = loggedTraining(FIVE, {}, "done", { clauses: ALLOWED });
    const named = full.told.map((one) => (one.statement.type === "session.offer" ? { ...one, statement: { ...one.statement, body: { ...(one.statement.body as object), without: "eve" } } } : one));
    expect(codes(named, full)).toContain("ROUND_PARTY");
  });
});
