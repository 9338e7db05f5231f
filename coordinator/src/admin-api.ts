import { z } from "zod";
import type { Route, RouteRequest } from "@cohortium/protocol/host/http-route";
import { json, parseInput } from "@cohortium/protocol/host/http-route";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { StreamEvent } from "@cohortium/protocol/host/event-stream";
import type { PartyId, SessionId } from "@cohortium/protocol/session/ids";
import { instantText } from "@cohortium/protocol/session/instant";
import { withAbsence, type Seen } from "./absence.js";
import type { Coordinator } from "./coordinator.js";
import { partyNamed } from "./enrolments.js";
import { digestIn, sessionIn } from "./foreign.js";
import { questionRoutes } from "./question-api.js";
import type { TrainingView } from "./training-view.js";

/** What the routes need beside the coordinator itself. */
export interface AdminContext {
  readonly coordinator: Coordinator;
  readonly facts: { readonly name: string; readonly consortium: string; readonly exchange: string; readonly enrolment: string; readonly origin: string };
  connected(): readonly Seen[];
  disconnect(party: PartyId): void;
}

/** The operator's API. Everything a person can do to a coordinator goes through here. */
export function adminRoutes(context: AdminContext): readonly Route[] {
  const { coordinator } = context;
  return [
    ...statusRoutes(context), ...enrolmentRoutes(context), ...charterRoutes(context), ...trainingRoutes(context), ...modelRoutes(coordinator),
    ...questionRoutes(coordinator),
  ];
}

function statusRoutes({ coordinator, facts, connected }: AdminContext): readonly Route[] {
  return [{
    method: "GET", path: "/v1/status",
    handle: () => json({
      coordinator: facts.name, consortium: facts.consortium, exchange: facts.exchange, enrolment: facts.enrolment,
      connected: connected(), log: { origin: facts.origin, size: coordinator.logSize(), logKey: coordinator.logKey },
    }),
  }];
}

const reasonBody = z.strictObject({ reason: z.string().min(1).max(500) });
const comparedBody = z.strictObject({ fingerprintWords: z.string().min(1).max(200) });

function enrolmentRoutes({ coordinator: { enrolments }, facts, disconnect }: AdminContext): readonly Route[] {
  return [
    {
      method: "POST", path: "/v1/invitations", handle: ({ body }) => {
        const party = partyNamed(parseInput(z.strictObject({ party: z.string() }), body).party);
        const { code, expiresAtMs } = enrolments.invite(party);
        return json({ code, party, expiresAt: instantText(expiresAtMs), enrolment: facts.enrolment }, 201);
      },
    },
    { method: "GET", path: "/v1/enrolments", handle: async () => json({ enrolments: await enrolments.views() }) },
    {
      method: "POST", path: "/v1/enrolments/:party/approve", handle: async ({ params, body }) => {
        const party = partyIn(params);
        return json({ party, entry: await enrolments.approve(party, parseInput(comparedBody, body).fingerprintWords) });
      },
    },
    {
      method: "POST", path: "/v1/enrolments/:party/refuse", handle: ({ params, body }) => {
        enrolments.refuse(partyIn(params), parseInput(reasonBody, body).reason);
        return json({ party: params["party"], state: "refused" });
      },
    },
    {
      method: "POST", path: "/v1/enrolments/:party/revoke", handle: ({ params, body }) => {
        const party = partyIn(params);
        const entry = enrolments.revoke(party, parseInput(reasonBody, body).reason);
        disconnect(party);
        return json({ party, entry, state: "revoked" });
      },
    },
  ];
}

const draftBody = z.strictObject({ draft: z.json() });

function charterRoutes({ coordinator: { charters } }: AdminContext): readonly Route[] {
  return [
    { method: "POST", path: "/v1/charters/plan", handle: ({ body }) => json(charters.plan(parseInput(draftBody, body).draft)) },
    { method: "POST", path: "/v1/charters", handle: ({ body }) => json({ digest: charters.propose(parseInput(draftBody, body).draft) }, 201) },
    { method: "GET", path: "/v1/charters", handle: () => json({ charters: charters.views() }) },
    { method: "GET", path: "/v1/charters/:digest", handle: ({ params }) => json(charters.view(digestIn(params["digest"]))) },
  ];
}

