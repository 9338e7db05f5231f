import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { exitCodeOf } from "../../src/host/exit-codes.js";
import { signEntry } from "../../src/log/entry.js";
import { explain, FAULTS, type Fault, type FaultCode } from "../../src/session/fault.js";
import type { Step } from "../../src/session/machine.js";
import type { World } from "../../src/testing/world.js";
import { conductor } from "../../src/conduct/conductor.js";
import { participant, type SessionPart } from "../../src/conduct/participant.js";
import { encodeFromNode, parseFromNode } from "../../src/wire/from-node.js";
import { encodeToNode, parseToNode } from "../../src/wire/to-node.js";
import { ADA, BOB, coordinatorWhere, given, nodeWhere, RECORDED, restated, sentTo, short } from "../conduct/recorded.js";
import { SHORT_PLAN, tinyWords } from "../training/tiny-rows.js";

const AT_MS = given(ADA).atMs;
const codeOf = (step: { readonly kind: string; readonly fault?: Fault } | null | undefined) => (step?.kind === "abort" ? step.fault?.code : step?.kind);
const ended = (world: World) => codeOf(world.run());
const endedAt = (world: World) => (world.run(), codeOf(world.nodes.get(ADA)?.step));
const hears = (at: Step<SessionPart> & { readonly kind: "wait" }, message: Parameters<World["inject"]>[1]) => codeOf(participant.step(at.state, { kind: "heard", message, atMs: AT_MS }));
const atNode = (isIt: Parameters<typeof nodeWhere>[1]) => nodeWhere(ADA, isIt);
const inPhase = (phase: string) => atNode((state) => state.stage === "rounds" && state.current?.phase === phase);
const betweenRounds = atNode((state) => state.stage === "rounds" && state.current === null && state.asked.length === 1);
const withPlan = (training: Partial<typeof SHORT_PLAN.model>, more: Partial<typeof SHORT_PLAN> = {}) => {
  const plan = { ...SHORT_PLAN, ...more, model: { ...SHORT_PLAN.model, ...training } };
  return short({ plan, answer: (party, ask) => tinyWords(party, ask, plan) });
};

/** A scenario that ends with the code, or the test of a host that does. */
type Provoked = (() => string | undefined) | { readonly file: string; readonly title: string };

