import { expect, test } from "@jest/globals";
import { citedEntries } from "../../src/conduct/cited.js";
import { ADA, RECORDED, sentTo } from "./recorded.js";

test("a message cites every entry it carries, so that a node acts on none that it was not shown in the log", () => {
  for (const message of RECORDED.coordinator.sent) {
    const carried = Object.values(message).flat().filter((part) => typeof part === "object" && part !== null && "sig" in part);
    expect(citedEntries(message)).toEqual(carried);
  }
});

test("what a message cites is in the log when the message leaves", () => {
  const logged = new Set(RECORDED.log.map(({ id }) => id));
  expect(RECORDED.coordinator.sent.flatMap(citedEntries).filter(({ id }) => !logged.has(id))).toEqual([]);
});

test("a training that was given up, and charters, cite theirs", () => {
  const { offer } = sentTo(ADA, "offer");
  expect(citedEntries({ kind: "aborted", to: ADA, abort: offer, code: "SESSION_CANCELLED" })).toEqual([offer]);
  expect(citedEntries({ kind: "charter-proposed", to: ADA, proposal: offer })).toEqual([offer]);
  expect(citedEntries({ kind: "charter-in-force", to: ADA, proposal: offer, signatures: [offer, offer] })).toEqual([offer, offer, offer]);
});
