import { describe, expect, test } from "@jest/globals";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { toBase64, toHex, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import type { PartyId } from "@cohortium/protocol/session/ids";
import { planOf } from "@cohortium/protocol/training/plan";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { type CHARTER, CHARTER_JSON, charterOf, MILL, QUARRY, SELF } from "../stage.js";
import { CHARTER_WORDS } from "../../src/data/recipe/own-words.js";
import { admit, MOMENTS, place as placeWith, ROWS } from "./training-stage.js";

const HELD = join(scratchFolder(), "held.csv");
writeFileSync(HELD, ROWS);
const place = () => placeWith(ROWS, CHARTER_WORDS, null, { holdout: { path: HELD, delimiter: ";", quote: '"', keyColumn: null } });

describe("a training without one company", () => {
  const four = { ...CHARTER_JSON, parties: [...CHARTER_JSON.parties, { ...CHARTER_JSON.parties[0]!, name: "tower", signingKey: toBase64(new Uint8Array(32).fill(7)), agreementKey: toBase64(new Uint8Array(32).fill(8)) }] };
  const question = CHARTER_JSON.questions[0]!;
  const evaluation = { ...question.evaluation, holdout: "common", holdoutDigest: toHex(sha256(utf8(ROWS))), leaveOneOut: "allowed" };
  const allowing = charterOf({ ...four, questions: [{ ...question, evaluation }] });
  const admitted = (charter: typeof CHARTER, without: string) => place().work({ charter, plan: planOf(charter, without as PartyId) }).resultOf(admit);

  test("is answered where the charter allows it, by the others", async () => {
    expect(await admitted(allowing, MILL)).toMatchObject({ kind: "admitted" });
  });

  test.each([
    ["where the charter says nothing of it", charterOf(four), MILL], ["by the company itself", allowing, SELF], ["where a stranger is left out", allowing, "orchard"],
  ])("is refused %s", async (_, charter, without) => {
    expect(await admitted(charter, without)).toMatchObject({ kind: "refused", code: "NODE_REFUSED", clause: "request.leave-one-out" });
  });

  test("is refused where too few would be left", async () => {
    const three = charterOf({ ...CHARTER_JSON, questions: [{ ...question, evaluation }] });
    expect(await admitted(three, MILL)).toMatchObject({ kind: "refused", clause: "request.parties" });
  });

  test("opens its sums next to those with all, and over no second list of its own", async () => {
    const { work, egress } = place();
    const [all, apart, again] = ["71", "72", "73"].map((byte) => byte.repeat(16));
    const permit = (session: string | undefined, without: string | null, survivors: readonly string[]) =>
      work({ session: session!, charter: allowing, plan: planOf(allowing, without as PartyId | null) }).resultOf({ kind: "permit", round: 1, question: MOMENTS, survivors: survivors as PartyId[] });
    for (const [session, without] of [[all, null], [apart, MILL], [again, MILL]] as const) {
      expect(await work({ session: session!, charter: allowing, plan: planOf(allowing, without) }).resultOf(admit)).toMatchObject({ kind: "admitted" });
    }
    expect(await permit(all, null, [SELF, MILL, QUARRY, "tower"])).toMatchObject({ kind: "permitted" });
    egress.ledger.opened(all!, 1);
    expect(await permit(apart, MILL, [SELF, QUARRY, "tower"])).toMatchObject({ kind: "permitted" });
    egress.ledger.opened(apart!, 1);
    expect(await permit(again, MILL, [SELF, QUARRY])).toMatchObject({ kind: "refused", code: "TRAINING_REPEAT" });
  });
});
