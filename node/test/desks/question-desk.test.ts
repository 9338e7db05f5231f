import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { RouteRequest } from "@cohortium/protocol/host/http-route";
import { questionRoutes, wasAsked } from "../../src/desks/question-desk.js";
import type { KeptTraining } from "../../src/store/node-store.js";

const [CHARTER, ENDED_MS] = ["a1".repeat(32), Date.UTC(2026, 10, 22, 10)];
const QUERY = { kind: "drift", column: "region", bins: 4, nanoRho: 1_000 };
const FAULT = { code: "NODE_REFUSED", cause: "DATA_REFUSED", says: "mill refused", fix: "look", side: "data" };
const kept = (session: string, outcome: Json): KeptTraining => ({ session, charter: CHARTER, endedMs: ENDED_MS, outcome });

const TRAINED = kept("1", { kind: "done", model: { kind: "logistic" }, evaluation: null });
const NOT_TRAINED = kept("2", { kind: "aborted", code: "NODE_REFUSED", because: "NODE_REFUSED: mill refused" });
const ANSWERED = kept("3", { kind: "answered", query: QUERY, answer: { kind: "drift" }, answered: 3, nanoRho: 1_000, askedMs: ENDED_MS - 5_000, drift: 0.25 });
const ABORTED = kept("4", { kind: "aborted", code: "NODE_REFUSED", because: "NODE_REFUSED: mill refused", query: QUERY, nanoRho: 500, askedMs: ENDED_MS - 9_000, fault: FAULT });
const ALL = [TRAINED, NOT_TRAINED, ANSWERED, ABORTED];

async function ask(path: string, session = ""): Promise<unknown> {
  const route = questionRoutes({ trainings: () => ALL }, { marksOf: (name) => (name === "3" ? [7] : []) }).find((one) => one.path === path);
  const reply = await route?.handle({ params: { session } } as unknown as RouteRequest);
  return reply?.kind === "json" ? reply.body : reply;
}

describe("a node lists among questions", () => {
  test("those that were answered and those that were not, and no training", async () => {
    const { questions } = await ask("/v1/questions") as { questions: readonly object[] };
    expect(questions).toMatchObject([
      { session: "3", state: "done", charged: 1_000, nanoRho: 1_000, askedAtMs: ENDED_MS - 5_000, answeredAt: "2026-11-22T10:00:00.000Z", ownDrift: 0.25, fault: null, deletionsSinceMs: [7] },
      { session: "4", state: "aborted", charged: 500, nanoRho: 1_000, askedAtMs: ENDED_MS - 9_000, answeredAt: null, says: "mill refused", fault: FAULT, answer: null, answerDigest: null },
    ]);
    expect(ALL.filter(wasAsked)).toEqual([ANSWERED, ABORTED]);
  });

  test("of drift alone how far its own rows are from everybody's, also where that cannot be told", async () => {
    const { ownDrift } = await ask("/v1/questions/:session", "3") as { ownDrift: unknown };
    expect(ownDrift).toBe(0.25);
    expect(await ask("/v1/questions/:session", "4")).not.toHaveProperty("ownDrift");
  });

  test("the bytes of an answer, and why there are none", async () => {
    expect(await ask("/v1/questions/:session/answer", "3")).toEqual({ kind: "bytes", contentType: "application/json", bytes: new TextEncoder().encode('{"kind":"drift"}') });
    await expect(ask("/v1/questions/:session/answer", "4")).rejects.toMatchObject({ code: "REQUEST_ANSWER", detail: "mill refused", status: 404 });
    await expect(ask("/v1/questions/:session", "1")).rejects.toMatchObject({ code: "REQUEST_SESSION", status: 404 });
  });
});
