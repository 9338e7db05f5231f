import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { writeFileSync } from "node:fs";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import { toHex, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import type { NetworkClause } from "@cohortium/protocol/charter/network-clause";
import { typeCommand } from "./command-line.js";
import { objectionsTo } from "./released-once.js";
import { checkpointOf, foundTiny, ledgerOf, NO_STEPS, type TinyConsortium } from "./tiny-consortium.js";
import { csvOf, tinyRows, type TinyRow } from "./tiny-data.js";
import { tinyDraft } from "./tiny-charter.js";

const NAMES = ["alder", "birch", "cedar", "dogwood", "elder"];
const POISONER = "elder";
const ROWS = 300;
const HELD_ROWS = 3_000;
/** Of none of the five: the rows all models are judged on. */
const HELD = csvOf(tinyRows(99, HELD_ROWS));
const NETWORK: Omit<NetworkClause, "privacy"> = {
  kind: "network", hidden: [8], activation: "relu", optimiser: { kind: "fedavg", serverRate: 1 }, rounds: 8, localEpochs: 6, batchSize: 16, localRate: 0.1,
  weightDecay: 0, clip: 3, rowsCap: 3 * ROWS, seed: 2, stopping: { kind: "rounds" }, strips: "hidden",
};

let tiny: TinyConsortium;
let charter: string;
let all: TrainingView;
const without = new Map<string, TrainingView>();

beforeAll(async () => {
  tiny = await foundTiny(NAMES, { rows: ROWS, held: HELD });
  // Every label of one company says the opposite, and it has three times the rows of any other.
  const flipped = tinyRows(NAMES.indexOf(POISONER) + 1, 3 * ROWS).map(([age, visits, region, bought]): TinyRow => [age, visits, region, bought === "yes" ? "no" : "yes"]);
  writeFileSync(tiny.rowsFile(POISONER), csvOf(flipped));
  const { consortium } = tiny;
  await consortium.enrol(NO_STEPS);
  const draft = tinyDraft(NAMES, { name: "open-hand", model: { ...NETWORK }, leaveOneOutOn: toHex(sha256(utf8(HELD))) });
  charter = await consortium.agree({ ...draft, rows: { ...draft.rows, perPartyMax: HELD_ROWS } });
  const trained = async (left: string | null) => consortium.follow(await consortium.launch(charter, left), () => undefined);
  all = await trained(null);
  for (const name of NAMES) without.set(name, await trained(name));
}, 300_000);
afterAll(async () => tiny.end());

const aucOf = (view: TrainingView | undefined) => (view?.evaluation as { readonly auc: number } | undefined)?.auc ?? Number.NaN;

describe("trainings without one company each, where the charter allows it", () => {
  test("are over all the others, and ask nothing of the one", async () => {
    for (const [name, view] of without) {
      expect(view).toMatchObject({ state: "done", without: name });
      expect(new Set(view.rounds.map(({ survivors }) => survivors.join()))).toEqual(new Set([NAMES.filter((one) => one !== name).join()]));
      expect(await ledgerOf(tiny.consortium.node(name), view.session)).toEqual([]);
    }
  });

  test("show who flips its labels: the others rank better without it, and worse without anybody else", () => {
    const gains = NAMES.map((name) => aucOf(without.get(name)) - aucOf(all));
    expect(gains[NAMES.indexOf(POISONER)]).toBeGreaterThan(0.1);
    expect(Math.max(...gains.filter((_, i) => NAMES[i] !== POISONER))).toBeLessThan(0.02);
  });

  test("are told side by side", async () => {
    const { code, says } = await typeCommand(tiny.consortium.coordinator.folder, "round", "influence", "--json").ended;
    expect(code).toBe(0);
    const told = JSON.parse(says) as { readonly all: { readonly session: string }; readonly leftOut: readonly { readonly without: string; readonly heldRows: number }[] };
    expect(told.all.session).toBe(all.session);
    expect(told.leftOut.map(({ without: name }) => name).sort()).toEqual(NAMES);
    expect(told.leftOut[0]).toMatchObject({ without: POISONER, comparison: { kind: "compared", isWithinChance: false } });
    expect(new Set(told.leftOut.map(({ heldRows }) => heldRows))).toEqual(new Set([HELD_ROWS]));
  });

  test("pass an audit", async () => {
    const { checkpoint } = await checkpointOf(tiny.consortium.node("alder"));
    expect(objectionsTo(tiny.published, checkpoint)).toEqual([]);
  });
});

test("under a charter that does not mention it, the operator is refused with the rule and what to do", async () => {
  const closed = await tiny.consortium.agree(tinyDraft(NAMES, { name: "closed-hand" }));
  const { code, says } = await typeCommand(tiny.consortium.coordinator.folder, "round", "launch", "--charter", closed.slice(0, 12), "--without", "birch").ended;
  expect(code).toBe(4);
  expect(says).toContain("does not allow a training without one company");
  expect(says).toContain("evaluation.leaveOneOut");
});
