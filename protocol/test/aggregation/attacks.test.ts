import { describe, expect, test } from "@jest/globals";
import { fromBase64 } from "@cohortium/crypto/bytes";
import { applyMasks } from "@cohortium/crypto/masking";
import type { Words } from "@cohortium/crypto/words";
import { maskKey, selfSeed } from "../../src/aggregation/keys.js";
import { signEntry, type Entry } from "../../src/log/entry.js";
import { contextDigest as contextHash } from "../../src/training/plan.js";
import type { ToNode } from "../../src/training/messages.js";
import type { PartyId } from "../../src/session/ids.js";
import { World, type WorldGiven } from "../../src/testing/world.js";
import { TINY_PLAN, tinyRows, tinyWords } from "../training/tiny-rows.js";

const FIVE = ["ada", "bob", "cleo", "dot", "eve"] as PartyId[];
const DOT = "dot" as PartyId;
const world = (more: Partial<WorldGiven> = {}) => new World({
  seed: 9, names: FIVE, terms: { minimumParties: 3, quorum: 3, deadlineMs: 30_000, dropouts: "continue" }, plan: TINY_PLAN, answer: (party, ask) => tinyWords(party, ask), ...more,
});

/** Another statement by the coordinator itself: what a malicious one can always make. */
const resigned = (entry: Entry, body: object, run: World): Entry =>
  signEntry({ ...entry.statement, body: { ...(entry.statement.body as object), ...body } }, run.coordinator.given.speaker.signer);

const entries = (run: World, type: string, actor?: string) => run.log.filter(({ statement }) => statement.type === type && (actor === undefined || statement.actor === actor));

/** Pearson's chi-square of the bytes of all words against uniform: mean 255, deviation about 22.6. */
function chiSquare(words: readonly Words[]): number {
  const bytes = words.flatMap((part) => [...new Uint8Array(part.buffer, part.byteOffset, part.byteLength)]);
  const counts = new Float64Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  return counts.reduce((sum, count) => sum + (count - bytes.length / 256) ** 2 / (bytes.length / 256), 0);
}
const UNIFORM_BELOW = 255 + 6 * 22.6;

describe("the coordinator's whole view of an upload", () => {
  test("is indistinguishable from uniform bytes; control: without masks it is far from it", () => {
    const run = world();
    run.run();
    const masked = [...run.uploads.values()];
    const bare: Words[] = [];
    world({ answer: (party, ask) => { const words = tinyWords(party, ask); bare.push(words.slice()); return words; } }).run();
    expect(masked.reduce((bytes, words) => bytes + words.byteLength, 0)).toBeGreaterThan(5_000);
    expect(chiSquare(masked)).toBeLessThan(UNIFORM_BELOW);
    expect(chiSquare(bare)).toBeGreaterThan(100 * UNIFORM_BELOW);
  });
});

