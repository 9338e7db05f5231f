import { beforeAll, describe, expect, test } from "@jest/globals";
import { openSeal } from "@cohortium/crypto/seal";
import type { EntryType } from "../../../src/log/entry.js";
import type { PartyId } from "../../../src/session/ids.js";
import type { WorldGiven } from "../../../src/testing/world.js";
import { loggedTraining, type LoggedTraining } from "../../conduct/logged-training.js";
import { TINY_PLAN, tinyWords } from "../../training/tiny-rows.js";
import { networkPlan, networkWords, TINY_NETWORK } from "../../training/network/tiny-network.js";
import { TREES, TREES_PLAN, treesWords } from "../../training/trees/tiny-trees.js";

const NAMES = ["ada", "bob", "cleo"] as PartyId[];
const MASKED = [["/aggregation/dropouts", "end"], ["/quorum", 3]] as const;
const ENCRYPTED = [...MASKED, ["/aggregation/scheme", "encrypted"]] as const;

const NETWORK = { ...TINY_NETWORK, optimiser: { kind: "scaffold", serverRate: 1 } } as const;

/** What the parties' rows answer in a training of a network, of whose control variates each party remembers its own. */
function networkAnswers(): WorldGiven["answer"] {
  const memory = new Map<string, Float32Array>();
  return (party, ask) => networkWords(memory, party, ask, { ...networkPlan(NETWORK), parties: 3 });
}

/** Each kind of model, and what a party's rows answer in one training when they are asked for it. */
const KINDS: readonly (readonly [kind: string, model: object, answers: () => WorldGiven["answer"]])[] = [
  ["logistic", { ...TINY_PLAN.model }, () => (party, ask) => tinyWords(party, ask, { ...TINY_PLAN, parties: 3 })],
  ["trees", { ...TREES, trees: 2 }, () => (party, ask) => treesWords(party, ask, { ...TREES_PLAN, model: { ...TREES, trees: 2 }, parties: 3 })],
  ["network", NETWORK, networkAnswers],
];

const bodies = ({ told }: LoggedTraining, type: EntryType) => told.filter(({ statement }) => statement.type === type).map(({ statement }) => statement.body as Record<string, unknown>);

describe.each(KINDS)("a training of a model of kind %s, with the same rows", (_, model, answers) => {
  let masked: LoggedTraining;
  let encrypted: LoggedTraining;
  beforeAll(async () => {
    masked = loggedTraining(NAMES, { answer: answers() }, "done", { clauses: [["/questions/0/model", model], ...MASKED] });
    encrypted = loggedTraining(NAMES, { answer: answers(), seal: await openSeal() }, "done", { clauses: [["/questions/0/model", model], ...ENCRYPTED] });
  });

  test("has under encrypted sums the sums of the masked ones, bit for bit, in both rings", () => {
    const [one, other] = [masked, encrypted].map((training) => bodies(training, "round.result").map(({ root, words }) => [root, words]));
    expect(other).toEqual(one);
    // The questions too: what one sum leads to is the next one's.
    const [asked, asks] = [masked, encrypted].map((training) => bodies(training, "round.offer").map(({ kind, ring, words, model: shown }) => [kind, ring, words, shown]));
    expect(asks).toEqual(asked);
    expect(new Set(bodies(encrypted, "round.offer").map(({ ring }) => ring))).toEqual(new Set([32, 64]));
  });

  test("ends with the same model", () => {
    const [one, other] = [masked, encrypted].map((training) => bodies(training, "session.close").map((body) => body["model"]));
    expect(other).toEqual(one);
    expect(one).toHaveLength(1);
  });

  test("is verified by an auditor who has the published files alone, every sum of it", () => {
    for (const training of [masked, encrypted]) {
      expect(training.check(training.told)).toMatchObject({ verified: true, findings: [], sumsRecomputed: bodies(training, "round.offer").length });
    }
  });
});
