import { expect, test } from "@jest/globals";
import { FAULTS } from "../../src/session/fault.js";
import { EXIT_CODES, exitCodeOf } from "../../src/host/exit-codes.js";
import { parseProblem, Refusal, toProblem } from "../../src/host/refusal.js";

test.each(Object.keys(FAULTS))("the fault %s ends a command with a status of a known failure", (code) => {
  const known = Object.keys(EXIT_CODES).map(Number).filter((exit) => exit > 1);
  expect(known).toContain(exitCodeOf(code));
});

test.each([
  ["CONFIG_INVALID", 2], ["CHARTER_EXPIRED", 4], ["BUDGET_SPENT", 5], ["TRAINING_REPEAT", 5], ["LOG_EVIDENCE", 6], ["NETWORK_UNREACHABLE", 7],
  ["ENROL_CODE_USED", 8], ["ENROL_FINGERPRINT", 6], ["ENROL_WAITING", 9], ["SESSION_EXPIRED", 9], ["toString", 1], ["NEVER_HEARD_OF", 1],
])("%s ends a command with %i", (code, exit) => expect(exitCodeOf(code)).toBe(exit));

test("a refusal survives the way over the wire", () => {
  const refusal = new Refusal({ code: "CHARTER_QUESTION", title: "t", detail: "d", fix: "f", rule: "§4", entry: 17 });
  const document = JSON.parse(JSON.stringify(toProblem(refusal))) as unknown;
  expect(document).toEqual({ type: "urn:cohortium:problem:charter_question", title: "t", status: 403, code: "CHARTER_QUESTION", detail: "d", fix: "f", rule: "§4", entry: 17 });
  expect(parseProblem(document)).toEqual(refusal);
  expect(parseProblem({ code: "X", title: "t" })).toBeNull();
});
