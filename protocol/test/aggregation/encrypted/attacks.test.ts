import { beforeAll, describe, expect, test } from "@jest/globals";
import { openVector } from "@cohortium/crypto/he/vector";
import { addKeyShare } from "@cohortium/crypto/he/key-share";
import { DATA_PRIMES, KEY_BYTES, KEY_PRIMES, PRIMES, RESIDUE_BYTES } from "@cohortium/crypto/he/parameters";
import { negate, transform, untransform } from "@cohortium/crypto/he/ring";
import { addHalf, openedSum, partialDecryption } from "@cohortium/crypto/he/threshold";
import { expandEntropy } from "@cohortium/crypto/entropy";
import { openSeal } from "@cohortium/crypto/seal";
import { keyShareIn, openingNoise, referenceOf } from "../../../src/aggregation/encrypted/keys.js";
import type { Entry } from "../../../src/log/entry.js";
import type { PartyId } from "../../../src/session/ids.js";
import { conductor } from "../../../src/conduct/conductor.js";
import { CHARTER, seedOf, SESSION } from "../../../src/testing/world.js";
import { SHORT_PLAN, tinyWords } from "../../training/tiny-rows.js";
import { ADA, AT_MS, BOB, CENTRE, CLEO, ended, FIVE, hears, record, type Recording, restated, THREE, world, worldWith } from "./stage.js";

let all: Recording;
beforeAll(async () => { all = await record(); });

const OWN = { session: SESSION, charter: CHARTER };
const entropyOf = (party: PartyId) => seedOf(party, "session");
const bulk = (root: unknown) => all.world.encrypted.bulks.get(String(root))!.slice();
const sealedBy = (party: PartyId) => all.by(party, "sealed").ciphertext.statement.body as { c0: string; c1: string };
const sum = (parts: readonly Uint8Array[]) => parts.reduce((total, part) => {
  expect(addHalf(total, part)).toBe(true);
  return total;
}, new Uint8Array(DATA_PRIMES.length * RESIDUE_BYTES));
const truthOf = (party: PartyId) => tinyWords(party, { kind: "contribute", round: 1, offer: "", context: null, hide: { scheme: "masked", masks: [] }, question: { kind: "moments" } as never }, { ...SHORT_PLAN, parties: 3 });
const shown = (party: PartyId, part: "share" | "c1", round = 0) => all.to(party, "relayed", (message) => message.part === part && message.entry.statement.round === round);

describe("a single ciphertext", () => {
  const alone = (uploads: readonly Entry[]) => {
    const { survivors } = all.to(ADA, "survivors");
    return { kind: "survivors", to: ADA, uploads, survivors: restated(survivors, { uploads: Object.fromEntries(uploads.map((entry) => [entry.statement.actor, entry.id])) }) } as const;
  };

  test("is not decrypted: a list with fewer than all is refused, whoever is on it", () => {
    const sealed = all.inPhase(ADA, "sealed");
    const uploads = all.to(ADA, "survivors").uploads;
    expect(hears(sealed, alone(uploads.filter(({ statement }) => statement.actor === ADA)))).toBe("AGGREGATION_SURVIVORS");
    expect(hears(sealed, alone(uploads.filter(({ statement }) => statement.actor !== BOB)))).toBe("AGGREGATION_SURVIVORS");
    expect(hears(sealed, alone(uploads.filter(({ statement }) => statement.actor !== ADA)))).toBe("AGGREGATION_SURVIVORS");
  });

  test("control: were it decrypted by all, it would be its party's answer", () => {
    const truth = truthOf(ADA);
    const { c0, c1 } = sealedBy(ADA);
    const decryptions = THREE.map((party) => partialDecryption(bulk(c1), keyShareIn(OWN, entropyOf(party)).secret, openingNoise(entropyOf(party), "another", 0)));
    expect(openVector(sum([bulk(c0), ...decryptions]), { ring: 64, words: truth.length }, 3)).toEqual(truth);
  });

  test("is not shown before all are committed to, nor by the next phase of anything", () => {
    const sealed = all.inPhase(ADA, "sealed");
    expect(hears(sealed, shown(ADA, "c1", 1))).toBe("AGGREGATION_COMMITMENT");
    expect(hears(sealed, all.to(ADA, "decrypt"))).toBe("TRAINING_ORDER");
    expect(hears(all.inPhase(ADA, "contributing"), all.to(ADA, "survivors"))).toBe("TRAINING_ORDER");
  });
});

