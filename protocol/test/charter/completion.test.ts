import { expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { CLAUSES } from "../../src/charter/clauses.js";
import { completeCharter, type EnrolledKeys } from "../../src/charter/completion.js";
import { charterDigest } from "../../src/charter/digest.js";
import { bent, key, SOUND, sound } from "./fixture.js";

const KEYS: Readonly<Record<string, EnrolledKeys>> = Object.fromEntries(SOUND.parties.map(({ name, signingKey, agreementKey }) => [name, { signingKey, agreementKey }]));
const OPERATOR = sound().operator;
const { operator: _operator, ...WITHOUT_OPERATOR } = SOUND;
const DRAFT = { ...WITHOUT_OPERATOR, parties: [...SOUND.parties].reverse().map(({ name, organisation }) => ({ name, organisation })) };

test("a draft with the enrolled keys filled in is the charter, its parties in order", () => {
  const completed = completeCharter(DRAFT, KEYS, OPERATOR);
  expect(completed).toEqual({ kind: "ok", json: SOUND });
});

test("completing twice changes nothing", () => {
  const completed = completeCharter(SOUND, KEYS, OPERATOR);
  if (completed.kind !== "ok") throw new Error("the sound charter names the enrolled keys");
  expect(charterDigest(sound(completed.json))).toBe(charterDigest(sound()));
});

test("every party without a node is named", () => {
  const completed = completeCharter(DRAFT, { harbour: KEYS["harbour"] as EnrolledKeys, meadow: KEYS["meadow"] as EnrolledKeys }, OPERATOR);
  expect(completed).toMatchObject({
    kind: "refused",
    problems: [
      { clause: "enrolment.missing", path: "/parties/0", says: "\"tower\" has not enrolled a node" },
      { clause: "enrolment.missing", path: "/parties/2", says: "\"lantern\" has not enrolled a node", fix: "let lantern enrol its node, approve it, then plan again" },
    ],
  });
});

test("an inherited member is no enrolment", () => {
  expect(completeCharter(bent("/parties/0/name", "constructor", DRAFT), KEYS, OPERATOR)).toMatchObject({ problems: [{ clause: "enrolment.missing" }] });
});

test.each([
  ["/parties/1/signingKey", key(99)],
  ["/parties/1/agreementKey", key(98)],
  ["/operator", { name: "someone-else" }, "/operator/name"],
  ["/operator", { logKey: "log.example/other+1a2b3c4d+AQkJ" }, "/operator/logKey"],
])("a draft that says another %s than was enrolled is refused", (at, value, path = at) => {
  expect(completeCharter(bent(String(at), value, DRAFT), KEYS, OPERATOR)).toMatchObject({ kind: "refused", problems: [{ clause: "enrolment.other-key", path }] });
});

test.each<Json>([null, 7, [], {}, { parties: 7 }, { parties: [7, { organisation: "Nameless" }] }, { operator: [] }])(
  "%j is handed on, for the check to refuse",
  (draft) => expect(completeCharter(draft, KEYS, OPERATOR).kind).toBe("ok"),
);

test("both clauses of enrolment are in the table", () => {
  expect(Object.keys(CLAUSES).filter((clause) => clause.startsWith("enrolment."))).toEqual(["enrolment.missing", "enrolment.other-key"]);
});
