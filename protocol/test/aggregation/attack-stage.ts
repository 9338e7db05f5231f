import { signEntry, type Entry } from "../../src/log/entry.js";
import type { PartyId } from "../../src/session/ids.js";
import { World, type WorldGiven } from "../../src/testing/world.js";
import { TINY_PLAN, tinyWords } from "../training/tiny-rows.js";

export const FIVE = ["ada", "bob", "cleo", "dot", "eve"] as PartyId[];
export const DOT = "dot" as PartyId;
export const world = (more: Partial<WorldGiven> = {}): World => new World({
  seed: 9, names: FIVE, terms: { minimumParties: 3, quorum: 3, scheme: "masked", deadlineMs: 30_000, dropouts: "continue" }, plan: TINY_PLAN, answer: (party, ask) => tinyWords(party, ask), ...more,
});

/** Another statement by the coordinator itself: what a malicious one can always make. */
export const resigned = (entry: Entry, body: object, run: World): Entry =>
  signEntry({ ...entry.statement, body: { ...(entry.statement.body as object), ...body } }, run.coordinator.given.speaker.signer);

export const entries = (run: World, type: string, actor?: string): readonly Entry[] =>
  run.log.filter(({ statement }) => statement.type === type && (actor === undefined || statement.actor === actor));
