import { test, expect } from "@jest/globals";
import { foundTiny, NO_STEPS, modelOf } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";
import { logSizeOf } from "./published-log.js";

test("time", async () => {
  const t0 = Date.now();
  const lap = (w: string) => console.log(w, Date.now() - t0);
  const c = await foundTiny(["alder", "birch", "cedar"]);
  lap("found");
  try {
    await c.consortium.enrol(NO_STEPS);
    lap("enrolled");
    const digest = await c.consortium.agree(tinyDraft(["alder", "birch", "cedar"]));
    lap("agreed");
    for (let i = 0; i < 3; i++) {
      const s = await c.consortium.launch(digest);
      const v = await c.consortium.follow(s, () => undefined);
      lap("done " + v.says + " " + logSizeOf(c.published));
      console.log(JSON.stringify(await modelOf(c.consortium, v)), v.rounds.map((r) => r.kind).join());
    }
    await c.consortium.coordinator.stop("SIGKILL"); await c.consortium.coordinator.start();
    lap("restarted");
    await c.consortium.nodes[0]!.stop("SIGKILL"); await c.consortium.nodes[0]!.start();
    lap("restarted node");
    expect(1).toBe(1);
  } finally { await c.end(); }
}, 60000);
