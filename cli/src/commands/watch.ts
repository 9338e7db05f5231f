import { setTimeout as sleep } from "node:timers/promises";
import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import { exitCodeOf } from "@cohortium/protocol/host/exit-codes";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { trainingView, type TrainingView } from "../answers/trainings.js";
import { nowLine, roundLine, trainingText } from "../show/training.js";
import { short } from "../text/amounts.js";
import type { Context } from "../world/context.js";
import type { Outcome } from "../world/outcome.js";

/** What is followed, in words. */
interface Followed {
  readonly noun: string;
  /** What it does when nobody watches, and the command that tells of it. */
  readonly goesOn: string;
  readonly command: string;
}

const TRAINING: Followed = { noun: "training", goesOn: "The training goes on; to follow it again", command: "round watch" };
export const QUESTION_FOLLOWED: Followed = { noun: "question", goesOn: "The companies go on answering; to see what comes of it", command: "question result" };

type Views = AsyncGenerator<TrainingView>;

interface Watching {
  readonly session: string;
  readonly followed: Followed;
  readonly signal: AbortSignal;
}

/**
 * Follows a training or a question to its end, also over a coordinator that restarts. Its exit code is the training's; 130 if somebody stopped watching.
 *
 * @param open - Connects anew: a coordinator that restarted may answer elsewhere.
 */
export async function watchTraining(context: Context, open: () => AdminClient, session: string, followed = TRAINING): Promise<Outcome> {
  const { progress, world } = context;
  const watching: Watching = { session, followed, signal: world.interruptible() };
  let last: TrainingView | null = null;
  let printed = 0;
  for await (const view of viewsOverRestarts(context, () => viewsOf(open(), watching), watching)) {
    for (const round of view.rounds.filter((done) => done.round > printed)) progress.note(roundLine(round));
    printed = Math.max(printed, view.rounds.at(-1)?.round ?? 0);
    last = view;
    if (view.state !== "running") return ended(context, view);
    progress.now(nowLine(view));
  }
  return interrupted(context, last ?? { session, state: "running" }, followed);
}

/** How a training stands or ended; one that was aborted gives the exit code of its fault. */
export function endOf(view: TrainingView, { paint }: Context): Outcome {
  return { json: view, text: trainingText(view, paint), exit: view.state !== "aborted" ? 0 : exitCodeOf(view.fault?.cause ?? view.fault?.code ?? "") };
}

const RECONNECT_AFTER_MS = 1_000;
/** Ten minutes: longer than any restart, short enough that a script does not hang for a day. */
const ABSENCES_MAX = 600;
const AWAY = `Trying again for ${(ABSENCES_MAX * RECONNECT_AFTER_MS) / 60_000} minutes; Ctrl-C stops the watching`;

/** The views of one stream after another, until the signal aborts. What the coordinator itself refuses is thrown. */
async function* viewsOverRestarts({ progress }: Context, stream: () => Views, { followed, signal }: Watching): Views {
  const back = (absences: number): 0 => {
    if (absences > 0) progress.note("the coordinator is back");
    return 0;
  };
  for (let absences = 0; !signal.aborted;) {
    try {
      for await (const view of stream()) {
        absences = back(absences);
        yield view;
      }
    } catch (error) {
      if (!isAway(error) || ++absences > ABSENCES_MAX) throw error;
      if (absences === 1) progress.note(`the coordinator does not answer; that does not end the ${followed.noun}. ${AWAY}`);
    }
    // The coordinator lets go of watchers that fall behind; the next stream begins with the state as it is.
    await sleep(RECONNECT_AFTER_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Nobody answers, or the line broke: it may come back. Whatever the coordinator itself said stands. */
function isAway(error: unknown): boolean {
  return error instanceof Refusal && (error.code === "NETWORK_UNREACHABLE" || error.code === "NETWORK_STREAM" || error.code === "TIMEOUT_ADMIN");
}

async function* viewsOf(admin: AdminClient, { session, followed: { noun, command }, signal }: Watching): Views {
  try {
    for await (const { event, data } of admin.events(`/v1/trainings/${session}/events`, signal)) {
      if (event === "progress") yield parseView(data);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal({
      code: "NETWORK_STREAM", title: "the connection to the coordinator broke", detail: `${error instanceof Error ? error.message : "no reason given"}; this does not stop the ${noun}`,
      fix: `see how it stands with: cohortium ${command} ${short(session)}`,
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

function interrupted({ progress, paint }: Context, last: Pick<TrainingView, "session" | "state">, { goesOn, command }: Followed): Outcome {
  progress.clear();
  return { json: last, text: `${paint.warn("Stopped watching.")} ${goesOn}: cohortium ${command} ${short(last.session)}`, exit: 130 };
}
