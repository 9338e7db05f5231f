import { expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { CharterAnswered } from "@cohortium/protocol/session/membership";
import type { FromNode } from "@cohortium/protocol/conduct/messages";
import { meaningOf } from "../../src/egress/meaning.js";
import { SELF, statement } from "../stage.js";

const answered = (type: "charter.signature" | "charter.refusal"): CharterAnswered => ({ kind: "charter-answered", from: SELF, answer: statement(SELF, type, {}), atMs: 7 });
const unmasked = (dropped: readonly string[]) => parseUnmasked({ kind: "unmasked", selfShares: { mill: {}, quarry: {} }, boxShares: Object.fromEntries(dropped.map((name) => [name, {}])) });
const parseUnmasked = (message: object) => message as FromNode;

test("an answer to a charter says which of the two it is", () => {
  expect(meaningOf(answered("charter.signature"))).toBe("signs a charter in this company's name");
  expect(meaningOf(answered("charter.refusal"))).toBe("refuses a charter, with the reason");
});

test("an opening names dropped nodes only where there are some", () => {
  expect(meaningOf(unmasked([]))).toBe("opens the sum of 3 parties: own self mask, shares for silent ones");
  expect(meaningOf(unmasked(["orchard"]))).toBe("opens the sum of 3 parties: own self mask, masks shared with 1 dropped, shares for silent ones");
});

test("a statement says whether rows were counted in it: under a charter with noise they are not", () => {
  const stated = (quality: object | null) => meaningOf({ kind: "stated", from: SELF, data: statement(SELF, "session.data", { quality: quality as Json }), atMs: 7 });
  expect(stated({ rows: 300 })).toContain("about how many rows its quality gate counted");
  expect(stated(null)).toContain("no count of its rows");
  expect(stated(null)).not.toContain("how many rows");
});