function trainingRoutes({ coordinator, connected }: AdminContext): readonly Route[] {
  const { trainings, feed } = coordinator;
  const told = (one: TrainingView) => withAbsence(one, connected(), Date.now());
  const view = (session: SessionId): TrainingView => {
    const found = trainings.view(session);
    if (found === null) throw new Refusal({ code: "REQUEST_SESSION", title: "no such training", detail: session, fix: "list them with: cohortium round ls", status: 404 });
    return told(found);
  };
  return [
    {
      method: "POST", path: "/v1/trainings",
      handle: ({ body }) => {
        const { charter, without = null } = parseInput(z.strictObject({ charter: z.string(), without: z.string().optional() }), body);
        return json({ session: coordinator.launch(digestIn(charter), without) }, 201);
      },
    },
    { method: "GET", path: "/v1/trainings", handle: () => json({ trainings: trainings.views().map(told) }) },
    { method: "GET", path: "/v1/trainings/:session", handle: ({ params }) => json(view(sessionIn(params["session"]))) },
    {
      method: "GET", path: "/v1/trainings/:session/events", handle: (request) => {
        const session = sessionIn(request.params["session"]);
        view(session);
        return { kind: "events", events: progress(() => view(session), feed.listen(request.signal), request) };
      },
    },
    {
      method: "POST", path: "/v1/trainings/:session/cancel", handle: ({ params }) => {
        const session = sessionIn(params["session"]);
        view(session);
        if (!trainings.cancel(session)) throw new Refusal({ code: "SESSION_OVER", title: "this training is over", detail: session, fix: "nothing is left to cancel", status: 409 });
        return json(view(session));
      },
    },
  ];
}

/** Now, after each change, and every second while something is waited for, because "for 12 s" is news too. */
async function* progress(view: () => TrainingView, changes: AsyncIterable<StreamEvent>, { signal }: RouteRequest): AsyncGenerator<StreamEvent> {
  const iterator = changes[Symbol.asyncIterator]();
  let next = iterator.next();
  for (;;) {
    const current = view();
    yield { event: "progress", data: current };
    if (current.state !== "running" || signal.aborted) return;
    const tick = new Promise<"tick">((resolve) => void setTimeout(() => resolve("tick"), 1_000).unref());
    const happened = await Promise.race([next, tick]);
    if (happened !== "tick") {
      if (happened.done === true) return;
      next = iterator.next();
    }
  }
}

function modelRoutes({ registry, comparisons }: Coordinator): readonly Route[] {
  return [
    {
      method: "GET", path: "/v1/models", handle: () => json({
        models: registry.models().map(({ digest, session, charter, iteration, evaluation, createdMs: createdAtMs }) =>
          ({ digest, session, charter, iteration, final: evaluation !== null, createdAtMs, auc: aucIn(evaluation) })),
      }),
    },
    {
      method: "GET", path: "/v1/models/:digest", handle: ({ params }) => {
        const digest = digestIn(params["digest"]);
        const found = registry.models().findLast((model) => model.digest === digest);
        if (found === undefined) throw new Refusal({ code: "REQUEST_MODEL", title: "no such model", detail: digest, fix: "list them with: cohortium model ls", status: 404 });
        const { session, charter, model, evaluation } = found;
        return json({ digest, session, charter, model, evaluation, comparisons: comparisons.of(session, digest) });
      },
    },
  ];
}

function aucIn(evaluation: unknown): number | null {
  return typeof evaluation === "object" && evaluation !== null && "auc" in evaluation && typeof evaluation.auc === "number" ? evaluation.auc : null;
}

function partyIn(params: RouteRequest["params"]): PartyId {
  return partyNamed(params["party"] ?? "");
}
