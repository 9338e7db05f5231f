import { z } from "zod";
import { json, parseInput, type Route } from "@cohortium/protocol/host/http-route";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { RHYTHM_UNITS } from "./calendar.js";
import type { Coordinator } from "./coordinator.js";
import { digestIn, sessionIn } from "./foreign.js";
import { freshScheduleId } from "./question-schedules.js";
import type { QuestionView } from "./question-view.js";

const askBody = z.strictObject({ charter: z.string(), query: z.json(), fresh: z.boolean().default(false) });
const scheduleBody = z.strictObject({
  charter: z.string(), query: z.json(), every: z.int().min(1).max(999), unit: z.enum(RHYTHM_UNITS), start: z.iso.datetime({ offset: true }).optional(),
});

/** The desk of questions: asking, looking, and asking by the calendar. */
export function questionRoutes({ questions, schedules }: Pick<Coordinator, "questions" | "schedules">): readonly Route[] {
  const view = (text: string | undefined): QuestionView => {
    const session = sessionIn(text);
    const found = questions.view(session);
    if (found === null) throw new Refusal({ code: "REQUEST_SESSION", title: "no such question", detail: session, fix: "list them with: cohortium question status", status: 404 });
    return found;
  };
  return [
    {
      method: "POST", path: "/v1/questions", handle: ({ body, headers }) => {
        const { charter, query, fresh } = parseInput(askBody, body);
        const key = headers["idempotency-key"];
        const reply = questions.ask({ charter: digestIn(charter), query, fresh, request: typeof key === "string" ? key : null });
        return json(reply, reply.kind === "launched" ? 201 : 200);
      },
    },
    { method: "GET", path: "/v1/questions", handle: () => json({ questions: questions.views() }) },
    { method: "GET", path: "/v1/questions/:session", handle: ({ params }) => json(view(params["session"])) },
    {
      method: "GET", path: "/v1/questions/:session/answer", handle: ({ params }) => {
        const { session, says } = view(params["session"]);
        const bytes = questions.answerOf(session);
        if (bytes === null) throw new Refusal({ code: "REQUEST_ANSWER", title: "there is no answer", detail: says, fix: "follow it with: cohortium question result", status: 404 });
        return { kind: "bytes", contentType: "application/json", bytes };
      },
    },
    { method: "GET", path: "/v1/charters/:digest/budget", handle: ({ params }) => json(questions.budget(digestIn(params["digest"]))) },
    ...scheduleRoutes(schedules),
  ];
}

function scheduleRoutes(schedules: Coordinator["schedules"]): readonly Route[] {
  return [
    {
      method: "POST", path: "/v1/question-schedules", handle: ({ body }) => {
        const { charter, query, every, unit, start } = parseInput(scheduleBody, body);
        const startMs = start === undefined ? null : Date.parse(start);
        return json(schedules.add(freshScheduleId(), { charter: digestIn(charter), query, every, unit, startMs }), 201);
      },
    },
    { method: "GET", path: "/v1/question-schedules", handle: () => json({ schedules: schedules.views() }) },
    {
      method: "POST", path: "/v1/question-schedules/:id/remove", handle: ({ params }) => {
        const removed = schedules.remove(params["id"] ?? "");
        if (removed === null) throw new Refusal({ code: "REQUEST_SCHEDULE", title: "no such schedule", detail: "none has this name", fix: "list them with: cohortium question schedule ls", status: 404 });
        return json(removed);
      },
    },
  ];
}
