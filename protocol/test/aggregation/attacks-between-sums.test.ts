import { describe, expect, test } from "@jest/globals";
import { signEntry } from "../../src/log/entry.js";
import { contextDigest as contextHash } from "../../src/training/plan.js";
import type { ToNode } from "../../src/conduct/messages.js";
import type { PartyId } from "../../src/session/ids.js";
import type { World } from "../../src/testing/world.js";
import { TINY_PLAN, tinyRows } from "../training/tiny-rows.js";
import { DOT, entries, FIVE, resigned, world } from "./attack-stage.js";

describe("a company that vanishes between two sums", () => {
  const vanishing = (dropouts: "end" | "continue") => world({
    terms: { minimumParties: 3, quorum: 3, scheme: "masked", deadlineMs: 30_000, dropouts },
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
      terms: { minimumParties: 3, quorum: 3, scheme: "masked", deadlineMs: 30_000, dropouts: "end" },
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
        const words = 2 + 2 * TINY_PLAN.evaluation.scoreBins;
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
          if (message.kind !== "closed" || message.to !== DOT || message.released.kind !== "model") return [message];
          const model = { ...(message.released.model as object), ...change.model } as never;
          const evaluation = { ...(message.released.evaluation as object), ...change.evaluation } as never;
          const close = change.model === undefined ? message.close : resigned(message.close, { model: contextHash(model) }, self);
          return [{ ...message, released: { kind: "model", model, evaluation }, close }];
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
