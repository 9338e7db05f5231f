import type { Json } from "@cohortium/crypto/canonical-json";
import { z } from "zod";
import { json, parseInput, type Route } from "@cohortium/protocol/host/http-route";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { LinkState } from "@cohortium/protocol/host/exchange-client";
import { parseDigest } from "@cohortium/protocol/session/ids";
import { budgetRoutes, spentElsewhere, type BudgetDesk } from "./budget-desk.js";
import type { CohortiumNode } from "../node.js";
import { questionRoutes, wasAsked } from "./question-desk.js";

export interface NodeAdminContext {
  readonly node: CohortiumNode;
  readonly facts: { readonly party: string; readonly coordinator: string; readonly feed: { readonly rows: string | null; readonly holdout: string | null } };
  /** When people were removed after a session used rows. */
  readonly deletions: { marksOf(session: string): readonly number[] };
  link(): LinkState;
  nowMs(): number;
}

/** The partner's own API: what her node does, what it signed, what left it. */
export function nodeAdminRoutes(context: NodeAdminContext): readonly Route[] {
  const { node, facts, link, nowMs, deletions } = context;
  const budget: BudgetDesk = { party: facts.party, charters: node.charters, ledger: node.egress.ledger, settings: node.privacy, nowMs };
  return [
    {
      method: "GET", path: "/v1/status", handle: () => json({
        party: facts.party, coordinator: facts.coordinator, link: { ...link(), says: saysOf(link()) }, trainings: node.trainings.statuses(),
        log: { size: node.witness.seen.size, distrust: node.distrust }, feed: facts.feed,
      }),
    },
    { method: "GET", path: "/v1/charters", handle: () => json({ charters: node.charters.views().map((view) => ({ ...view, elsewhere: spentElsewhere(budget, view.digest) })) }) },
    { method: "GET", path: "/v1/charters/:digest", handle: ({ params }) => json(node.charters.view(digestIn(params["digest"]))) },
    { method: "POST", path: "/v1/charters/:digest/sign", handle: ({ params }) => json(node.charters.sign(digestIn(params["digest"]))) },
    {
      method: "GET", path: "/v1/charters/:digest/fit",
      handle: async ({ params }) => {
        const digest = digestIn(params["digest"]);
        return json({ problems: await node.fitOf(digest), unheldRows: node.unheldRows(digest) });
      },
    },
    {
      method: "POST", path: "/v1/charters/:digest/refuse",
      handle: ({ params, body }) => json(node.charters.refuse(digestIn(params["digest"]), parseInput(z.strictObject({ reason: z.string().min(1).max(500) }), body).reason)),
    },
    ...budgetRoutes(budget),
    {
      method: "GET", path: "/v1/trainings", handle: () => json({
        trainings: node.store.trainings().filter((kept) => !wasAsked(kept))
          .map(({ session, charter, endedMs, outcome }) => ({ session, charter, endedAtMs: endedMs, outcome })),
      }),
    },
    {
      method: "GET", path: "/v1/models", handle: () => json({
        models: node.store.trainings().flatMap(({ session, outcome }) =>
          (isDone(outcome)
            ? [{
              session, model: outcome.model, evaluation: outcome.evaluation, comparisons: node.comparisons.of(session, outcome.model),
              deletionsSinceMs: deletions.marksOf(session),
            }]
            : [])),
      }),
    },
    ...questionRoutes(node.store, deletions),
    { method: "GET", path: "/v1/checkpoint", handle: () => json({ size: node.witness.seen.size, checkpoint: node.witness.seen.checkpoint, witness: node.witness.verifierKey }) },
  ];
}

function saysOf(link: LinkState): string {
  switch (link.kind) {
    case "connected": return "connected to the coordinator";
    case "retrying": return `not connected: ${link.cause}; next attempt in ${Math.ceil(link.inMs / 1_000)} s`;
  }
}

function isDone(outcome: Json): outcome is { readonly model: Json; readonly evaluation: Json } {
  return typeof outcome === "object" && outcome !== null && "kind" in outcome && outcome.kind === "done";
}

function digestIn(text: string | undefined): string {
  try {
    return parseDigest(text ?? "");
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal({ code: "REQUEST_INVALID", title: "not a charter's digest", detail: error.message });
    throw error;
  }
}
