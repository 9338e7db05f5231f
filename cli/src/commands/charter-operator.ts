import type { z } from "zod";
import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { plannedCharter, proposed } from "../answers/charters.js";
import { readDraft, withLines, type Draft } from "../files/draft.js";
import { adminOf, type Place } from "../found/place.js";
import { trainingPriceIn } from "../prices/training-price.js";
import { changesText, trainingPriceLines, wordsText } from "../show/charter.js";
import { short } from "../text/amounts.js";
import { facts } from "../text/table.js";
import { confirm, pathOf, type Context } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";

type Planned = z.output<typeof plannedCharter>;

/** What proposing this draft would mean. */
export async function planDraft(context: Context, place: Place, path: string): Promise<Outcome> {
  const draft = readDraft(pathOf(context, path));
  const planned = await planOf(adminOf(place), draft);
  const training = trainingPriceIn(planned.charter);
  return done({ ...planned, ...(training === null ? {} : { training }) }, `${planText(planned, context)}\n\nThis only showed it: nothing was signed or sent. To propose it: cohortium charter sign ${path}`);
}

/** Signs the draft as operator and proposes it, once a person has seen what it means. */
export async function proposeDraft(context: Context, place: Place, path: string): Promise<Outcome> {
  const admin = adminOf(place);
  const draft = readDraft(pathOf(context, path));
  const planned = await planOf(admin, draft);
  // Shown also where --quiet silences notes: nobody signs what was not on the screen.
  context.world.err.write(`${planText(planned, context)}\n`);
  await confirm(context, "Sign this charter as operator and propose it to every party?");
  const { digest } = await withLines(draft, () => admin.post("/v1/charters", { draft: draft.json }, proposed, crypto.randomUUID()));
  if (digest !== planned.digest) throw otherThanShown(digest, planned.digest);
  return done({ digest }, `${context.paint.good("Proposed")} ${short(digest)}. It is in force once every party has signed: cohortium charter ls`);
}

async function planOf(admin: AdminClient, draft: Draft): Promise<Planned> {
  return withLines(draft, () => admin.post("/v1/charters/plan", { draft: draft.json }, plannedCharter));
}

function planText({ digest, words, changes, charter }: Planned, { paint }: Context): string {
  const against = changes.length === 0 ? [] : ["", "Against the charter in force:", "", changesText(changes, paint)];
  return [facts([["charter", digest]]), "", wordsText(words), ...trainingPriceLines(trainingPriceIn(charter)), ...against].join("\n");
}

/** A party was enrolled or revoked between the two calls, so other keys stand in the charter. */
function otherThanShown(digest: string, shown: string): Refusal {
  return new Refusal({
    code: "VERIFY_CHARTER", title: "what was proposed is not what was shown", detail: `proposed ${digest}, shown ${shown}: a party's keys changed in between`,
    fix: "let the parties refuse it, then plan and sign again",
  });
}
