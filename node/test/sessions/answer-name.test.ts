import { expect, test } from "@jest/globals";
import { parseSessionId } from "@cohortium/protocol/session/ids";
import { answerName } from "../../src/sessions/training-privacy.js";

const [SESSION, OTHER] = ["ab", "cd"].map((byte) => parseSessionId(byte.repeat(16)));
const MODEL = "12".repeat(32);

test("an answer's noise and sample are its own: a node put back that is asked the same step in another round, or at another model, draws others", () => {
  const name = ({ session = SESSION, round = 3, model = MODEL, digest = "ab" } = {}) => answerName(session!, { round, question: { kind: "update", model } } as never, { digest, setDigest: "" as never });
  const names = [name(), name({ round: 4 }), name({ model: "34".repeat(32) }), name({ session: OTHER! }), name({ digest: "ba" })];
  expect(new Set(names).size).toBe(5);
  expect(name()).toBe(names[0]);
});
