import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localRows } from "@cohortium/node/data/local-rows";
import { Egress } from "@cohortium/node/egress/egress";
import { openNodeDatabase } from "@cohortium/node/database";
import type { Query } from "@cohortium/protocol/statistics/query";
import { sessionId, wordsLeaving } from "./one-release.js";
import { budgetFor, planOf } from "./stage.js";
import type { Verdict } from "./verdict.js";

const BUDGET = budgetFor(1);
const ROWS = localRows(new Float64Array(), [Int32Array.from({ length: 90 }, (_, i) => i % 2)], new Uint8Array(90));
const QUERY: Query = { kind: "categories", cohort: [], dimension: "region", top: 2, nanoRho: Math.floor(BUDGET / 4) };
const PLAN = planOf(QUERY, [{ kind: "categorical", name: "region", categories: ["north", "south"] }]);

/** Where the power goes. */
const STOPS = ["keepParts", "keepRelease", "charge"] as const;

/** The power goes at each step between computing and sending. An answer that is kept but not paid for is handed out after the restart, for nothing. */
export async function restart(): Promise<Verdict> {
  const ours = await Promise.all(STOPS.map((stop) => afterStop((egress) => { breakAt(egress, stop); })));
  // A build that charges in a step of its own, after the release.
  const control = await afterStop((egress) => { egress.ledger.charges.keep = () => undefined; });
  const unpaid = ours.filter(({ isPaid }) => !isPaid).length;
  return {
    attack: "a node that stops between the charge and the release",
    control: control.isPaid ? "paid for" : "an answer that nobody paid for",
    ours: `${unpaid} unpaid of ${STOPS.length} stops; ${ours.filter(({ isSame }) => isSame).length} say the same words after it`, promised: `0 unpaid; ${STOPS.length}`,
    controlFalls: !control.isPaid, holds: unpaid === 0 && ours.every(({ isSame }) => isSame),
  };
}

interface After {
  /** Whether releases and charges fit together, right after the stop and at the end, when one answer must have been charged once. */
  readonly isPaid: boolean;
  /** Whether a node that never stopped says the same. */
  readonly isSame: boolean;
}

async function afterStop(breaks: (egress: Egress) => void): Promise<After> {
  const folder = mkdtempSync(join(tmpdir(), "cohortium-attack-"));
  try {
    const asking = { plan: PLAN, rows: ROWS, session: 7, budgetNanoRho: BUDGET };
    const calm = await wordsLeaving(new Egress(openNodeDatabase(":memory:"), folder), asking);
    const database = openNodeDatabase(":memory:");
    const stopped = new Egress(database, folder);
    breaks(stopped);
    await wordsLeaving(stopped, asking).then(() => undefined, () => undefined);
    const { ledger } = new Egress(database, folder);
    const fits = (): boolean => (ledger.release(sessionId(asking.session), 1) === null ? 0 : QUERY.nanoRho) === ledger.charges.under("c");
    const afterwards = fits();
    const again = await wordsLeaving(new Egress(database, folder), asking);
    return { isPaid: afterwards && fits(), isSame: again === calm };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function breakAt({ ledger }: Egress, stop: (typeof STOPS)[number]): void {
  const power = (): never => { throw new Error("the power went"); };
  switch (stop) {
    case "keepParts": ledger.keepParts = power; break;
    case "keepRelease": ledger.keepRelease = power; break;
    case "charge": ledger.charges.keep = power; break;
  }
}