describe("a second decryption of one round", () => {
  const answered = () => all.node(ADA, (state) => state.stage === "rounds" && state.current === null && state.asked.length === 1);

  test("is refused, of the same sum and of another", () => {
    const request = all.to(ADA, "decrypt");
    expect(hears(answered(), request)).toBe("AGGREGATION_SECOND_ANSWER");
    expect(hears(answered(), all.to(ADA, "survivors"))).toBe("AGGREGATION_SECOND_ANSWER");
    expect(hears(answered(), shown(ADA, "c1", 1))).toBe("AGGREGATION_SECOND_ANSWER");
  });

  test("a second list, once one is agreed to, is refused, though the coordinator signed it", () => {
    const { survivors, uploads } = all.to(ADA, "survivors");
    const other = { kind: "survivors", to: ADA, uploads, survivors: restated(survivors, {}, { at: "2030-01-01T00:00:00.000Z" }) } as const;
    for (const phase of ["permitting", "agreed", "decrypting"]) expect(hears(all.inPhase(ADA, phase), other)).toBe("AGGREGATION_SURVIVORS");
  });

  test("would be under other noise: two sums under one noise differ by the secret; control", () => {
    const { secret } = keyShareIn(OWN, entropyOf(ADA));
    const [one, two] = [bulk(sealedBy(ADA).c1), bulk(sealedBy(BOB).c1)];
    expect(openingNoise(entropyOf(ADA), "list", 0)).not.toEqual(openingNoise(entropyOf(ADA), "other list", 0));
    const noise = openingNoise(entropyOf(ADA), "list", 0);
    const difference = (a: Uint8Array, b: Uint8Array) => {
      const [x, y] = [a.slice(0, RESIDUE_BYTES), b.slice(0, RESIDUE_BYTES)];
      negate(y, 0);
      const { q } = PRIMES[0];
      return new BigUint64Array(x.buffer).map((word, i) => (word + new BigUint64Array(y.buffer)[i]!) % q);
    };
    const divided = (d: BigUint64Array, c: BigUint64Array) => {
      const [above, below] = [d, c].map((words) => {
        const bytes = new Uint8Array(words.slice().buffer);
        transform(bytes, 0);
        return new BigUint64Array(bytes.buffer);
      });
      const { q } = PRIMES[0];
      const bytes = new Uint8Array(above!.map((word, i) => word * power(below![i]!, q - 2n, q) % q).buffer);
      untransform(bytes, 0);
      return new Set(new BigUint64Array(bytes.buffer));
    };
    const [d, e] = [partialDecryption(one, secret, noise), partialDecryption(two, secret, noise)];
    // A quotient with nothing but -1, 0 and 1 in it: that is a key.
    expect(divided(difference(d, e), difference(one, two))).toEqual(new Set([PRIMES[0].q - 1n, 0n, 1n]));
    const other = partialDecryption(two, secret, openingNoise(entropyOf(ADA), "other list", 0));
    expect(divided(difference(d, other), difference(one, two)).size).toBeGreaterThan(8_000);
  });
});