describe("two sums of one round", () => {
  test("a second, different list of survivors is refused", () => {
    let first: (ToNode & { kind: "survivors" }) | null = null;
    const run = world({
      tamper: (message, self) => {
        if (message.kind !== "survivors" || message.to !== DOT || first !== null) return [message];
        first = message;
        const uploads = message.uploads.filter(({ statement }) => statement.actor !== "ada");
        const body = { uploads: Object.fromEntries(uploads.map((entry) => [entry.statement.actor, entry.id])) };
        return [message, { ...message, uploads, survivors: resigned(message.survivors, body, self) }];
      },
    });
    run.run();
    expect(run.nodes.get(DOT)?.step).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_SURVIVORS", detail: { why: "a second list" } } });
  });

  test("no set of signatures opens a list that the node did not agree to", () => {
    const run = world({
      tamper: (message) => (message.kind === "unmask" && message.to === DOT ? [{ ...message, agreements: message.agreements.slice(0, 3) }] : [message]),
    });
    run.run();
    expect(run.nodes.get(DOT)?.step).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_SIGNATURES", detail: { valid: 3, needed: 4 } } });
  });

  test("agreements counted twice do not make a quorum", () => {
    const run = world({
      tamper: (message) => {
        if (message.kind !== "unmask" || message.to !== DOT) return [message];
        const [one, two] = message.agreements;
        return one === undefined || two === undefined ? [] : [{ ...message, agreements: [one, two, one, two, one] }];
      },
    });
    run.run();
    expect(run.nodes.get(DOT)?.step).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_SIGNATURES", detail: { valid: 2 } } });
  });

  test("a second request to unmask is refused, and the node leaves", () => {
    const run = world({ tamper: (message) => (message.kind === "unmask" && message.to === DOT ? [message, message] : [message]) });
    run.run();
    expect(run.nodes.get(DOT)?.step).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_SECOND_ANSWER" } });
    expect(run.nodes.get(DOT)?.sent.filter(({ kind }) => kind === "unmasked")).toHaveLength(1);
  });

  test("no party's self mask and orphan masks are ever both in the log of one round", () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const run = world({ seed, silentWhen: (party, message) => party === FIVE[seed % 5] && message.kind === (["round", "survivors", "unmask"] as const)[seed % 3] });
      run.run();
      for (const result of entries(run, "round.result")) expect(bothKinds(run, result)).toEqual([]);
    }
  });

  test("aggregation of one: a list below the minimum is refused", () => {
    const run = world({
      tamper: (message, self) => {
        if (message.kind !== "survivors" || message.to !== DOT) return [message];
        const uploads = message.uploads.filter(({ statement }) => statement.actor === DOT);
        const body = { uploads: Object.fromEntries(uploads.map((entry) => [entry.statement.actor, entry.id])) };
        return [{ ...message, uploads, survivors: resigned(message.survivors, body, self) }];
      },
    });
    run.run();
    expect(run.nodes.get(DOT)?.step).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_SURVIVORS", detail: { why: "below the minimum" } } });
  });

  test("Sybils: a list with an upload that its party did not sign is refused", () => {
    const run = world({
      tamper: (message, self) => {
        if (message.kind !== "survivors" || message.to !== DOT) return [message];
        const uploads = message.uploads.map((entry) => (entry.statement.actor === "ada" ? resigned(entry, {}, self) : entry));
        return [{ ...message, uploads }];
      },
    });
    run.run();
    expect(run.nodes.get(DOT)?.step).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_SURVIVORS", detail: { why: "the upload of ada is not its own" } } });
  });
});

