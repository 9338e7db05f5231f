import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { toBase64 } from "@cohortium/crypto/bytes";
import { openSigningKey } from "@cohortium/protocol/host/keys";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { checkEnrolledKey, readCoordinator } from "../../src/settings/enroll.js";

const IDENTITY = { name: "hub", consortium: "ports", signingKey: toBase64(new Uint8Array(32).fill(3)), logKey: "log.example+00000000+AQ==" };
const place = (text: string | null) => {
  const folder = scratchFolder();
  if (text !== null) writeFileSync(join(folder, "coordinator.json"), text);
  return folder;
};

describe("whom a node belongs to", () => {
  test("is what enrolment wrote", () => {
    expect(readCoordinator(place(JSON.stringify(IDENTITY)))).toMatchObject({ name: "hub", consortium: "ports", enrolledKey: null });
  });

  test("is asked for where nothing was written", () => {
    expect(() => readCoordinator(place(null))).toThrow(expect.objectContaining({ code: "ENROL_REQUIRED" }));
  });

  test.each(["{", "[]", JSON.stringify({ ...IDENTITY, logKey: 7 })])("is not guessed from a damaged file: %s", (text) => {
    const folder = place(text);
    expect(() => readCoordinator(folder)).toThrow(expect.objectContaining({ code: "FILE_DAMAGED", exitCode: 2, detail: expect.stringContaining(join(folder, "coordinator.json")) }));
  });
});

test("a node with another signing key than it enrolled does not start to speak", () => {
  const folder = place(null);
  const own = toBase64(openSigningKey(folder, "signing").publicKey);
  const known = readCoordinator(place(JSON.stringify({ ...IDENTITY, enrolledKey: own })));
  expect(() => checkEnrolledKey(folder, known)).not.toThrow();
  expect(() => checkEnrolledKey(folder, { ...known, enrolledKey: IDENTITY.signingKey })).toThrow(expect.objectContaining({ code: "KEY_OTHER" }));
  expect(() => checkEnrolledKey(folder, { ...known, enrolledKey: null })).not.toThrow();
});
