import { describe, expect, test } from "@jest/globals";
import { fromBase64 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { bytesOfWords } from "@cohortium/crypto/words";
import type { LoggedRound } from "../../src/log/audit-entries.js";
import { charterAsJson } from "../../src/session/charter-digest.js";
import type { PartyId } from "../../src/session/ids.js";
import { World } from "../../src/testing/world.js";
import { trainingAuditor } from "../../src/training/audit.js";
import { planOf } from "../../src/training/plan.js";
import { bent, sound } from "../session/charter-fixture.js";
import { TINY_PLAN, tinyWords } from "./tiny-rows.js";

const CHARTER = sound(bent("/questions/0/features", TINY_PLAN.features, bent("/questions/0/training", TINY_PLAN.training,
  bent("/rows", { perPartyMax: 1_000, perPartyMin: 10, jointMin: 20 }, bent("/thresholds", { categoryRows: 10 }) as object) as object) as object));
const PLAN = planOf(CHARTER);

const body = (json: Json) => json as Record<string, string>;

/** An undisturbed training, and its rounds as an auditor reads them from the log. */
function trained() {
  const world = new World({
    seed: 3, names: CHARTER.parties.map(({ name }) => name), terms: { minimumParties: 3, quorum: 3, deadlineMs: 30_000, dropouts: "continue" }, plan: PLAN,
    answer: (party: PartyId, ask) => tinyWords(party, ask, PLAN),
  });
  if (world.run().kind !== "done") throw new Error("the training ends with a model");
  const of = (type: string, round: number) => world.log.filter(({ statement }) => statement.type === type && statement.round === round).map(({ statement }) => statement);
  const rounds = world.log.filter(({ statement }) => statement.type === "round.result").map(({ statement }): LoggedRound => {
    const [offer] = of("round.offer", statement.round).map((one) => one.body as { kind: string; model: string; plan: string; ring: 32 | 64; words: number });
    if (offer === undefined) throw new Error("a result has an offer");
    return {
      entry: statement.round, session: statement.session, charter: charterAsJson(CHARTER), ring: offer.ring, words: offer.words, root: body(statement.body)["root"] ?? "",
      asked: { purpose: offer.kind, model: offer.model, plan: offer.plan },
      uploads: of("round.upload", statement.round).map((one) => ({ party: one.actor, entry: 0, root: body(one.body)["root"] ?? "" })),
      masks: of("round.unmask", statement.round).map((one) => ({ key: fromBase64(body(one.body)["self"] ?? ""), sign: -1 })),
    };
  });
  return { rounds, source: { read: (path: string) => { const words = world.uploads.get(path.replace("upload/", "")); return words === undefined ? null : bytesOfWords(words); } } };
}

describe("an auditor with the sums", () => {
  const { rounds, source } = trained();
  const checkAll = (list: readonly LoggedRound[]) => {
    const check = trainingAuditor();
    return list.map((round) => check(round, source));
  };

  test("finds that every model of an honest training follows from the sums before it", () => {
    expect(rounds.length).toBeGreaterThan(4);
    for (const checked of checkAll(rounds)) expect(checked).toEqual({ sum: true, model: true, findings: [] });
  });

  test.each([
    ["another model", { model: "ab".repeat(32) }, "its model does not follow from the sums before it"],
    ["another plan", { plan: "cd".repeat(32) }, "its plan is not the one that follows from the charter"],
    ["another question", { purpose: "evaluation" }, "it asks for evaluation where the sums before it lead to newton"],
  ])("names the first round that asked %s", (_, change, says) => {
    const checked = checkAll(rounds.map((round) => (round.entry === 3 ? { ...round, asked: { ...round.asked, ...change } } : round)));
    expect(checked.slice(0, 2).every(({ model }) => model)).toBe(true);
    expect(checked[2]).toMatchObject({ sum: true, model: false, findings: [{ entry: 3, code: "MODEL_DIFFERS", says: expect.stringContaining(says) }] });
  });

  test("objects to a round after the evaluation", () => {
    const last = rounds.at(-1);
    if (last === undefined) throw new Error("there are rounds");
    expect(checkAll([...rounds, last]).at(-1)).toMatchObject({ model: false, findings: [{ code: "MODEL_DIFFERS" }] });
  });

  test("says nothing about models where a sum does not come out", () => {
    const checked = checkAll(rounds.map((round) => (round.entry === 2 ? { ...round, root: "ef".repeat(32) } : round)));
    expect(checked[1]).toMatchObject({ sum: false, model: false, findings: [{ code: "SUM_DIFFERS" }] });
  });

  test("objects to sums under a charter that allows no training", () => {
    expect(checkAll(rounds.map((round) => ({ ...round, charter: null })))[0]).toMatchObject({ findings: [{ code: "MODEL_DIFFERS" }] });
  });
});