describe("a model shown differently to one node", () => {
  const shown = (run: World, message: ToNode & { kind: "round" }, hashToo: boolean): ToNode => {
    const context = { ...(message.context as object), coefficients: (message.context as { coefficients: number[] }).coefficients.map((w) => w + 1) } as never;
    return hashToo ? { ...message, context, offer: resigned(message.offer, { model: contextHash(context) }, run) } : { ...message, context };
  };

  test("is refused when its hash is not the logged one", () => {
    const run = world({ tamper: (message, self) => (message.kind === "round" && message.to === DOT && message.offer.statement.round === 3 ? [shown(self, message, false)] : [message]) });
    run.run();
    expect(run.nodes.get(DOT)?.step).toMatchObject({ kind: "abort", fault: { code: "TRAINING_MODEL" } });
  });

  test("with an offer of its own, makes its upload one that nobody else's list can hold", () => {
    const run = world({ tamper: (message, self) => (message.kind === "round" && message.to === DOT && message.offer.statement.round === 3 ? [shown(self, message, true)] : [message]) });
    expect(run.run()).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_EQUIVOCATION", detail: { from: DOT } } });
    expect(entries(run, "round.offer").filter(({ statement }) => statement.round === 3)).toHaveLength(1);
  });

  test("would give garbage to a coordinator that added all the same, and the guard shows it; control: one offer for all gives the sum", () => {
    const guardOf = (run: World) => {
      run.run();
      const uploaded = FIVE.map((name) => run.nodes.get(name)?.sent.find((message) => message.kind === "uploaded" && message.upload.statement.round === 3));
      const sum = new BigUint64Array(20);
      for (const message of uploaded) {
        if (message?.kind !== "uploaded") throw new Error("everybody uploads in round 3");
        const { root, offer } = message.upload.statement.body as { root: string; offer: string };
        const words = run.uploads.get(root)?.slice(0, 20) as BigUint64Array;
        applyMasks(words, [{ key: maskKey(selfSeed(run.nodes.get(message.from)?.given?.entropy ?? new Uint8Array(), 3), offer, "self"), sign: -1 }], 0);
        words.forEach((word, i) => { sum[i] = (sum[i] ?? 0n) + word; });
      }
      return sum[0];
    };
    expect(guardOf(world())).toBe(5n);
    const split = world({ tamper: (message, self) => (message.kind === "round" && message.to === DOT && message.offer.statement.round === 3 ? [shown(self, message, true)] : [message]) });
    expect(guardOf(split)).not.toBe(5n);
  });

  test("masks bound to two contexts leave noise; control: masks of one context cancel", () => {
    const key = (byte: number) => new Uint8Array(32).fill(byte);
    const cancelled = new BigUint64Array(4);
    applyMasks(cancelled, [{ key: key(3), sign: 1 }, { key: key(3), sign: -1 }], 0);
    expect([...cancelled]).toEqual([0n, 0n, 0n, 0n]);
    const garbage = new BigUint64Array(4);
    applyMasks(garbage, [{ key: key(3), sign: 1 }, { key: key(4), sign: -1 }], 0);
    expect([...garbage].every((word) => word !== 0n)).toBe(true);
  });
});

describe("a late upload of a dropped node", () => {
  test("stays masked by its self mask, which is never revealed; control: a build without self masks gives the update away", () => {
    // eve's upload of round 1 arrives after the survivors were listed.
    const run = world({ tamperUp: (message) => (message.kind === "uploaded" && message.from === "eve" && message.upload.statement.round === 1 ? [] : [message]) });
    run.run();
    const eve = run.nodes.get("eve" as PartyId);
    const late = eve?.sent.find((message) => message.kind === "uploaded");
    const root = late?.kind === "uploaded" ? (late.upload.statement.body as { root: string }).root : "";
    const words = run.uploads.get(root)?.slice() as BigUint64Array;
    const truth = tinyWords("eve" as PartyId, { kind: "contribute", round: 1, offer: "", context: null, masks: [], question: { kind: "moments" } as never });

    // Everything the survivors revealed about eve: its pair masks. They alone must not be enough.
    const survivors = FIVE.filter((name) => name !== "eve");
    const orphans = survivors.map((name) => (entries(run, "round.unmask", name)[0]?.statement.body as { orphans: Record<string, string> }).orphans["eve"] ?? "");
    applyMasks(words, orphans.map((key) => ({ key: fromBase64(key), sign: 1 })), 0);
    expect([...words].filter((word, i) => word === truth[i])).toEqual([]);

    const selfKey = selfMaskOf(run, "eve" as PartyId);
    applyMasks(words, [{ key: selfKey, sign: -1 }], 0);
    expect([...words]).toEqual([...truth]);
  });
});

