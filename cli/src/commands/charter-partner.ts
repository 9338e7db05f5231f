import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import { charterDecision, charterFit, chartersOfPartner, charterText, type CharterFit, type CharterOfPartner } from "../answers/charters.js";
import { pick, type Listing } from "../found/pick.js";
import { adminOf, adminOfRole, type Place } from "../found/place.js";
import { trainingPriceIn, type TrainingPrice } from "../prices/training-price.js";
import { elsewhereSentence } from "../show/budget.js";
import { fitText, trainingPriceLines, wordsText } from "../show/charter.js";
import { short } from "../text/amounts.js";
import type { Paint } from "../text/paint.js";
import { facts } from "../text/table.js";
import { confirm, type Context } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";
import { reasonOf } from "./reason.js";

/** What signing would mean, in plain words. */
export async function planProposal({ paint }: Context, place: Place, prefix: string | undefined): Promise<Outcome> {
  const admin = adminOf(place);
  const charter = await pending(admin, prefix);
  const shown = await shownOf(admin, charter);
  const { fit: { problems, unheldRows = null }, training } = shown;
  return done({ ...charter, problems, unheldRows, ...(training === null ? {} : { training }) }, `${proposalText(charter, shown, paint)}\n\nThis only showed it; nothing was signed or sent. To sign it: cohortium charter sign ${short(charter.digest)}`);
}

/** Signs in this company's name, once a person has read the plain words. */
export async function signProposal(context: Context, place: Place, prefix: string | undefined): Promise<Outcome> {
  const admin = adminOf(place);
  const charter = await pending(admin, prefix);
  // Shown also where --quiet silences notes: nobody signs what was not on the screen.
  const shown = await shownOf(admin, charter);
  context.world.err.write(`${proposalText(charter, shown, context.paint)}\n`);
  await confirm(context, `Sign "${charter.name}" in your company's name?`);
  const answer = await admin.post(`/v1/charters/${charter.digest}/sign`, {}, charterDecision, crypto.randomUUID());
  return done({ ...answer, unheldRows: shown.fit.unheldRows ?? null }, `${context.paint.good("Signed")} ${short(charter.digest)}. It is in force once every party has signed: cohortium charter ls`);
}

/** Refuses in this company's name; one refusal ends a proposal for all. */
export async function refuseProposal(context: Context, prefix: string | undefined, given: string | undefined): Promise<Outcome> {
  const admin = adminOfRole(context.folder, "node", "charter refuse");
  const reason = reasonOf(given);
  const charter = await pending(admin, prefix);
  await confirm(context, `Refuse "${charter.name}" (${short(charter.digest)}) for good?`);
  const answer = await admin.post(`/v1/charters/${charter.digest}/refuse`, { reason }, charterDecision, crypto.randomUUID());
  return done(answer, `${context.paint.bad("Refused")} ${short(charter.digest)}: ${reason}`);
}

/** The proposal this node has not answered yet. A digest that is known but answered is found too, so that its refusal can say so. */
async function pending(admin: AdminClient, prefix: string | undefined): Promise<CharterOfPartner> {
  const { charters } = await admin.get("/v1/charters", chartersOfPartner);
  const open = listing("charter waiting for your signature", charters.filter(({ state }) => state === "proposed"));
  const isOpen = prefix === undefined || open.items.some(({ digest }) => digest.startsWith(prefix.toLowerCase()));
  return pick(isOpen ? open : listing("charter", charters), prefix);
}

function listing(noun: string, items: readonly CharterOfPartner[]): Listing<CharterOfPartner> {
  return { noun, listedBy: "charter ls", items, idOf: ({ digest }) => digest, labelOf: ({ name, state }) => `${name}, ${state}` };
}

/** What a person should know before signing, beside the charter's own words. */
interface Shown {
  readonly fit: CharterFit;
  readonly training: TrainingPrice | null;
}

async function shownOf(admin: AdminClient, { digest }: CharterOfPartner): Promise<Shown> {
  const fit = await admin.get(`/v1/charters/${digest}/fit`, charterFit);
  const { charter } = await admin.get(`/v1/charters/${digest}`, charterText);
  return { fit, training: trainingPriceIn(charter) };
}

function proposalText({ digest, name, state, expires, words, elsewhere }: CharterOfPartner, { fit, training }: Shown, paint: Paint): string {
  const borne = elsewhere === null || elsewhere === undefined ? null : elsewhereSentence(elsewhere);
  return [facts([["charter", digest], ["name", name], ["state", state], ["expires", expires]]), "", wordsText(words), ...trainingPriceLines(training), ...(borne === null ? [] : ["", paint.warn(borne)]), ...fitText(fit, paint)].join("\n");
}
