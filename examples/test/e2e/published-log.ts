import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEntry, type Entry } from "@cohortium/protocol/log/entry";
import { bundlePath, bundlesOf, entriesOf } from "@cohortium/protocol/log/tiles";

/** How many entries the published checkpoint signs. The file is replaced in one step, so this may be asked at any time. */
export function logSizeOf(published: string): number {
  const file = join(published, "checkpoint");
  return existsSync(file) ? Number(readFileSync(file, "utf8").split("\n")[1]) : 0;
}

/** Every entry of a published log, of one session if it is named. */
export function entriesIn(published: string, session?: string): readonly Entry[] {
  return bundlesOf(logSizeOf(published)).flatMap((bundle) => [...entriesOf(readFileSync(join(published, bundlePath(bundle))))])
    .map(parseEntry).filter(({ statement }) => session === undefined || statement.session === session);
}

/** How often each (type, round, actor) stands in these entries. */
export function tally(entries: readonly Entry[], type: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { statement } of entries) {
    const key = `${statement.round} ${statement.actor}`;
    if (statement.type === type) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
