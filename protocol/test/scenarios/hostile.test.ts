import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { signEntry, type Entry } from "../../src/log/entry.js";
import type { PartyId } from "../../src/session/ids.js";
import { World, type WorldGiven } from "../../src/testing/world.js";
import { SHORT_PLAN, tinyWords } from "../training/tiny-rows.js";
import { expectSound } from "./invariants.js";

const NAMES = ["ada", "bob", "cleo"] as PartyId[];
const [ADA] = NAMES as [PartyId];
const PLAN = { ...SHORT_PLAN, parties: 3 };

/** Foreign JSON of every shape: what a peer can sign, whatever the types say. */
const JUNK: readonly Json[] = [null, "", "%%%", -1, 1e300, [], {}, ["ada", "ada"], { ada: "x" }, [[["deep"]]], "AA=="];

const run = (more: Partial<WorldGiven>) => {
  const world = new World({
    seed: 3, names: NAMES, plan: PLAN, terms: { minimumParties: 3, quorum: 3, scheme: "masked", deadlineMs: 30_000, dropouts: "continue" }, guarded: true, answer: (party, ask) => tinyWords(party, ask, PLAN), ...more,
  });
  const step = world.run();
  expectSound(world);
  return { world, step };
};

/** Every entry of this type within a letter, signed anew by its author with one member replaced. */
function withJunk<M extends object>(message: M, type: string, change: { readonly member: string; readonly junk: Json }, signerOf: (entry: Entry) => Parameters<typeof signEntry>[1]): M {
  const bent = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(bent);
    if (typeof value !== "object" || value === null || !("statement" in value)) return value;
    const entry = value as Entry;
    if (entry.statement.type !== type) return value;
    return signEntry({ ...entry.statement, body: { ...(entry.statement.body as object), [change.member]: change.junk } }, signerOf(entry));
  };
  return Object.fromEntries(Object.entries(message).map(([name, value]) => [name, bent(value)])) as M;
}

const cases = (members: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(members).flatMap(([type, names], i) => names.map((member, j) => ({ type, member, junk: JUNK[(3 * i + 5 * j) % JUNK.length] as Json })));

describe("a node that signs nonsense ends the training with its name, and nobody falls over", () => {
  test.each(cases({
    bundle: ["x25519", "mlkem"], shares: ["selfSeeds"], "round.upload": ["root", "words", "offer"], "round.agree": ["survivors"], "round.unmask": ["survivors", "self", "orphans"],
  }))("$junk as $member of its $type", (change) => {
    const { step, world } = run({
      tamperUp: (message, self) => (message.from === ADA ? [withJunk(message, change.type, change, () => self.nodes.get(ADA)?.given?.speaker.signer as never)] : [message]),
    });
    expect(step).toMatchObject({ kind: "abort" });
    // What an auditor could not read never came into the log.
    expect(world.log.filter(({ statement }) => statement.type === change.type && statement.actor === ADA)).toEqual([]);
  });
});

describe("a coordinator that signs nonsense is left by every node it shows it to, and no node falls over", () => {
  test.each(cases({
    "session.offer": ["question", "plan"], roster: ["parties", "threshold", "bundles"], ready: ["parties"],
    "round.offer": ["kind", "model", "plan", "ring", "words", "parties"], "round.survivors": ["offer", "uploads"], "session.close": ["model"],
  }))("$junk as $member of its $type", (change) => {
    const { world } = run({ tamper: (message, self) => [withJunk(message, change.type, change, () => self.coordinator.given.speaker.signer)] });
    for (const { step, sent } of world.nodes.values()) {
      expect(step).toMatchObject({ kind: "abort" });
      expect(sent.at(-1)).toMatchObject({ kind: "declined" });
    }
  });
});
