import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { uploadPath } from "../../src/log/audit-bytes.js";
import type { EntryType } from "../../src/log/entry.js";
import { networkWords, TINY_NETWORK } from "../training/network/tiny-network.js";
import { TREES, treesWords } from "../training/trees/tiny-trees.js";
import { loggedTraining, tell, type LoggedTraining, type Told } from "./logged-training.js";
import { NOISY_CLAUSES, noisyWords } from "./noisy-words.js";

type Body = Readonly<Record<string, Json>>;

const NAMES = ["ada", "bob", "cleo", "dot"];
const OTHER = "ab".repeat(32);
const bodyOf = (one: Told | undefined) => one?.statement.body as Body;

/** A logged training, looked at by an auditor who has none of the uploads of one round. */
function unseen({ told, check }: LoggedTraining) {
  const indexOf = (type: EntryType, round = 0, list = told) => list.findIndex(({ statement }) => statement.type === type && statement.round === round);
  const rounds = told.filter(({ statement }) => statement.type === "round.offer").length;
  const changed = (index: number, change: Body, list = told): readonly Told[] =>
    list.map((one, i) => (i === index ? { ...one, statement: { ...one.statement, body: { ...bodyOf(one), ...change } } } : one));
  /** What is found beside that bytes are missing, and sums that are others because their masks are bound to the changed offer. */
  const found = (list: readonly Told[], missing: number) => {
    const roots = list.filter(({ statement }) => statement.type === "round.upload" && statement.round === missing).map((one) => String(bodyOf(one)["root"]));
    const { findings } = check(list, (files) => { for (const root of roots) files.delete(uploadPath(root)); });
    return findings.filter(({ code }) => code !== "UPLOAD_MISSING" && !code.startsWith("SUM_")).map(({ entry, code, says }) => [entry, code, says] as const);
  };
  return { told, rounds, indexOf, changed, found, offer: (round: number) => indexOf("round.offer", round) };
}

const LOGISTIC = unseen(loggedTraining(NAMES));
const NETWORK = (() => {
  const memory = new Map<string, Float32Array>();
  return unseen(loggedTraining(NAMES, {}, "done", { clauses: [["/questions/0/model", { ...TINY_NETWORK, rounds: 3 }]], answer: (party, ask, plan) => networkWords(memory, party, ask, plan) }));
})();
const GROWN = unseen(loggedTraining(NAMES, {}, "done", { clauses: [["/questions/0/model", { ...TREES, trees: 1 }]], answer: (party, ask, plan) => treesWords(party, ask, plan) }));
const NOISY_LOG = loggedTraining(NAMES, {}, "done", { clauses: NOISY_CLAUSES, answer: noisyWords });
const NOISY = unseen(NOISY_LOG);

describe.each([["logistic", LOGISTIC], ["network", NETWORK], ["trees", GROWN], ["noisy logistic", NOISY]] as const)("control: an honest training (%s)", (_, { told, rounds, found }) => {
  test("is objected to nowhere, whichever round's uploads are missing", () => {
    for (let missing = 1; missing <= rounds; missing++) expect(found(told, missing)).toEqual([]);
  });
});

