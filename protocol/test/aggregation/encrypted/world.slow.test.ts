import { describe, expect, test } from "@jest/globals";
import { explain } from "../../../src/session/fault.js";
import { replay } from "../../../src/session/machine.js";
import type { World } from "../../../src/testing/world.js";
import { conductor } from "../../../src/conduct/conductor.js";
import { participant } from "../../../src/conduct/participant.js";
import { ADA, BOB, ended, FIVE, termsFor, THREE, world } from "./stage.js";

const resultsOf = ({ log }: World) => log.filter(({ statement }) => statement.type === "round.result").map(({ statement }) => (statement.body as { root: string }).root);

describe("a training under encrypted sums", () => {
  test.each([[3, THREE]] as const)("of %i parties has the sums, the models and the evaluation of one under masks, bit for bit", async (_, names) => {
    const [one, other] = [await world(names), await world(names, { terms: termsFor(names.length, "masked") })];
    const [step, under] = [one.run(), other.run()];
    expect(step.kind).toBe("done");
    expect(resultsOf(one)).toEqual(resultsOf(other));
    expect(resultsOf(one)).toHaveLength(3);
    expect(step).toMatchObject({ result: (under as typeof under & { kind: "done" }).result });
  });

  test("whose processes crash and replay their journals sends the same bytes and reaches the same model", async () => {
    const [calm, stormy] = [await world(), await world(THREE, { crashChance: 0.3, seed: 77, guarded: true })];
    expect(stormy.run()).toMatchObject({ result: (calm.run() as { result: object }).result });
    expect(stormy.crashes).toBeGreaterThan(8);
  });

  test("of two parties is refused before anything is sent", async () => {
    expect((await world(FIVE.slice(0, 2), { terms: termsFor(2) })).run()).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_TWO_PARTIES" } });
  });

  test.each(["offer", "commitments", "relayed", "keys-ready", "round", "survivors", "decrypt"] as const)("ends, and says that somebody is missing, when one is silent from the first %s on", async (phase) => {
    const run = await world(FIVE, { silentWhen: (party, message) => party === "dot" && message.kind === phase });
    const end = run.run();
    expect(end).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_PART_MISSING", detail: { heard: 4, needed: 5, missing: "dot" } } });
    if (end.kind === "abort") expect(explain(end.fault)).toMatch(/encrypted sums open with every company's part or never .*missing dot/);
    // What was encrypted for that round is never opened, also not by another round.
    const offered = run.log.filter(({ statement }) => statement.type === "round.offer").length;
    expect(resultsOf(run)).toHaveLength(Math.max(0, offered - 1));
  });

  test("is ended at once by a refusal, which is named", async () => {
    const run = await world(THREE, { admits: (party) => (party === BOB ? { code: "DATA_REFUSED", clause: "DATA_COLUMN_MISSING" } : null) });
    expect(run.run()).toMatchObject({ kind: "abort", fault: { code: "NODE_REFUSED", detail: { party: BOB, clause: "DATA_COLUMN_MISSING" } } });
  });

  test("does not go on with a party that left while its last sum was opened", async () => {
    const run = await world(THREE, { tamperUp: (message) => (message.kind === "decrypted" && message.from === ADA
      ? [message, { kind: "declined", from: ADA, code: "DATA_CHANGED", clause: "rows", atMs: message.atMs }] : [message]) });
    expect(run.run()).toMatchObject({ kind: "abort", fault: { code: "NODE_REFUSED", detail: { party: ADA } } });
  });
});

describe("in bad weather", () => {
  /** What no run may break: a node decrypts once a round and for the one list, shows nothing before all are committed to, and replays to where it was. */
  function expectSound(run: World): void {
    for (const { given, journal, step, sent } of run.nodes.values()) {
      const decrypted = sent.flatMap((message) => (message.kind === "decrypted" ? [message.decryption.statement] : []));
      expect(new Set(decrypted.map(({ round }) => round)).size).toBe(decrypted.length);
      for (const { round, body } of decrypted) {
        const lists = run.log.filter(({ statement }) => statement.type === "round.survivors" && statement.round === round);
        expect(lists.map(({ id }) => id)).toEqual([(body as { survivors: string }).survivors]);
        expect(Object.keys((lists[0]!.statement.body as { uploads: object }).uploads)).toHaveLength(run.members.length);
      }
      if (given !== null) expect(replay(participant, given, journal)).toEqual(step);
    }
    expect(replay(conductor, run.coordinator.given, run.coordinator.journal)).toEqual(run.coordinator.step);
    run.happenings.forEach((happening, i) => {
      if (happening.kind !== "sent" || happening.message.kind !== "shown") return;
      const { part, entry: { statement: { round } } } = happening.message;
      const type = part === "share" ? "key.commit" : "round.sealed";
      const before = run.happenings.slice(0, i).flatMap((one) => (one.kind === "logged" && one.entry.statement.type === type && one.entry.statement.round === round ? [one] : []));
      expect(before).toHaveLength(run.members.length);
    });
  }

  const stormy = async (seed: number) => {
    let held: unknown = null;
    let count = 0;
    const odd = () => (seed * 7 + count++ * 13) % 19 === 0;
    // Now and then a letter comes twice, or behind the next one.
    const shaken = <M>(message: M): readonly M[] => {
      if (held !== null) {
        const late = held as M;
        held = null;
        return [message, late];
      }
      if (!odd()) return [message];
      if (seed % 2 === 0) return [message, message];
      held = message;
      return [];
    };
    const run = await world(THREE, { seed, crashChance: 0.03, guarded: true, tamper: shaken });
    const end = ended(run.run());
    expectSound(run);
    return end;
  };

  test("no step throws, nothing is decrypted twice, and every journal replays to the same end", async () => {
    const ends = [];
    for (const seed of [1, 2, 3, 4]) ends.push(await stormy(seed));
    expect(ends).toContain("done");
    expect(ends.some((end) => end !== "done")).toBe(true);
  });

  test("without any, the same holds and the training ends well", async () => {
    const run = await world(FIVE);
    expect(run.run().kind).toBe("done");
    expectSound(run);
  });
});
