import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import { memberOf } from "@cohortium/crypto/json-member";
import { json, type Route } from "@cohortium/protocol/host/http-route";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { instantText } from "@cohortium/protocol/session/instant";
import { jsonDigest } from "@cohortium/protocol/session/json-digest";
import type { KeptTraining, NodeStore } from "../store/node-store.js";

/** A question that this node was asked: its own copy of the answer, or why there is none. */
export interface OwnQuestion {
  readonly session: string;
  readonly charter: string;
  readonly query: Json;
  readonly queryDigest: string;
  /** The price of the whole answer, in 10^-9 of ρ. */
  readonly nanoRho: number;
  /** What of it this node has charged. */
  readonly charged: number;
  readonly schedule: null;
  readonly state: "done" | "aborted";
  /** Null for one that was kept before nodes noted when they were asked. */
  readonly askedAtMs: number | null;
  readonly answeredAt: string | null;
  readonly says: string;
  readonly round: number;
  readonly fault: Json | null;
  readonly answer: Json | null;
  readonly answerDigest: string | null;
  /** Of drift: how far this company's own rows are from everybody's. Null where too much is withheld, or the rows have changed. It stays here. */
  readonly ownDrift?: number | null;
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
    if (found === undefined) throw new Refusal({ code: "REQUEST_SESSION", title: "no such question", detail: "this node was asked none of this name", fix: "list them with: cohortium question status", status: 404 });
    return found;
  };
  return [
    { method: "GET", path: "/v1/questions", handle: () => json({ questions: all() }) },
    { method: "GET", path: "/v1/questions/:session", handle: ({ params }) => json(find(params["session"])) },
    {
      method: "GET", path: "/v1/questions/:session/answer", handle: ({ params }) => {
        const { answer, says } = find(params["session"]);
        if (answer === null) throw new Refusal({ code: "REQUEST_ANSWER", title: "there is no answer", detail: says, fix: "see why with: cohortium question result", status: 404 });
        return { kind: "bytes", contentType: "application/json", bytes: canonicalBytes(answer) };
      },
    },
  ];
}

/** Whether a session that ended was a question of statistics, answered or not. */
export function wasAsked({ outcome }: Pick<KeptTraining, "outcome">): boolean {
  return memberOf(outcome, "query") !== undefined;
}

function ownQuestion(kept: KeptTraining, deletions: Marks): OwnQuestion | null {
  if (!wasAsked(kept)) return null;
  const { session, charter, endedMs, outcome } = kept;
  const query = memberOf(outcome, "query") ?? null;
  const base = {
    session, charter, query, queryDigest: jsonDigest(query), nanoRho: numberIn(query, "nanoRho") ?? 0, charged: numberIn(outcome, "nanoRho") ?? 0,
    schedule: null, askedAtMs: numberIn(outcome, "askedMs"), round: 0, deletionsSinceMs: deletions.marksOf(session),
  };
  if (memberOf(outcome, "kind") !== "answered") {
    const fault = memberOf(outcome, "fault") ?? null;
    return { ...base, state: "aborted", says: textIn(fault, "says"), answeredAt: null, fault, answer: null, answerDigest: null };
  }
  const answer = memberOf(outcome, "answer") ?? null;
  const drift = memberOf(query, "kind") === "drift" ? { ownDrift: numberIn(outcome, "drift") } : {};
  return { ...base, ...drift, state: "done", says: "answered", answeredAt: instantText(endedMs), fault: null, answer, answerDigest: jsonDigest(answer) };
}

function numberIn(json: Json, name: string): number | null {
  const value = memberOf(json, name);
  return typeof value === "number" ? value : null;
}

function textIn(json: Json, name: string): string {
  const value = memberOf(json, name);
  return typeof value === "string" ? value : "";
}