describe("where the uploads of a round are missing, a coordinator is found that", () => {
  const { told, rounds, changed, found, offer, indexOf } = LOGISTIC;
  const close = indexOf("session.close");

  test("goes on by another plan", () => {
    expect(found(changed(offer(4), { plan: OTHER }), 2)[0]).toEqual([offer(4), "MODEL_DIFFERS", "the round's plan is not the one that follows from the charter"]);
  });

  test("asks what has had its turn", () => {
    expect(found(changed(offer(4), { kind: "moments" }), 2)[0]).toEqual([offer(4), "MODEL_DIFFERS", "the round asks for moments where only newton or evaluation may follow"]);
  });

  test("asks again what was asked", () => {
    expect(found(changed(offer(4), { model: bodyOf(told[offer(3)])["model"] ?? null }), 2)[0]).toEqual([offer(4), "MODEL_DIFFERS", "the round asks again what was asked before"]);
  });

  test.each([["words", { words: 12 }], ["ring", { ring: 32 }]])("asks for other %s than the rounds before", (_, change) => {
    expect(found(changed(offer(4), change), 2)[0]).toMatchObject([offer(4), "MODEL_DIFFERS", expect.stringContaining("no size that its question has")]);
  });

  test("asks for a step of a size that no columns have; control: of as many as are left where one is dropped", () => {
    // Four columns: 3 + 4 + 10 words.
    const [{ words } = { words: 0 }] = [bodyOf(told[offer(2)]) as { words?: number }];
    expect(words).toBe(17);
    expect(found(changed(offer(2), { words: 16 }), 1)[0]).toMatchObject([offer(2), "MODEL_DIFFERS", expect.stringContaining("no size")]);
    expect(found(changed(offer(2), { words: 24 }), 1)[0]).toMatchObject([offer(2), "MODEL_DIFFERS", expect.stringContaining("no size")]);
    const fewer = told.reduce<readonly Told[]>((list, { statement }, i) => (statement.type === "round.offer" && bodyOf(told[i])["kind"] === "newton" ? changed(i, { words: 12 }, list) : list), told);
    expect(found(fewer, 1).filter(([, code]) => code === "MODEL_DIFFERS")).toEqual([]);
  });

  test("asks at another model than it keeps", () => {
    expect(found(changed(offer(4), { model: OTHER }), 2)[0]).toEqual([offer(4), "MODEL_DIFFERS", "what the round shows is not the model that is known by then"]);
  });

  test("evaluates another model than the last sum was at", () => {
    expect(found(changed(offer(rounds), { model: OTHER }), 2)[0]).toEqual([offer(rounds), "MODEL_DIFFERS", "what the round shows is not the model that is known by then"]);
  });

  test("asks anything behind the evaluation", () => {
    const upTo = told.slice(0, close);
    const extra = tell("round.offer", "coordinator", bodyOf(told[offer(4)]), { round: rounds + 1, at: "2026-11-22T11:00:00Z" });
    expect(found([...upTo, extra], 2)).toEqual([[close, "MODEL_DIFFERS", "the round asks for newton where the training has no more rounds"]]);
  });

  test.each([["number", { iteration: 7 }], ["kind", { kind: "trees" }]])("keeps a model of another %s", (_, change) => {
    const kept = indexOf("model", 4);
    expect(found(changed(kept, change), 2)[0]).toEqual([kept, "MODEL_DIFFERS", "the model is not one that can be known by then"]);
  });

  test("keeps a model at which it does not go on", () => {
    expect(found(changed(indexOf("model", 4), { hash: OTHER }), 2)[0]).toEqual([offer(5), "MODEL_DIFFERS", "what the round shows is not the model that is known by then"]);
  });

  test("releases another model than was evaluated, or before anything was", () => {
    expect(found(changed(close, { model: OTHER }), 2)).toEqual([[close, "CLOSE_DIFFERS", "the released model is not the one that was evaluated"]]);
    const unevaluated = told.filter(({ statement }) => statement.round !== rounds);
    expect(found(unevaluated, 2)).toEqual([[indexOf("session.close", 0, unevaluated), "CLOSE_DIFFERS", "the session is closed before its last sum"]]);
  });

  test("passes over what a company says of its columns", () => {
    const bob = told.findIndex(({ statement }) => statement.type === "session.data" && statement.actor === "bob");
    const offers = told.flatMap(({ statement }, i) => (statement.type === "round.offer" ? [i] : []));
    expect(found(changed(bob, { recipe: OTHER }), 1).map(([entry, code]) => [entry, code])).toEqual(offers.map((entry) => [entry, "SCHEMA_DIFFERS"]));
  });
});

describe("where a network's uploads are missing, a coordinator is found that", () => {
  const { changed, found, offer, rounds } = NETWORK;

  test("evaluates before its last round, or takes a round more", () => {
    expect(found(changed(offer(3), { kind: "evaluation" }), 1)[0]).toEqual([offer(3), "MODEL_DIFFERS", "the round asks for evaluation where only update may follow"]);
    expect(found(changed(offer(rounds), { kind: "update" }), 2)[0]).toEqual([offer(rounds), "MODEL_DIFFERS", "the round asks for update where only evaluation may follow"]);
  });

  test("asks for an update of a size that no network of the charter has", () => {
    expect(found(changed(offer(2), { words: 3 }), 1)[0]).toMatchObject([offer(2), "MODEL_DIFFERS", expect.stringContaining("no size")]);
  });

  test("evaluates another network than it keeps", () => {
    expect(found(changed(offer(rounds), { model: OTHER }), 2)[0]).toEqual([offer(rounds), "MODEL_DIFFERS", "what the round shows is not the model that is known by then"]);
  });
});

