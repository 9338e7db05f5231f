import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import { memberOf } from "@cohortium/crypto/json-member";
import { json, type Route } from "@cohortium/protocol/host/http-route";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { instantText } from "@cohortium/protocol/session/instant";
import { jsonDigest } from "@cohortium/protocol/session/json-digest";
import type { KeptTraining, NodeStore } from "./store.js";

/** A question that this node has helped to answer, and its own copy of the answer. */
export interface OwnQuestion {
  readonly session: string;
  readonly charter: string;
  readonly query: Json;
  readonly queryDigest: string;
  /** What this node has charged for it, in 10^-9 of ρ. */
  readonly nanoRho: number;
  readonly schedule: null;
  readonly state: "done";
  readonly askedAtMs: null;
  readonly answeredAt: string;
  readonly says: string;
  readonly round: number;
  readonly fault: null;
  readonly answer: Json;
  readonly answerDigest: string;
  /** When people were removed here after this node's rows had gone into the answer. */
  readonly deletionsSinceMs: readonly number[];
}

interface Marks {
  marksOf(session: string): readonly number[];
}

/** The partner's routes to answers: what the node keeps, whatever becomes of the coordinator. */
export function questionRoutes(store: Pick<NodeStore, "trainings">, deletions: Marks): readonly Route[] {
  const all = (): readonly OwnQuestion[] => store.trainings().flatMap((kept) => ownQuestion(kept, deletions) ?? []);
  const find = (session: string | undefined): OwnQuestion => {
    const found = all().find((question) => question.session === session);
    if (found === undefined) throw new Refusal({ code: "REQUEST_SESSION", title: "no such question", detail: "this node has helped to answer none of this name", status: 404 });
    return found;
  };
  return [
    { method: "GET", path: "/v1/questions", handle: () => json({ questions: all() }) },
    { method: "GET", path: "/v1/questions/:session", handle: ({ params }) => json(find(params["session"])) },
    { method: "GET", path: "/v1/questions/:session/answer", handle: ({ params }) => ({ kind: "bytes", contentType: "application/json", bytes: canonicalBytes(find(params["session"]).answer) }) },
  ];
}

/** Whether a session that ended was a question of statistics that was answered. */
export function isAnswered({ outcome }: Pick<KeptTraining, "outcome">): boolean {
  return memberOf(outcome, "kind") === "answered";
}

function ownQuestion(kept: KeptTraining, deletions: Marks): OwnQuestion | null {
  if (!isAnswered(kept)) return null;
  const { session, charter, endedMs, outcome } = kept;
  const [query, answer, nanoRho] = [memberOf(outcome, "query") ?? null, memberOf(outcome, "answer") ?? null, memberOf(outcome, "nanoRho")];
  return {
    session, charter, query, queryDigest: jsonDigest(query), nanoRho: typeof nanoRho === "number" ? nanoRho : 0, schedule: null, state: "done", askedAtMs: null,
    answeredAt: instantText(endedMs), says: "answered", round: 0, fault: null, answer, answerDigest: jsonDigest(answer),
    deletionsSinceMs: deletions.marksOf(session),
  };
}
