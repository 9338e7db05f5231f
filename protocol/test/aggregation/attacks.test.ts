import { describe, expect, test } from "@jest/globals";
import { fromBase64 } from "@cohortium/crypto/bytes";
import { applyMasks } from "@cohortium/crypto/masking";
import type { Words } from "@cohortium/crypto/words";
import { maskKey, selfSeed } from "../../src/aggregation/keys.js";
import type { Entry } from "../../src/log/entry.js";
import { contextDigest as contextHash } from "../../src/training/plan.js";
import type { ToNode } from "../../src/conduct/messages.js";
import type { PartyId } from "../../src/session/ids.js";
import type { World } from "../../src/testing/world.js";
import { tinyWords } from "../training/tiny-rows.js";
import { DOT, entries, FIVE, resigned, world } from "./attack-stage.js";

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
    const truth = tinyWords("eve" as PartyId, { kind: "contribute", round: 1, offer: "", context: null, hide: { scheme: "masked", masks: [] }, question: { kind: "moments" } as never });

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
