import { describe, expect, test } from "@jest/globals";
import { encodeFixed } from "@cohortium/crypto/fixed-point";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { signEntry, type Entry } from "../../src/log/entry.js";
import type { PartyId } from "../../src/session/ids.js";
import { explain } from "../../src/session/fault.js";
import { Dice } from "../../src/testing/dice.js";
import { seedOf, World, type WorldGiven } from "../../src/testing/world.js";
import { transcript } from "../../src/testing/transcript.js";
import { packHistogram, binOf } from "../../src/training/evaluation.js";
import { layoutOf } from "../../src/training/layout.js";
import { activeColumns, type LogisticModel } from "../../src/training/logistic/model.js";
import { packNewton } from "../../src/training/logistic/newton.js";
import { packMoments, unitOf } from "../../src/training/moments.js";
import { layoutTerms, type TrainingPlan } from "../../src/training/plan.js";

// FATE#2758, told of units: the column has the charter's name and stays within its bounds, so nothing but its owner can know that it means
// something else.
const BALANCE = { kind: "numeric", name: "balance", unit: "euro", min: 0, max: 200_000 } as const;
const LABEL = { name: "y", positive: "yes", negative: "no" } as const;
const PLAN: TrainingPlan = {
  question: "propensity.train", recipe: { features: [BALANCE], label: LABEL }, features: [BALANCE], label: LABEL,
  model: { kind: "logistic", ridge: 0.01, gradientTolerance: 1e-9, iterationsMax: 30 }, evaluation: { scoreBins: 64, holdout: "own", holdoutShare: 0.2 },
  parties: 3, rowsMaxPerParty: 1_000, rowsMinPerParty: 3, rowsMinJoint: 20, categoryRowsMin: 3, rounds: 33,
};
const [HARBOUR, MILL, QUARRY] = ["harbour", "mill", "quarry"] as [PartyId, PartyId, PartyId];
const NAMES = [HARBOUR, MILL, QUARRY];

interface Row { readonly balance: number; readonly y: number }

/** Whoever has more than a thousand euro mostly says yes, at every company. */
function rowsOf(party: PartyId, unitsPerEuro: number): readonly Row[] {
  const dice = new Dice(party.length);
  return Array.from({ length: 300 }, () => {
    const euro = dice.roll(2_000);
    return { balance: euro * unitsPerEuro, y: dice.chance(1 / (1 + Math.exp(-(euro - 1_000) / 250))) ? 1 : 0 };
  });
}

const standardised = (model: LogisticModel, { balance }: Row) => activeColumns(PLAN.features, model).map(({ column, mean, deviation }) => (column.kind === "numeric" ? (balance - mean) / deviation : 1));
const logit = (model: LogisticModel, row: Row) => standardised(model, row).reduce((sum, x, i) => sum + x * (activeColumns(PLAN.features, model)[i]?.coefficient ?? 0), 0);

function answers(rows: readonly Row[]) {
  const units = rows.map(({ balance }) => unitOf(BALANCE, balance));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    moments: () => packMoments({
      rows: rows.length, positives: sum(rows.map(({ y }) => y)), sums: Float64Array.of(sum(units)), squares: Float64Array.of(sum(units.map((unit) => unit * unit))),
      missing: new Float64Array(), counts: new Float64Array(),
    }),
    newton: (model: LogisticModel) => {
      const parts = rows.map((row) => ({ x: standardised(model, row), p: 1 / (1 + Math.exp(-logit(model, row))), y: row.y }));
      const width = parts[0]?.x.length ?? 0;
      const pairs = Array.from({ length: width }, (_, i) => Array.from({ length: width - i }, (_unused, j) => [i, i + j] as const)).flat();
      return packNewton({
        rows: rows.length, loss: -sum(parts.map(({ p, y }) => Math.log(y === 1 ? p : 1 - p))),
        gradient: Float64Array.from({ length: width }, (_, i) => sum(parts.map(({ x, p, y }) => (x[i] ?? 0) * (p - y)))),
        hessian: Float64Array.from(pairs, ([i, j]) => sum(parts.map(({ x, p }) => (x[i] ?? 0) * (x[j] ?? 0) * p * (1 - p)))),
      });
    },
    evaluation: (model: LogisticModel) => {
      const [positives, negatives] = [new Float64Array(64), new Float64Array(64)];
      for (const row of rows) (row.y === 1 ? positives : negatives)[binOf(logit(model, row), 64)]! += 1;
      return packHistogram({ rows: rows.length, positives, negatives });
    },
  };
}

