import { test } from "@jest/globals";
import { World } from "../../src/testing/world.js";
import { TINY_PLAN, tinyWords } from "../training/tiny-rows.js";
import type { PartyId } from "../../src/session/ids.js";
test("t", () => {
  for (const n of [3,5,5]) for (const it of [1,3,12]) {
    const plan = { ...TINY_PLAN, parties: n, rounds: it + 3, training: { ...TINY_PLAN.training, iterationsMax: it, gradientTolerance: it < 12 ? 1e3 : 1e-9 } };
    const t = performance.now();
    const w = new World({ seed: 1, names: ["ada","bob","cleo","dot","eve"].slice(0, n) as PartyId[], terms: { minimumParties: 3, quorum: 3, deadlineMs: 30000 }, plan, answer: (p, a) => tinyWords(p, a, plan) });
    const r = w.run();
    console.log(n, it, r.kind, JSON.stringify(r.kind==="abort"?r.fault:r.kind==="done"?r.result.rounds.length:0), performance.now() - t);
  }
});
