import { renewedDraft } from "@cohortium/protocol/host/charter-draft";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { instantText } from "@cohortium/protocol/session/instant";
import { readDraft } from "../files/draft.js";
import { checkFree, writeOut } from "../files/write-out.js";
import { requireRole } from "../found/place.js";
import { pathOf, textOption, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";
import { settingsOf } from "../world/settings.js";

/**
 * A copy of a draft for this coordinator's consortium, from the beginning of today on: an agreement needs its own name and time, and an example
 * has neither. @throws Refusal USAGE_EXISTS rather than overwrite a file.
 */
export async function newDraft(context: Context, from: string, to: string, options: Options): Promise<Outcome> {
  const place = requireRole(context.folder, "coordinator", "charter new");
  const target = pathOf(context, to);
  checkFree(target, "name a new file");
  const days = daysIn(textOption(options, "days") ?? "");
  const draft = readDraft(pathOf(context, from));
  const { values } = await settingsOf(context, place, {});
  const renewal = { consortium: String(values["consortium"]), ...periodOf(context.world.nowMs(), days) };
  writeOut(target, renewedDraft(draft.text, renewal), 0o644);
  return done({ file: target, ...renewal }, [
    `Wrote ${to}: a draft for ${renewal.consortium}, from ${renewal.notBefore} to ${renewal.expires}.`,
    `Put your own companies, columns and limits into it, then: cohortium charter plan ${to}`,
  ].join("\n"));
}

const DAY_MS = 86_400_000;

/** From midnight, so that a node whose clock is a little behind agrees that it has begun. */
function periodOf(nowMs: number, days: number): { readonly notBefore: string; readonly expires: string } {
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  return { notBefore: secondsText(today), expires: secondsText(today + days * DAY_MS) };
}

function secondsText(atMs: number): string {
  return `${instantText(atMs).slice(0, 19)}Z`;
}

function daysIn(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Refusal({ code: "USAGE_DAYS", title: "--days is a number of days", detail: `"${text}" is not a whole number from 1 to 9999`, fix: "write for how many days the charter is to hold, such as --days 365" });
}
