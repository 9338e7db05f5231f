import { expect, test } from "@jest/globals";
import { withAbsence } from "../src/absence.js";

const NOW_MS = 1_000_000;
const waiting = (...parties: readonly string[]) => ({ waitingFor: { parties, what: "no masked update", forSeconds: 3, deadlineInSeconds: 9 }, says: "waiting" });
const seen = (party: string, connected: boolean, sinceMs: number) => ({ party, connected, sinceMs });

test("a party that is waited for and not connected is named, with when it was last seen", () => {
  const presence = [seen("harbour", true, 5), seen("lantern", false, NOW_MS - 40_000), seen("meadow", false, 0)];
  expect(withAbsence(waiting("harbour", "lantern"), presence, NOW_MS).says).toBe("waiting; lantern is not connected (last seen 40 s ago)");
  expect(withAbsence(waiting("meadow"), presence, NOW_MS).says).toBe("waiting; meadow is not connected (not seen since the coordinator started)");
});

test("nothing is added about parties that are connected, or that nobody waits for", () => {
  const presence = [seen("harbour", true, 5), seen("lantern", false, 7)];
  expect(withAbsence(waiting("harbour"), presence, NOW_MS).says).toBe("waiting");
  expect(withAbsence({ waitingFor: null, says: "adding" }, presence, NOW_MS).says).toBe("adding");
});