describe("a company that vanishes between two sums", () => {
  const vanishing = (dropouts: "end" | "continue") => world({
    terms: { minimumParties: 3, quorum: 3, deadlineMs: 30_000, dropouts },
    silentWhen: (party, message) => party === DOT && message.kind === "round" && message.offer.statement.round === 4,
  });
  /** The newton sums of rounds 3 and 4, over five and over four companies: how far their difference is from what dot brought. */
  const readOff = (run: World) => {
    const sums = run.coordinator.journal.flatMap((event) => (event.kind === "summed" && (event.round === 3 || event.round === 4) ? [event.words as BigUint64Array] : []));
    const [over5, over4] = sums;
    return over5 === undefined || over4 === undefined ? null : BigInt.asIntN(64, (over5[1] ?? 0n) - (over4[1] ?? 0n));
  };

  test("ends the training where the charter says so; control: where it goes on, the difference of two sums holds that company's rows", () => {
    const strict = vanishing("end");
    expect(strict.run()).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_TOO_FEW", detail: { round: 4, heard: 4, needed: 5 } } });
    expect(readOff(strict)).toBeNull();
    const lax = vanishing("continue");
    expect(lax.run().kind).toBe("done");
    expect(readOff(lax)).toBe(BigInt(tinyRows(DOT).length));
  });

  test("is refused by the others where the charter says so, whatever the coordinator's build does", () => {
    const run = world({
      terms: { minimumParties: 3, quorum: 3, deadlineMs: 30_000, dropouts: "end" },
      tamper: (message, self) => {
        if (message.kind !== "round" || message.offer.statement.round !== 4) return [message];
        const parties = FIVE.filter((name) => name !== DOT);
        return message.to === DOT ? [] : [{ ...message, offer: resigned(message.offer, { parties }, self) }];
      },
    });
    run.run();
    for (const name of FIVE.filter((one) => one !== DOT)) expect(run.nodes.get(name)?.step).toMatchObject({ kind: "abort", fault: { code: "TRAINING_PLAN" } });
  });

  test("does not come back: sums over more companies than the last are refused", () => {
    let away = true;
    const run = world({
      tamper: (message, self) => {
        if (message.kind === "round" && message.to === DOT && message.offer.statement.round === 2) return [];
        if (message.kind !== "round" || message.offer.statement.round !== 3) return [message];
        away = false;
        return [{ ...message, offer: resigned(message.offer, { parties: FIVE }, self) }];
      },
    });
    run.run();
    expect(away).toBe(false);
    expect(run.nodes.get("ada" as PartyId)?.step).toMatchObject({ kind: "abort", fault: { code: "TRAINING_PLAN" } });
  });
});