const world = (inCents: PartyId | null, more: Partial<WorldGiven> = {}) => new World({
  seed: 3, names: NAMES, plan: PLAN, terms: { scheme: "masked", minimumParties: 3, quorum: 3, deadlineMs: 30_000, dropouts: "end" },
  answer: (party, ask) => {
    const { question, model } = (ask as unknown as { scene: { question: Parameters<typeof layoutOf>[0]; model: LogisticModel | null } }).scene;
    const own = answers(rowsOf(party, party === inCents ? 100 : 1));
    const values = question.kind === "moments" ? own.moments() : question.kind === "newton" ? own.newton(question.model) : own.evaluation(model!);
    const { segments, ring } = layoutOf(question, layoutTerms(PLAN));
    return encodeFixed(values, segments, ring);
  },
  ...more,
});
/** What each company's own contract says: harbour's column is in cents. */
const contract = (party: PartyId) => [{ logicalType: "number", unit: party === HARBOUR ? "cents" : "euro" } as const, null];

/** By how much a hundred euro more raise the log-odds. */
function slopeOf(run: World): number {
  const step = run.run();
  if (step.kind !== "done") throw new Error(JSON.stringify(step.kind === "abort" ? step.fault : step.kind));
  if (step.result.kind !== "model" || step.result.model.kind !== "logistic") throw new Error(step.result.kind);
  const { model } = step.result;
  return (100 * (model.coefficients[1] ?? Number.NaN)) / (model.deviations[1] ?? Number.NaN);
}

describe("a column in cents at one company and in euro at two", () => {
  test("is refused before a key is exchanged, with who says what; control: where no contract speaks it trains, and the model is worthless", () => {
    const run = world(HARBOUR, { contract });
    const step = run.run();
    expect(step).toMatchObject({ kind: "abort", fault: { code: "TRAINING_SCHEMA", detail: { parties: "harbour", because: "harbour says balance is in cents, the charter says euro" } } });
    if (step.kind === "abort") expect(explain(step.fault)).toContain("harbour says balance is in cents, the charter says euro");
    const abort = run.log.find(({ statement }) => statement.type === "session.abort");
    expect(abort?.statement.body).toMatchObject({ code: "TRAINING_SCHEMA", detail: { because: "harbour says balance is in cents, the charter says euro" } });
    expect([...run.uploads.keys(), ...run.log.filter(({ statement }) => statement.type.startsWith("round."))]).toEqual([]);
    // Every node's own log says it too.
    for (const name of NAMES) expect(run.nodes.get(name)?.step).toMatchObject({ kind: "abort", fault: { code: "TRAINING_SCHEMA", detail: { because: "harbour says balance is in cents, the charter says euro" } } });

    const truth = slopeOf(world(null));
    expect(truth).toBeGreaterThan(0.3);
    expect(Math.abs(slopeOf(world(HARBOUR)))).toBeLessThan(truth / 10);
  });

  test("control: the same contracts train where all of them say euro", () => {
    expect(world(null, { contract: () => [{ logicalType: "integer", unit: "euro" }, { logicalType: "string", unit: null }] }).run().kind).toBe("done");
  });

  test("is refused by the nodes if the coordinator does not compare", () => {
    const honest = new Map<string, Entry>();
    const run = world(HARBOUR, {
      contract,
      // What a coordinator without the comparison does: it acts as if harbour had said what the charter says …
      tamperUp: (message) => {
        if (message.kind !== "stated" || message.from !== HARBOUR) return [message];
        honest.set("harbour", message.data);
        return [{ ...message, data: signEntry({ ...message.data.statement, body: unsaid(message.data.statement.body) }, signerFromSeed(seedOf(HARBOUR, "signing"))) }];
      },
      // … but it can show nobody another statement by harbour than harbour's.
      tamper: (message) => (message.kind === "statements" ? [{ ...message, statements: message.statements.map((entry) => honest.get(entry.statement.actor) ?? entry) }] : [message]),
    });
    expect(run.run().kind).toBe("abort");
    for (const name of NAMES) expect(run.nodes.get(name)?.step).toMatchObject({ kind: "abort", fault: { code: "TRAINING_SCHEMA", detail: { because: "harbour says balance is in cents, the charter says euro" } } });
    expect(run.uploads.size).toBe(0);
  });

  test("is refused the same way after crashes, and replay sends the same bytes", () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const run = world(HARBOUR, { contract, seed, crashChance: 0.3, guarded: true });
      expect(run.run()).toMatchObject({ kind: "abort", fault: { code: "TRAINING_SCHEMA" } });
    }
  });

  test("reads so to people", () => {
    const run = world(HARBOUR, { contract });
    run.run();
    expect(transcript(run.happenings)).toContain("because harbour says balance is in cents, the charter says euro");
  });
});

/** A statement without what its contract said. */
function unsaid(body: Entry["statement"]["body"]): Entry["statement"]["body"] {
  const { sources, ...rest } = body as { readonly sources: readonly object[] };
  return { ...rest, sources: sources.map((source) => ({ ...source, contract: null })) };
}