describe("where trees' uploads are missing, a coordinator is found that", () => {
  const { told, changed, found, offer, rounds } = GROWN;
  const kinds = told.filter(({ statement }) => statement.type === "round.offer").map((one) => bodyOf(one)["kind"]);
  const level = kinds.indexOf("level") + 1;

  test("evaluates before the first tree, or cuts bins behind it", () => {
    expect(kinds.at(-2)).toBe("level");
    expect(found(changed(offer(level), { kind: "evaluation" }), 1)[0]).toMatchObject([offer(level), "MODEL_DIFFERS", expect.stringContaining("asks for evaluation where only")]);
    expect(found(changed(offer(level + 1), { kind: "bins" }), 1)[0]).toMatchObject([offer(level + 1), "MODEL_DIFFERS", expect.stringContaining("asks for bins where only")]);
  });

  test("asks in another ring, or for an evaluation of another size", () => {
    expect(found(changed(offer(level), { ring: 32 }), 1)[0]?.[2]).toContain("no size");
    expect(found(changed(offer(rounds), { words: 4 }), 1)[0]?.[2]).toContain("no size");
  });

  test("asks for more levels than the charter's trees have", () => {
    const more = told.slice(0, offer(rounds));
    const body = bodyOf(told[offer(rounds - 1)]);
    const extra = Array.from({ length: TREES.depth }, (_, i) => tell("round.offer", "coordinator", { ...body, model: i.toString(16).padStart(64, "c") }, { round: rounds + i, at: "2026-11-22T11:00:00Z" }));
    expect(found([...more, ...extra], 1).filter(([, code]) => code === "MODEL_DIFFERS").at(0)?.[2]).toBe("the round asks for level where only evaluation may follow");
  });
});

describe("a noisy training whose uploads are missing", () => {
  const { told, rounds, changed, found, offer } = NOISY;
  const PRICE = 10_000_003;
  const spent = (list: readonly Told[], missing: number) => {
    const roots = list.filter(({ statement }) => statement.type === "round.upload" && statement.round === missing).map((one) => String(bodyOf(one)["root"]));
    return NOISY_LOG.check(list, (files) => { for (const root of roots) files.delete(uploadPath(root)); }).privacy;
  };
  const upToUploads = (list: readonly Told[], round: number) => list.slice(0, list.findLastIndex(({ statement }) => statement.type === "round.upload" && statement.round === round) + 1);

  test("has as many steps as are paid for, neither fewer nor more", () => {
    expect(rounds).toBe(5);
    expect(found(changed(offer(4), { kind: "evaluation" }), 2)[0]).toEqual([offer(4), "MODEL_DIFFERS", "the round asks for evaluation where only newton may follow"]);
    expect(found(changed(offer(5), { kind: "newton" }), 2)[0]).toEqual([offer(5), "MODEL_DIFFERS", "the round asks for newton where only evaluation may follow"]);
  });

  test("is charged as one that is seen: its price", () => {
    for (const missing of [0, 1, 2, 5]) expect(spent(told, missing)).toMatchObject([{ chargedNanoRho: PRICE, answers: 0 }]);
    expect(spent(upToUploads(told, 2), 1)).toMatchObject([{ chargedNanoRho: 2_000_000 + 2_666_667 }]);
  });

  test.each([0, 1])("is charged the whole price for an evaluation out of its turn (uploads missing of round %i)", (missing) => {
    const early = upToUploads(changed(offer(2), { kind: "evaluation" }), 2);
    expect(spent(early, missing)).toMatchObject([{ chargedNanoRho: 2_000_000 + PRICE }]);
  });

  test("is charged for a question that no training asks, and for steps in other places, no less than the dearest", () => {
    expect(spent(upToUploads(changed(offer(2), { kind: "everything" }), 2), 1)).toMatchObject([{ chargedNanoRho: 2_000_000 + PRICE }]);
    expect(spent(upToUploads(changed(offer(5), { kind: "newton" }), 5), 2)).toMatchObject([{ chargedNanoRho: PRICE + 2_666_669 }]);
    expect(spent(upToUploads(changed(offer(3), { kind: "moments" }), 3), 1)).toMatchObject([{ chargedNanoRho: 2_000_000 + 2_666_667 + 2_000_000 }]);
  });
});