const PROVOKED: Readonly<Record<FaultCode, Provoked>> = {
  AGGREGATION_TOO_FEW: () => ended(short({ silentWhen: (party, { kind }) => (party === ADA || party === BOB) && kind === "round" })),
  AGGREGATION_TWO_PARTIES: () => ended(short({ names: [ADA, BOB] })),
  AGGREGATION_EQUIVOCATION: () => ended(short({
    tamperUp: (message) => {
      if (message.kind !== "uploaded" || message.from !== ADA) return [message];
      return [message, { ...message, upload: signEntry({ ...message.upload.statement, at: "2030-01-01T00:00:00.000Z" }, given(ADA).speaker.signer) }];
    },
  })),
  AGGREGATION_BUNDLE: () => ended(short({ tamperUp: (message) => (message.kind === "joined" && message.from === ADA ? [{ ...message, bundle: restated(message.bundle, {}) }] : [message]) })),
  AGGREGATION_SHARES: () => endedAt(short({ tamper: (message) => (message.kind === "shares" && message.to === ADA ? [{ ...message, sealed: {} }] : [message]) })),
  AGGREGATION_SURVIVORS: () => hears(inPhase("uploaded"), { ...sentTo(ADA, "survivors", 1), uploads: [] }),
  AGGREGATION_SECOND_ANSWER: () => hears(betweenRounds, sentTo(ADA, "unmask", 1)),
  AGGREGATION_SIGNATURES: () => hears(inPhase("agreed"), { ...sentTo(ADA, "unmask", 1), agreements: [] }),
  AGGREGATION_COMMITMENT: () => ended(short({
    terms: { scheme: "encrypted", minimumParties: 3, quorum: 5, deadlineMs: 30_000, dropouts: "end" },
    tamperUp: (message) => [message.kind === "shown" && message.from === ADA ? { ...message, part: "c0" } : message],
  })),
  AGGREGATION_CIPHERTEXT: { file: "protocol/test/aggregation/encrypted/attacks.test.ts", title: "AGGREGATION_CIPHERTEXT: words beyond their moduli end the round, and name the party" },
  AGGREGATION_NOISE: { file: "protocol/test/aggregation/encrypted/attacks.test.ts", title: "AGGREGATION_NOISE: a decryption that is none ends the round, and nobody can say whose it was" },
  AGGREGATION_PART_MISSING: () => ended(short({
    terms: { scheme: "encrypted", minimumParties: 3, quorum: 5, deadlineMs: 30_000, dropouts: "end" },
    silentWhen: (party, { kind }) => party === BOB && kind === "commitments",
  })),
  AGGREGATION_LOST: { file: "node/test/egress/ciphertexts.test.ts", title: "whose file is lost is not encrypted again" },
  AGGREGATION_GUARD: () => ended(short({
    answer: (party, ask) => {
      const words = tinyWords(party, ask, SHORT_PLAN);
      // ada counts itself twice, as if a mask had not cancelled.
      words[0] = (party === ADA ? 2n : words[0]) as never;
      return words;
    },
  })),
  AGGREGATION_BOUNDS: () => ended(short({
    answer: (party, ask) => {
      const words = tinyWords(party, ask, SHORT_PLAN);
      // More rows than the charter lets five parties have.
      words[1] = (party === ADA ? 6_000n : words[1]) as never;
      return words;
    },
  })),
  AGGREGATION_OVERFLOW: { file: "node/test/egress/egress.test.ts", title: "a value beyond its bound is refused" },
  TRAINING_ORDER: () => hears(betweenRounds, sentTo(ADA, "roster")),
  TRAINING_PLAN: () => codeOf(participant.open({ ...given(ADA), plan: { ...SHORT_PLAN, rowsMinJoint: 1 } })),
  TRAINING_SCHEMA: () => ended(short({ contract: (party) => [{ logicalType: "number", unit: party === ADA ? "months" : "years" }, null, null] })),
  TRAINING_MODEL: () => hears(betweenRounds, { ...sentTo(ADA, "round", 2), context: null }),
  TRAINING_REPEAT: () => hears(betweenRounds, { ...sentTo(ADA, "round", 1), offer: restated(sentTo(ADA, "round", 1).offer, { statement: { round: 2 } }) }),
  TRAINING_ABSENT: () => hears(betweenRounds, sentTo(ADA, "closed")),
  TRAINING_DIVERGED: () => ended(withPlan({ gradientTolerance: 1e-12, iterationsMax: 1 })),
  TRAINING_DEGENERATE: () => ended(withPlan({}, { rowsMinJoint: 5_000 })),
  NODE_REFUSED: () => ended(short({ names: [...RECORDED.nodes.keys()].slice(0, 3), admits: (party) => (party === ADA ? { code: "DATA_REFUSED", clause: "DATA_COLUMN_MISSING age" } : null) })),
  BUDGET_SPENT: { file: "node/test/egress/spending.test.ts", title: "beyond the charter's budget is refused before anything is computed" },
  DATA_REFUSED: () => endedAt(short({ admits: (party) => (party === ADA ? { code: "DATA_REFUSED", clause: "DATA_COLUMN_MISSING age" } : null) })),
  DATA_CHANGED: { file: "node/test/sessions/training-work.test.ts", title: "rows that changed since the session began are refused" },
  LOG_EVIDENCE: { file: "node/test/node.test.ts", title: "a message whose entries are not shown to be in the log is not acted on" },
  SESSION_EXPIRED: () => codeOf(participant.step(betweenRounds.state, { kind: "deadline", atMs: given(ADA).expiresAtMs })),
  SESSION_BROKEN: { file: "protocol/test/conduct/conductor.test.ts", title: "where a step of ours throws: the log and every party hear of it, and a replay says the same" },
  SESSION_CANCELLED: () => codeOf(conductor.step(coordinatorWhere(({ stage }) => stage === "round").state, { kind: "cancelled", atMs: AT_MS })),
};

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const CODES = Object.keys(FAULTS) as FaultCode[];

describe("every fault", () => {
  test.each(CODES)("%s is provoked", (code) => {
    const scenario = PROVOKED[code];
    if (typeof scenario === "function") return expect(scenario()).toBe(code);
    const source = readFileSync(ROOT + scenario.file, "utf8");
    expect([source.includes(`test("${scenario.title}"`), source.includes(code)]).toEqual([true, true]);
  });

  test("that is provoked is one that is listed", () => expect(Object.keys(PROVOKED).sort()).toEqual([...CODES].sort()));

  test.each(CODES)("%s goes over the wire both ways, ends a command with a status of its own, and reads as a sentence", (code) => {
    const declined = { kind: "declined", from: ADA, code, clause: "a clause", atMs: 7 } as const;
    expect(parseFromNode(encodeFromNode(declined), ADA, 7)).toEqual(declined);
    const aborted = { kind: "aborted", to: ADA, abort: sentTo(ADA, "offer").offer, code } as const;
    expect(parseToNode(encodeToNode(aborted), ADA)).toEqual(aborted);
    expect(exitCodeOf(code)).toBeGreaterThan(1);
    const { means, fix, blame } = FAULTS[code];
    expect(explain({ code, detail: { round: 3, heard: 2 } })).toBe(`${code}: ${means} (round 3, heard 2); side: ${blame}; to do: ${fix}`);
    expect(explain({ code, detail: {} })).toBe(`${code}: ${means}; side: ${blame}; to do: ${fix}`);
  });

  test("has a row on the operator's page, and the page has no other", () => {
    const page = readFileSync(`${ROOT}protocol/spec/faults.md`, "utf8");
    expect([...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code)).toEqual(CODES);
  });
});

test.each(["", "DATA_", "toString", "__proto__", "data_refused", "WIRE_MALFORMED"])("the wire takes no fault called %j", (code) => {
  const bytes = encodeFromNode({ kind: "declined", from: ADA, code: code as FaultCode, clause: "", atMs: 0 });
  expect(() => parseFromNode(bytes, ADA, 0)).toThrow("WIRE_MALFORMED");
});