describe("contradictions and repeats", () => {
  test("a node that uploads two different vectors in one round ends the training with its name", () => {
    const run = world({
      tamperUp: (message, self) => {
        if (message.kind !== "uploaded" || message.from !== DOT) return [message];
        const signer = self.nodes.get(DOT)?.given?.speaker.signer;
        if (signer === undefined) return [message];
        const other = signEntry({ ...message.upload.statement, body: { ...(message.upload.statement.body as object), root: "ab".repeat(32) } }, signer);
        return [message, { ...message, upload: other }];
      },
    });
    expect(run.run()).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_EQUIVOCATION", detail: { from: DOT } } });
  });

  test("a replayed offer of an old round is refused", () => {
    let old: ToNode | null = null;
    const run = world({
      tamper: (message) => {
        if (message.kind !== "round" || message.to !== DOT) return [message];
        if (old === null) { old = message; return [message]; }
        return [old, message];
      },
    });
    run.run();
    expect(run.nodes.get(DOT)?.step).toMatchObject({ kind: "abort", fault: { code: "TRAINING_ORDER" } });
  });

  test("the same question at the same model under a new round number is refused", () => {
    const run = world({
      tamper: (message, self) => {
        if (message.kind !== "round" || message.to !== DOT || message.offer.statement.round !== 2) return [message];
        const first = entries(self, "round.offer")[0];
        if (first === undefined) return [message];
        const again = signEntry({ ...first.statement, round: 2 }, self.coordinator.given.speaker.signer);
        return [{ ...message, offer: again, context: null }];
      },
    });
    run.run();
    expect(run.nodes.get(DOT)?.step).toMatchObject({ kind: "abort", fault: { code: "TRAINING_REPEAT" } });
  });

  test("the same model written another way is no new question: a node is asked zero, then step after step, then once for the evaluation", () => {
    const rewritten = (change: object, round: number) => world({
      tamper: (message, self) => {
        if (message.kind !== "round" || message.to !== DOT || message.offer.statement.round !== round) return [message];
        const context = { ...(message.context as object), ...change } as never;
        return [{ ...message, context, offer: resigned(message.offer, { model: contextHash(context) }, self) }];
      },
    });
    for (const run of [rewritten({ iteration: 7 }, 2), rewritten({ coefficients: [1, 1, 1, 1] }, 2), rewritten({ iteration: 7 }, 3), rewritten({ deviations: [1, 2, 1, 1] }, 3)]) {
      run.run();
      expect(run.nodes.get(DOT)?.step).toMatchObject({ kind: "abort", fault: { code: "TRAINING_PLAN" } });
    }
  });

  test("an evaluation anywhere but at the last step's model is refused", () => {
    const run = world({
      tamper: (message, self) => {
        if (message.kind !== "round" || message.to !== DOT || message.offer.statement.round !== 3) return [message];
        const words = 2 + 2 * TINY_PLAN.training.scoreBins;
        return [{ ...message, offer: resigned(message.offer, { kind: "evaluation", ring: 32, words }, self) }];
      },
    });
    run.run();
    expect(run.nodes.get(DOT)?.step).toMatchObject({ kind: "abort", fault: { code: "TRAINING_PLAN" } });
  });

  test("a released model other than the evaluated one, or another evaluation, is not believed", () => {
    for (const change of [{ model: { coefficients: [9, 9, 9, 9] } }, { evaluation: { auc: 0.99 } }]) {
      const run = world({
        tamper: (message, self) => {
          if (message.kind !== "closed" || message.to !== DOT) return [message];
          const model = { ...(message.model as object), ...change.model } as never;
          const evaluation = { ...(message.evaluation as object), ...change.evaluation } as never;
          const close = change.model === undefined ? message.close : resigned(message.close, { model: contextHash(model) }, self);
          return [{ ...message, model, evaluation, close }];
        },
      });
      run.run();
      expect(run.nodes.get(DOT)?.step).toMatchObject({ kind: "abort", fault: { code: "TRAINING_MODEL" } });
    }
  });

  test("a roster with a party that the charter does not name, or with forged keys, is refused", () => {
    const forged = world({
      tamper: (message, self) => (message.kind === "roster" && message.to === DOT
        ? [{ ...message, bundles: message.bundles.map((entry) => (entry.statement.actor === "ada" ? resigned(entry, {}, self) : entry)) }] : [message]),
    });
    forged.run();
    expect(forged.nodes.get(DOT)?.step).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_BUNDLE" } });
  });

  test("a roster with a smaller threshold than the paper's is refused", () => {
    const run = world({
      tamper: (message, self) => (message.kind === "roster" && message.to === DOT ? [{ ...message, roster: resigned(message.roster, { threshold: 2 }, self) }] : [message]),
    });
    run.run();
    expect(run.nodes.get(DOT)?.step).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_BUNDLE" } });
  });
});

function bothKinds(run: World, result: Entry): string[] {
  const { round, body } = result.statement;
  const { recovered } = body as { recovered: { self: object; orphans: object } };
  const answers = entries(run, "round.unmask").filter(({ statement }) => statement.round === round);
  const selfs = new Set([...answers.map(({ statement }) => statement.actor), ...Object.keys(recovered.self)]);
  const orphans = new Set([...answers.flatMap(({ statement }) => Object.keys((statement.body as { orphans: object }).orphans)), ...Object.keys(recovered.orphans)]);
  return [...selfs].filter((name) => orphans.has(name));
}

function selfMaskOf(run: World, name: PartyId): Uint8Array {
  const step = run.nodes.get(name);
  const offer = entries(run, "round.offer")[0];
  if (step?.given == null || offer === undefined) throw new Error("no such node");
  return maskKey(selfSeed(step.given.entropy, 1), offer.id, "self");
}