describe("a rogue key", () => {
  test("is rejected: a share that was not committed to before the others were shown is none", async () => {
    // cleo waits for the others' shares, and then says it had committed to another.
    const late = restated(all.by(CLEO, "key-committed").commitment, { share: "ab".repeat(32) });
    const atAda = all.node(ADA, (state) => state.stage === "setup" && state.setup.phase === "shown");
    expect(hears(atAda, { kind: "relayed", to: ADA, entry: late, part: "share" })).toBe("AGGREGATION_COMMITMENT");
    const run = await world(THREE, { tamperUp: (message) => (message.kind === "shown" && message.from === CLEO && message.part === "share" ? [{ ...message, entry: late }] : [message]) });
    expect(run.run()).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_COMMITMENT", detail: { from: CLEO } } });
  });

  test("is rejected: a second commitment is a contradiction, and the log keeps it", async () => {
    const run = await world(THREE, { tamperUp: (message) => (message.kind === "key-committed" && message.from === CLEO ? [message, { ...message, commitment: restated(message.commitment, { share: "ab".repeat(32) }) }] : [message]) });
    expect(run.run()).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_EQUIVOCATION", detail: { from: CLEO } } });
    expect(run.log.filter(({ statement }) => statement.type === "key.commit" && statement.actor === CLEO)).toHaveLength(2);
  });

  test("is rejected: a commitment copied from another party is no share of one's own", async () => {
    const share = (all.by(ADA, "key-committed").commitment.statement.body as { share: string }).share;
    const run = await world(THREE, { tamperUp: (message) => (message.kind === "key-committed" && message.from === CLEO ? [{ ...message, commitment: restated(message.commitment, { share }) }] : [message]) });
    expect(ended(run.run())).toBe("AGGREGATION_COMMITMENT");
  });

  test("nobody shows a share under a roster that lacks a party, or an own commitment", () => {
    const listed = all.to(ADA, "commitments");
    const waiting = all.node(ADA, (state) => state.stage === "setup" && state.setup.phase === "committed" && state.shown.length === 3);
    const without = (name: string) => Object.fromEntries(Object.entries((listed.roster.statement.body as { bundles: Record<string, string> }).bundles).filter(([party]) => party !== name));
    const roster = (body: object) => ({ ...listed, roster: restated(listed.roster, body) });
    expect(hears(waiting, roster({ parties: ["ada", "bob"], bundles: without(CLEO) }))).toBe("AGGREGATION_COMMITMENT");
    expect(hears(waiting, roster({ bundles: without(CLEO) }))).toBe("AGGREGATION_COMMITMENT");
    expect(hears(waiting, roster({ threshold: 2 }))).toBe("AGGREGATION_COMMITMENT");
    expect(hears(waiting, { ...listed, commitments: listed.commitments.map((entry) => (entry.statement.actor === ADA ? restated(entry, { share: "cd".repeat(32) }) : entry)) })).toBe("AGGREGATION_COMMITMENT");
    expect(hears(waiting, { ...listed, commitments: listed.commitments.map((entry) => (entry.statement.actor === BOB ? restated(entry, {}, { actor: CLEO }) : entry)) })).toBe("AGGREGATION_COMMITMENT");
    expect(hears(waiting, listed)).toBe("wait");
  });

  test("control: chosen as a difference, it would make the joint key one that its party alone can open", async () => {
    const a = referenceOf(OWN);
    const honest = [ADA, BOB].map((party) => keyShareIn(OWN, entropyOf(party)).shown);
    const own = keyShareIn(OWN, expandEntropy(entropyOf(CLEO), "rogue", 32));
    // b = b' - Σ b_j, so that the sum is b'.
    const rogue = own.shown.slice();
    for (const share of honest) {
      const negated = share.slice();
      for (const prime of KEY_PRIMES) negate(negated.subarray(prime * RESIDUE_BYTES, (prime + 1) * RESIDUE_BYTES), prime);
      expect(addKeyShare(rogue, negated)).toBe(true);
    }
    const joint = new Uint8Array(KEY_BYTES);
    for (const share of [...honest, rogue]) expect(addKeyShare(joint, share)).toBe(true);
    const { c0, c1 } = (await openSeal()).under({ b: joint, a }).encrypt(new BigUint64Array(8_192).fill(41n));
    expect(openedSum(sum([c0, partialDecryption(c1, own.secret, openingNoise(entropyOf(CLEO), "", 0))]), 1)).toEqual(new BigUint64Array(8_192).fill(41n));
  });
});

