import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "@jest/globals";
import { openSeal, type Seal } from "@cohortium/crypto/seal";
import { signEntry } from "../../src/log/entry.js";
import type { PartyId } from "../../src/session/ids.js";
import { transcript } from "../../src/testing/transcript.js";
import { World, type WorldGiven } from "../../src/testing/world.js";
import type { ToNode } from "../../src/conduct/messages.js";
import { askedWorld, charterOfStatistics, RFM, THREE } from "../conduct/tiny-statistics.js";
import { SHORT_PLAN, tinyWords } from "../training/tiny-rows.js";

let seal: Seal;
beforeAll(async () => { seal = await openSeal(); });

const FIVE = ["ada", "bob", "cleo", "dot", "eve"] as PartyId[];
const world = (names: readonly PartyId[], more: Partial<WorldGiven> = {}) => {
  const plan = { ...SHORT_PLAN, parties: names.length };
  return new World({
    seal, seed: 2, names, plan, terms: { minimumParties: 3, quorum: 3, scheme: "masked", deadlineMs: 30_000, dropouts: "continue" }, answer: (party, ask) => tinyWords(party, ask, plan), ...more,
  });
};
const silentAt = (name: string, kind: ToNode["kind"]): Pick<WorldGiven, "silentWhen"> => ({ silentWhen: (party, message) => party === name && message.kind === kind });

/** The coordinator shows eve a second list of round 1: without dot, and signed by itself as the first was. */
function withSecondList(): World {
  let shown = false;
  return world(FIVE, {
    tamper: (message, self) => {
      if (message.kind !== "survivors" || message.to !== "eve" || shown) return [message];
      shown = true;
      const uploads = message.uploads.filter(({ statement }) => statement.actor !== "dot");
      const body = { ...(message.survivors.statement.body as object), uploads: Object.fromEntries(uploads.map((entry) => [entry.statement.actor, entry.id])) };
      return [message, { ...message, uploads, survivors: signEntry({ ...message.survivors.statement, body }, self.coordinator.given.speaker.signer) }];
    },
  });
}

/** Rewrite them with UPDATE_TRANSCRIPTS=1 and read the difference before it is committed. */
test.each([
  ["three-parties", () => world(FIVE.slice(0, 3))],
  ["silent-before-upload", () => world(FIVE, silentAt("dot", "round"))],
  ["silent-at-unmasking", () => world(FIVE, silentAt("dot", "unmask"))],
  ["silence-ends-a-training", () => world(FIVE, { terms: { minimumParties: 3, quorum: 3, scheme: "masked", deadlineMs: 30_000, dropouts: "end" }, silentWhen: (party, message) => party === "dot" && message.kind === "round" && message.offer.statement.round === 2 })],
  ["second-list-of-survivors", withSecondList],
  ["three-parties-asked", () => askedWorld(charterOfStatistics(THREE), RFM, { seed: 2 })],
  ["three-parties-encrypted", () => world(FIVE.slice(0, 3), { terms: { minimumParties: 3, quorum: 3, scheme: "encrypted", deadlineMs: 30_000, dropouts: "end" } })],
] as const)("%s reads as its transcript says", (name, make) => {
  const path = fileURLToPath(new URL(`${name}.txt`, import.meta.url));
  const run = make();
  run.run();
  const text = transcript(run.happenings);
  if (process.env["UPDATE_TRANSCRIPTS"] === "1") writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, "utf8"));
});
