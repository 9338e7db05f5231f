import type { TrainingView } from "./training-view.js";

/** Who is connected, or since when not; `sinceMs` is 0 for a node that has not connected since the coordinator started. */
export interface Seen {
  readonly party: string;
  readonly connected: boolean;
  readonly sinceMs: number;
}

/** The view of a training, saying which of the parties it waits for are not even connected. */
export function withAbsence<V extends Pick<TrainingView, "waitingFor" | "says">>(view: V, presence: readonly Seen[], nowMs: number): V {
  const waited = view.waitingFor?.parties ?? [];
  const away = presence.filter(({ party, connected }) => !connected && waited.includes(party));
  return away.length === 0 ? view : { ...view, says: `${view.says}; ${away.map((one) => absenceText(one, nowMs)).join("; ")}` };
}

function absenceText({ party, sinceMs }: Seen, nowMs: number): string {
  const seen = sinceMs === 0 ? "not seen since the coordinator started" : `last seen ${Math.max(0, Math.round((nowMs - sinceMs) / 1_000))} s ago`;
  return `${party} is not connected (${seen})`;
}