describe("a ciphertext made of another's", () => {
  test("is rejected: one that is committed to after the list changes nothing", () => {
    const showing = all.coordinator((state) => state.stage === "round" && state.leading.phase === "showing");
    const late = restated(all.by(CLEO, "sealed").ciphertext, { c1: "ab".repeat(32) });
    expect(conductor.step(showing.state, { kind: "sealed", from: CLEO, ciphertext: late, atMs: AT_MS })).toMatchObject({ kind: "wait", log: [], send: [], state: showing.state });
    expect(hears(all.inPhase(ADA, "agreed"), { kind: "relayed", to: ADA, entry: late, part: "c1" })).toBe("AGGREGATION_COMMITMENT");
  });

  test.each(["c0", "c1"] as const)("is rejected: a commitment to the same %s as another party's, to show the same bytes later", async (half) => {
    // cleo is slow, and the coordinator its accomplice: it has seen what ada commits to.
    let seen = "";
    const run = await world(THREE, {
      tamperUp: (message) => {
        if (message.kind === "sealed" && message.from === ADA) seen = (message.ciphertext.statement.body as Record<string, string>)[half] ?? "";
        return message.kind === "sealed" && message.from === CLEO && seen !== "" ? [{ ...message, ciphertext: restated(message.ciphertext, { [half]: seen }) }] : [message];
      },
    });
    expect(ended(run.run())).toBe("AGGREGATION_COMMITMENT");
    const { survivors, uploads } = all.to(BOB, "survivors");
    const copied = uploads.map((entry) => (entry.statement.actor === CLEO ? restated(entry, { [half]: (sealedBy(ADA) as Record<string, string>)[half] }) : entry));
    const list = restated(survivors, { uploads: Object.fromEntries(copied.map((entry) => [entry.statement.actor, entry.id])) });
    expect(hears(all.inPhase(BOB, "sealed"), { kind: "survivors", to: BOB, survivors: list, uploads: copied })).toBe("AGGREGATION_SURVIVORS");
  });

  test("control: negated and added in place of an own one, it would leave the third party's answer alone in the sum", () => {
    const [mine, others] = [sealedBy(ADA), sealedBy(BOB)];
    const minus = (half: Uint8Array) => {
      for (const prime of DATA_PRIMES) negate(half.subarray(prime * RESIDUE_BYTES, (prime + 1) * RESIDUE_BYTES), prime);
      return half;
    };
    const c1 = sum([bulk(mine.c1), bulk(others.c1), minus(bulk(mine.c1))]);
    const c0 = sum([bulk(mine.c0), bulk(others.c0), minus(bulk(mine.c0))]);
    const decryptions = THREE.map((party) => partialDecryption(c1, keyShareIn(OWN, entropyOf(party)).secret, openingNoise(entropyOf(party), "control", 0)));
    const truth = truthOf(BOB);
    expect(openVector(sum([c0, ...decryptions]), { ring: 64, words: truth.length }, 3)).toEqual(truth);
  });
});

describe("another question to one of the parties", () => {
  test("is found before anything is shown: what a party sealed names the offer it answers", () => {
    const { survivors, uploads } = all.to(ADA, "survivors");
    const bent = uploads.map((entry) => (entry.statement.actor === BOB ? restated(entry, { offer: "ab".repeat(32) }) : entry));
    const list = restated(survivors, { uploads: Object.fromEntries(bent.map((entry) => [entry.statement.actor, entry.id])) });
    expect(hears(all.inPhase(ADA, "sealed"), { kind: "survivors", to: ADA, survivors: list, uploads: bent })).toBe("AGGREGATION_SURVIVORS");
  });
});

describe("agreements", () => {
  test("of all but one do not open the decryption, nor forged ones, nor the same twice", () => {
    const request = all.to(ADA, "decrypt");
    const agreed = all.node(ADA, (state) => state.stage === "rounds" && state.current?.scheme === "encrypted" && state.current.phase === "agreed" && state.current.seen.length === 2);
    expect(hears(agreed, { ...request, agreements: request.agreements.slice(1) })).toBe("AGGREGATION_SIGNATURES");
    expect(hears(agreed, { ...request, agreements: [...request.agreements.slice(1), request.agreements[1]!] })).toBe("AGGREGATION_SIGNATURES");
    expect(hears(agreed, { ...request, agreements: request.agreements.map((entry) => (entry.statement.actor === BOB ? restated(entry, {}, { actor: CENTRE }) : entry)) })).toBe("AGGREGATION_SIGNATURES");
    expect(hears(agreed, request)).toBe("wait");
  });

  test("do not open it where a ciphertext was not shown to this node", () => {
    const agreed = all.node(ADA, (state) => state.stage === "rounds" && state.current?.scheme === "encrypted" && state.current.phase === "agreed" && state.current.seen.length === 1);
    expect(hears(agreed, all.to(ADA, "decrypt"))).toBe("AGGREGATION_COMMITMENT");
  });
});

