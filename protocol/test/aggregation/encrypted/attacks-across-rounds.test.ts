import { beforeAll, describe, expect, test } from "@jest/globals";
import { DATA_PRIMES, RESIDUE_BYTES } from "@cohortium/crypto/he/parameters";
import { addHalf, partialDecryption } from "@cohortium/crypto/he/threshold";
import { openVector } from "@cohortium/crypto/he/vector";
import { keyShareIn, openingNoise } from "../../../src/aggregation/encrypted/keys.js";
import type { Entry } from "../../../src/log/entry.js";
import type { PartyId } from "../../../src/session/ids.js";
import { CHARTER, seedOf, SESSION } from "../../../src/testing/world.js";
import { participant } from "../../../src/conduct/participant.js";
import { SHORT_PLAN, tinyWords } from "../../training/tiny-rows.js";
import { ADA, AT_MS, BOB, CLEO, hears, record, type Recording, restated, THREE, world } from "./stage.js";

let all: Recording;
beforeAll(async () => { all = await record(); });

interface Halves { readonly c0: string; readonly c1: string; readonly words: number }
const halvesOf = (entry: Entry) => entry.statement.body as unknown as Halves;
const sealedBy = (party: PartyId, round: number) => all.by(party, "sealed", ({ ciphertext }) => ciphertext.statement.round === round).ciphertext;

/** What bob is asked to agree to in round 2, with some commitments changed. */
function second(change: (entry: Entry) => Entry) {
  const { survivors, uploads } = all.to(BOB, "survivors", (message) => message.survivors.statement.round === 2);
  const changed = uploads.map(change);
  const named = Object.fromEntries(changed.map((entry) => [entry.statement.actor, entry.id]));
  return { kind: "survivors", to: BOB, uploads: changed, survivors: restated(survivors, { uploads: named }) } as const;
}

describe.each(["c0", "c1"] as const)("a ciphertext copied from a round before, which all were shown: the same %s", (half) => {
  const adas = () => halvesOf(sealedBy(ADA, 1))[half];
  const copiedBy = (party: PartyId, root = adas()) => (entry: Entry) => (entry.statement.actor === party ? restated(entry, { [half]: root }) : entry);
  const FRESH = "ab".repeat(32);

  test("is refused by a node, whoever repeats whom; control: a fresh one is not", () => {
    const sealed = all.node(BOB, (state) => state.stage === "rounds" && state.asked.length === 2 && state.current?.phase === "sealed");
    expect(hears(sealed, second(copiedBy(CLEO)))).toBe("AGGREGATION_SURVIVORS");
    expect(hears(sealed, second(copiedBy(ADA)))).toBe("AGGREGATION_SURVIVORS");
    expect(hears(sealed, second(copiedBy(CLEO, FRESH)))).toBe("wait");
  });

  test("is refused also where the round before was never answered, but only shown; control: a fresh one is not", () => {
    const next = participant.step(all.inPhase(BOB, "agreed").state, { kind: "heard", message: all.to(BOB, "round", ({ offer }) => offer.statement.round === 2), atMs: AT_MS });
    if (next.kind !== "wait") throw new Error("bob goes on");
    const sealed = participant.step(next.state, { kind: "encrypted", round: 2, ...halvesOf(sealedBy(BOB, 2)), atMs: AT_MS });
    const own = sealed.send.find((message) => message.kind === "sealed")?.ciphertext;
    if (sealed.kind !== "wait" || own === undefined) throw new Error("bob seals");
    const withOwn = (change: (entry: Entry) => Entry) => second((entry) => (entry.statement.actor === BOB ? own : change(entry)));
    expect(hears(sealed, withOwn(copiedBy(CLEO)))).toBe("AGGREGATION_SURVIVORS");
    expect(hears(sealed, withOwn(copiedBy(CLEO, FRESH)))).toBe("wait");
  });

  test("is refused by the coordinator, which names the party", async () => {
    let seen = "";
    const run = await world(THREE, {
      tamperUp: (message) => {
        if (message.kind !== "sealed") return [message];
        const { statement: { round } } = message.ciphertext;
        if (message.from === ADA && round === 1) seen = halvesOf(message.ciphertext)[half];
        return message.from === CLEO && round === 2 ? [{ ...message, ciphertext: restated(message.ciphertext, { [half]: seen }) }] : [message];
      },
    });
    expect(run.run()).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_COMMITMENT", detail: { from: CLEO } } });
  });
});

describe("control: a ciphertext of a round before", () => {
  const bulk = (root: string) => all.world.encrypted.bulks.get(root)!;
  const sum = (parts: readonly Uint8Array[]) => parts.reduce((total, part) => {
    expect(addHalf(total, part)).toBe(true);
    return total;
  }, new Uint8Array(DATA_PRIMES.length * RESIDUE_BYTES));
  const truthOf = (party: PartyId) => tinyWords(party, { kind: "contribute", round: 1, offer: "", context: null, hide: { scheme: "masked", masks: [] }, question: { kind: "moments" } as never }, { ...SHORT_PLAN, parties: 3 }) as BigUint64Array;
  /** What all of them open together. */
  const open = (of: readonly Entry[], name: string) => {
    const halves = of.map(halvesOf);
    const c1 = sum(halves.map((part) => bulk(part.c1)));
    const decryptions = THREE.map((party) => {
      const entropy = seedOf(party, "session");
      return partialDecryption(c1, keyShareIn({ session: SESSION, charter: CHARTER }, entropy).secret, openingNoise(entropy, name, 0));
    });
    return openVector(sum([...halves.map((part) => bulk(part.c0)), ...decryptions]), { ring: 64, words: truthOf(ADA).length }, 3) as BigUint64Array;
  };
  const others = () => [sealedBy(ADA, 2), sealedBy(BOB, 2)];

  test("would open in a later one, because one key opens both", () => {
    const [copied, honest] = [open([...others(), sealedBy(ADA, 1)], "copied"), open(others(), "honest")];
    expect(copied.map((word, i) => word - honest[i]!)).toEqual(truthOf(ADA));
  });

  test("opens, and is not withstood, where its copier adds a ciphertext of its own: it is other bytes, and no root tells", () => {
    const [changed, honest] = [open([...others(), sealedBy(ADA, 1), sealedBy(CLEO, 1)], "changed"), open(others(), "honest")];
    expect(changed.map((word, i) => word - honest[i]! - truthOf(CLEO)[i]!)).toEqual(truthOf(ADA));
  });
});
