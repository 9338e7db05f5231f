import { setTimeout as sleep } from "node:timers/promises";
import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import { exitCodeOf } from "@cohortium/protocol/host/exit-codes";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { trainingView, type TrainingView } from "../answers/trainings.js";
import type { Context } from "../context.js";
import type { Outcome } from "../outcome.js";
import { short } from "../show/amounts.js";
import { nowLine, roundLine, trainingText } from "../show/training.js";

/** Follows a training to its end. Its exit code is the training's; 130 if somebody stopped watching. */
export async function watchTraining(context: Context, admin: AdminClient, session: string): Promise<Outcome> {
  const { progress, world } = context;
  const signal = world.interruptible();
  let last: TrainingView | null = null;
  let printed = 0;
  for (;;) {
    for await (const view of viewsOf(admin, session, signal)) {
      for (const round of view.rounds.filter((done) => done.round > printed)) progress.note(roundLine(round));
      printed = Math.max(printed, view.rounds.at(-1)?.round ?? 0);
      last = view;
      if (view.state !== "running") return ended(context, view);
      progress.now(nowLine(view));
    }
    if (signal.aborted) return interrupted(context, session, last);
    // The coordinator lets go of watchers that fall behind; the next stream begins with the state as it is.
    await sleep(RECONNECT_AFTER_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** How a training stands or ended; one that was aborted gives the exit code of its fault. */
export function endOf(view: TrainingView, { paint }: Context): Outcome {
  return { json: view, text: trainingText(view, paint), exit: view.state !== "aborted" ? 0 : exitCodeOf(view.fault?.cause ?? view.fault?.code ?? "") };
}

const RECONNECT_AFTER_MS = 1_000;

async function* viewsOf(admin: AdminClient, session: string, signal: AbortSignal): AsyncGenerator<TrainingView> {
  try {
    for await (const { event, data } of admin.events(`/v1/trainings/${session}/events`, signal)) {
      if (event === "progress") yield parseView(data);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal({
      code: "NETWORK_STREAM", title: "the connection to the coordinator broke", detail: `${error instanceof Error ? error.message : "no reason given"}; this does not stop the training`,
      fix: `follow it again with: cohortium round watch ${short(session)}`,
    }, { cause: error });
  }
}

function parseView(data: unknown): TrainingView {
  const parsed = trainingView.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new Refusal({ code: "NETWORK_ANSWER", title: "the coordinator speaks another version", detail: "an event is no view of a training", fix: "use the same version on both sides" });
}

function ended(context: Context, view: TrainingView): Outcome {
  context.progress.clear();
  return endOf(view, context);
}

function interrupted({ progress, paint }: Context, session: string, last: TrainingView | null): Outcome {
  progress.clear();
  const text = `${paint.warn("Stopped watching.")} The training goes on; to follow it again: cohortium round watch ${short(session)}`;
  return { json: last ?? { session, state: "running" }, text, exit: 130 };
}
