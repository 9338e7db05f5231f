import { describe, expect, test } from "@jest/globals";
import type { Terms } from "../../src/aggregation/context.js";
import type { Entry, EntryType } from "../../src/log/entry.js";
import type { PartyId } from "../../src/session/ids.js";
import { World, type WorldGiven } from "../../src/testing/world.js";
import type { ToNode } from "../../src/conduct/messages.js";
import { loggedTraining } from "../conduct/logged-training.js";
import { restated } from "../conduct/recorded.js";
import { TINY_PLAN, tinyWords } from "./tiny-rows.js";

const SEVEN = ["ada", "bob", "cleo", "dot", "eve", "fay", "gus"] as PartyId[];
const [ADA, FAY, GUS] = [SEVEN[0], SEVEN[5], SEVEN[6]] as [PartyId, PartyId, PartyId];
const SIX = SEVEN.slice(0, 6);
const TERMS: Terms = { scheme: "masked", minimumParties: 3, quorum: 3, deadlineMs: 30_000, dropouts: "end" };
const ended = (without: PartyId | undefined, more: Partial<WorldGiven> = {}, terms: Partial<Terms> = {}) => {
  const plan = { ...TINY_PLAN, ...(without === undefined ? {} : { without }) };
  return new World({ seed: 5, names: SIX, terms: { ...TERMS, ...terms }, plan, answer: (party, ask) => tinyWords(party, ask, plan), ...more }).run();
};
const silentAt = (kind: ToNode["kind"]): Partial<WorldGiven> => ({ silentWhen: (party, message) => party === FAY && message.kind === kind });

describe("a training without one company is one with all the others", () => {
  test.each(["offer", "roster", "ciphertexts", "round"] as const)("where one of them falls silent at the %s, it ends and names the silent; control: one with whoever is there goes on", (kind) => {
    expect(ended(GUS, silentAt(kind))).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_TOO_FEW", detail: { needed: 6, missing: FAY } } });
    expect(ended(undefined, silentAt(kind)).kind).toBe("done");
  });

  test("also where the charter lets a training go on without the silent", () => {
    const later: Partial<WorldGiven> = { silentWhen: (party, message) => party === FAY && message.kind === "round" && message.offer.statement.round === 2 };
    expect(ended(GUS, later, { dropouts: "continue" })).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_TOO_FEW", detail: { needed: 6, missing: FAY } } });
    expect(ended(undefined, later, { dropouts: "continue" }).kind).toBe("done");
  });

  test("goes on where one of them falls silent only when the sum is opened: it is in it", () => {
    expect(ended(GUS, { silentWhen: (party, message) => party === FAY && message.kind === "unmask" && message.agreements[0]?.statement.round === 13 }).kind).toBe("done");
  });

  /** The coordinator says one company less than there are: what a malicious one can sign. */
  const less = (entry: Entry, more: object = {}) => restated(entry, { body: { parties: SIX.filter((name) => name !== FAY), ...more } });
  const lessOn: Readonly<Record<string, (message: ToNode) => ToNode>> = {
    roster: (message) => (message.kind === "roster" ? { ...message, roster: less(message.roster, { threshold: 4 }) } : message),
    ready: (message) => (message.kind === "shares" ? { ...message, ready: less(message.ready) } : message),
    survivors: (message) => {
      if (message.kind !== "survivors") return message;
      const uploads = message.uploads.filter(({ statement }) => statement.actor !== FAY);
      return { ...message, uploads, survivors: restated(message.survivors, { body: { uploads: Object.fromEntries(uploads.map((entry) => [entry.statement.actor, entry.id])) } }) };
    },
  };
  test.each([["roster", "AGGREGATION_BUNDLE"], ["ready", "AGGREGATION_BUNDLE"], ["survivors", "AGGREGATION_SURVIVORS"]] as const)("a node answers no %s that lacks one of them; control: it does where the training is one of whoever is there", (list, code) => {
    const refusals = (without: PartyId | undefined) => {
      const said: string[] = [];
      ended(without, {
        tamper: (message) => (message.to === ADA ? [lessOn[list]?.(message) ?? message] : [message]),
        tamperUp: (message) => {
          if (message.kind === "declined" && message.from === ADA) said.push(message.code);
          return [message];
        },
      });
      return said;
    };
    expect(refusals(GUS)).toEqual([code]);
    expect(refusals(undefined)).not.toContain(code);
  });
});

describe("an audit of a training without one company", () => {
  const ALLOWED = [["/questions/0/evaluation", { ...TINY_PLAN.evaluation, holdout: "common", holdoutDigest: "ab".repeat(32), leaveOneOut: "allowed" }], ["/aggregation/dropouts", "end"]] as const;
  /** A training of all whose offer says afterwards that it was one without gus. */
  const renamed = (absent: readonly PartyId[]) => {
    const logged = loggedTraining(SEVEN, { silentWhen: (party, message) => absent.includes(party) && message.kind === "offer" }, "done", { clauses: ALLOWED });
    const told = logged.told.map((one) => (one.statement.type === "session.offer" ? { ...one, statement: { ...one.statement, body: { ...(one.statement.body as object), without: GUS } } } : one));
    const { findings } = logged.check(told);
    return [...new Set(findings.flatMap(({ code, entry }): readonly EntryType[] => (code === "ROUND_TOO_FEW" && entry !== null ? [told[entry]!.statement.type] : [])))];
  };

  test("objects to a roster, a list of ready parties and survivors that lack one of the others", () => {
    expect(renamed([FAY, GUS])).toEqual(["roster", "ready", "round.survivors"]);
  });

  test("control: not where all others are there, but for how many the roster asks: the charter's minimum is for trainings of whoever is there", () => {
    expect(renamed([GUS])).toEqual(["roster"]);
    const agreed = loggedTraining(SEVEN, {}, "done", { without: GUS, clauses: ALLOWED });
    expect(agreed.check(agreed.told)).toMatchObject({ verified: true, findings: [] });
  });
});
