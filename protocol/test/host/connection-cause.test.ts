import { describe, expect, test } from "@jest/globals";
import { explainEnding, olderSide } from "../../src/host/connection-cause.js";

const ended = (by: "us" | "peer", detail: string, code = "WIRE_SEQUENCE") => ({ by, code, detail });

describe("letters that do not follow each other", () => {
  test.each([
    ["us", "received 12, sent 9", "ours"], ["us", "acknowledged 12, sent 9", "ours"], ["us", "gap", "ours"], ["peer", "contradiction", "ours"],
    ["peer", "received 12, sent 9", "theirs"], ["peer", "gap", "theirs"], ["us", "contradiction", "theirs"],
  ] as const)("refused by %s for %s are of a state that is older: %s", (by, detail, older) => {
    expect(olderSide(ended(by, detail))).toBe(older);
    const says = explainEnding(ended(by, detail));
    expect(says).toContain(older === "ours" ? "this node's state is older" : "the coordinator's state is older");
    expect(says).toContain("as after restoring a backup");
    expect(says).toContain(older === "ours" ? "put the newest copy of its folder back" : "the operator's side to mend");
    expect(says).toContain("WIRE_SEQUENCE");
    expect(says).not.toContain("\n");
  });

  test("are nobody's fault where nothing more is known, nor is another refusal", () => {
    for (const ending of [ended("peer", ""), ended("us", "received x, sent 9"), ended("us", "gap", "WIRE_BULK")]) {
      expect(olderSide(ending)).toBeNull();
      expect(explainEnding(ending)).toMatch(/^(?:this|the other) side refused: WIRE_/);
    }
  });
});

test("a goodbye and a broken line are said as before", () => {
  expect(explainEnding(ended("peer", "", "WIRE_STOPPING"))).toBe("the other side is shutting down");
  expect(explainEnding({ by: "network", cause: "ECONNREFUSED" })).toContain("nobody listens there");
});
