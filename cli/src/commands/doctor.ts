import { adminOf, requireRole } from "../found/place.js";
import type { Paint } from "../text/paint.js";
import { plainLine } from "../text/plain.js";
import { table } from "../text/table.js";
import type { Context, Options } from "../world/context.js";
import type { Outcome } from "../world/outcome.js";
import { settingsOf } from "../world/settings.js";
import { chartersFit } from "./doctor-charters.js";
import { EXIT_OF_CHECK, checksOf, type Check, type Patient } from "./doctor-checks.js";

/** Looks at everything a node needs, one line each, and goes on after a failure: a person wants to mend all of it at once. */
export async function doctor(context: Context, options: Options): Promise<Outcome> {
  const place = requireRole(context.folder, "node", "node doctor");
  const { values } = await settingsOf(context, place, options);
  const address = addressesIn(values["coordinator"]);
  const checks: Check[] = [];
  const { nowMs } = context.world;
  const charters = () => chartersFit(() => adminOf(place), nowMs());
  for (const check of checksOf({ folder: place.folder, nowMs, rows: rowsIn(values["rows"], context, place.folder), charters, ...address })) {
    context.progress.now(`checking ${check.name} …`);
    checks.push({ name: check.name, ...(await check.look()) });
  }
  context.progress.clear();
  const failed = checks.find(({ state }) => state === "fail");
  return { json: { checks }, text: report(checks, context.paint), exit: failed === undefined ? 0 : EXIT_OF_CHECK[failed.name] };
}

/** The node's settings have been checked against their schema; this only narrows what a schema without a type leaves open. */
function addressesIn(coordinator: unknown): { readonly exchange: string; readonly enrolment: string } {
  const { exchange, enrolment } = isRecord(coordinator) ? coordinator : {};
  if (typeof exchange === "string" && typeof enrolment === "string") return { exchange, enrolment };
  throw new Error("a node's settings name its coordinator's two addresses");
}

function rowsIn(rows: unknown, { world: { programs, callerFolder, environment }, progress }: Context, folder: string): Patient["rows"] {
  if (!isRecord(rows)) return null;
  const { path, feed } = rows;
  if (typeof path === "string") return { kind: "file", path };
  if (typeof feed !== "string") return null;
  return { kind: "feed", name: feed, columns: async () => (await programs.openFeedDesk({ folder, callerFolder, environment }, progress.now)).columns(feed) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function report(checks: readonly Check[], paint: Paint): string {
  const rows = checks.map(({ name, state, says, fix }) => [name, stateText(state, paint), plainLine(says), plainLine(fix ?? "")]);
  const failures = checks.filter(({ state }) => state === "fail").length;
  const verdict = failures === 0 ? paint.good("Nothing keeps this node from working.") : paint.bad(`${failures} of ${checks.length} checks failed.`);
  return `${table([{ head: "check" }, { head: "state" }, { head: "found" }, { head: "to do" }], rows, { paint, empty: "" })}\n\n${verdict}`;
}

function stateText(state: Check["state"], paint: Paint): string {
  switch (state) {
    case "ok": return paint.good(state);
    case "warn": return paint.warn(state);
    case "fail": return paint.bad(state);
  }
}