describe("bytes that are not what they should be", () => {
  /** A training in which the first decryption is other bytes than its party computed. */
  const withBent = async (change: (words: DataView) => void) => {
    const run = worldWith(await openSeal(), THREE);
    const { bulks } = run.encrypted;
    const keep = bulks.set.bind(bulks);
    let isDone = false;
    bulks.set = (root, bytes) => {
      if (!isDone && run.log.some(({ statement }) => statement.type === "round.agree")) {
        isDone = true;
        change(new DataView(bytes.buffer));
      }
      return keep(root, bytes);
    };
    return run.run();
  };

  test("AGGREGATION_CIPHERTEXT: words beyond their moduli end the round, and name the party", async () => {
    const step = await withBent((words) => words.setBigUint64(0, PRIMES[0].q, true));
    expect(step).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_CIPHERTEXT" } });
  });

  test("AGGREGATION_NOISE: a decryption that is none ends the round, and nobody can say whose it was", async () => {
    // One bit may shift a coefficient by nearly a whole number; that sixty-four different ones all do does not happen.
    const step = await withBent((words) => {
      for (let i = 0; i < 64; i++) words.setBigUint64(8 * i, words.getBigUint64(8 * i, true) ^ (BigInt(i + 1) << 45n), true);
    });
    expect(step).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_NOISE", detail: { round: 1 } } });
  });
});

describe("what is said twice", () => {
  test.each([
    ["a ciphertext", "sealed", "ciphertext"], ["an agreement", "agreed", "agree"], ["a decryption", "decrypted", "decryption"],
  ] as const)("in two ways, of %s, is a contradiction; the same again is none", async (_, kind, member) => {
    for (const [statement, end] of [[{}, "done"], [{ at: "2030-01-01T00:00:00.000Z" }, "AGGREGATION_EQUIVOCATION"]] as const) {
      const run = await world(THREE, {
        tamperUp: (message) => (message.kind === kind && message.from === BOB ? [message, { ...message, [member]: restated((message as never)[member], {}, statement) }] : [message]),
        seed: 4,
      });
      // Where the phase is over by then, the second word is late, and changes nothing.
      expect([end, "done"]).toContain(ended(run.run()));
    }
  });

  test("by somebody else than its sender is a contradiction", async () => {
    const run = await world(THREE, { tamperUp: (message) => (message.kind === "sealed" && message.from === BOB ? [{ ...message, from: ADA }] : [message]) });
    expect(ended(run.run())).toBe("AGGREGATION_EQUIVOCATION");
  });

  test("of another round than the present one is late, and changes nothing", async () => {
    const run = await world(THREE, { tamperUp: (message) => (message.kind === "sealed" && message.ciphertext.statement.round === 2 ? [{ ...all.by(message.from, "sealed") }, message] : [message]) });
    expect(run.run().kind).toBe("done");
  });
});

describe("messages of the other scheme", () => {
  test("make a node leave, and change nothing at the coordinator", async () => {
    expect(hears(all.inPhase(ADA, "sealed"), { kind: "unmask", to: ADA, agreements: [] })).toBe("TRAINING_ORDER");
    const inSetup = all.node(ADA, (state) => state.stage === "setup");
    expect(hears(inSetup, { kind: "shares", to: ADA, ready: all.to(ADA, "keys-ready").ready, sealed: {} })).toBe("TRAINING_ORDER");
    const run = await world(FIVE.slice(0, 3), {
      tamperUp: (message) => (message.kind === "sealed" ? [{ kind: "uploaded", from: message.from, upload: message.ciphertext, atMs: AT_MS }, message] : [message]),
    });
    expect(run.run().kind).toBe("done");
  });
});

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = result * square % modulus;
    square = square * square % modulus;
  }
  return result;
}
