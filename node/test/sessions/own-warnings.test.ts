import { describe, expect, test } from "@jest/globals";
import { charterDigest } from "@cohortium/protocol/charter/digest";
import { NO_NODE } from "../../src/data/import-rows.js";
import { CHARTER_WORDS } from "../../src/data/recipe/own-words.js";
import { DEFAULT_GATE, type Feed } from "../../src/rows/session-rows.js";
import { warnOfPeople } from "../../src/sessions/own-warnings.js";
import type { BorneElsewhere } from "../../src/store/ledger.js";
import { CHARTER, recordingLogger, SESSION } from "../stage.js";
import { NOISY } from "./statistic-stage.js";

const feed = (keyColumn: string | null): Feed => ({
  rows: { path: "rows.csv", delimiter: ";", quote: "\"", keyColumn }, transactions: null, holdout: null, words: CHARTER_WORDS, gate: DEFAULT_GATE, named: null, settings: NO_NODE,
});
const NOTHING: BorneElsewhere = { nanoRho: 0, charters: 0, exactSums: 0 };

const logged = (charter: typeof NOISY, key: string | null, borne: BorneElsewhere) => {
  const logger = recordingLogger();
  warnOfPeople({ session: SESSION, digest: charterDigest(charter), charter, feed: feed(key), egress: { ledger: { elsewhere: () => borne } }, logger }, { features: [] });
  return logger.lines;
};

describe("as a session is admitted, this node's own log", () => {
  test("says once, under noise, that rows are not held to one per person; controls: not with a key, and not under exact sums", () => {
    expect(logged(NOISY, null, NOTHING)).toEqual([expect.stringMatching(/^this node's rows are not held to one per person: rows\.key is not set in node\.yaml .*"means":.*k² times less.*"side":"yours: .*"fix":.*rows: \{ key: COLUMN \}/)]);
    expect([logged(NOISY, "id", NOTHING), logged(CHARTER, null, NOTHING)]).toEqual([[], []]);
  });

  test("says under noise how many exact sums of the same people left before, which no ε covers", () => {
    const lines = logged(NOISY, "id", { ...NOTHING, exactSums: 12 });
    expect(lines).toEqual([expect.stringMatching(/^exact sums of these rows.*have left under other charters .*"exactSums":12,"means":"no ε covers them/)]);
    expect(logged(CHARTER, "id", { ...NOTHING, exactSums: 12 })).toEqual([]);
  });

  test("says what was charged under other charters, whatever this one's sums are", () => {
    const borne = { nanoRho: 5, charters: 1, exactSums: 0 };
    for (const charter of [NOISY, CHARTER]) expect(logged(charter, "id", borne)).toEqual([expect.stringContaining('were charged under other charters {"session":"' + SESSION + '","charters":1,"nanoRho":5')]);
  });
});
