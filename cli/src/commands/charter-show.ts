import { existsSync } from "node:fs";
import { writeCharterYaml } from "@cohortium/protocol/host/charter-draft";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { checkCharter } from "@cohortium/protocol/charter/check";
import { charterDiff } from "@cohortium/protocol/charter/diff";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { charterFit, charterNames, charterText, chartersOfOperator, chartersOfPartner, type CharterName } from "../answers/charters.js";
import { readDraft } from "../files/draft.js";
import { withoutStandIns, withStandIns, type StoodIn } from "../files/stand-ins.js";
import { pick, type Listing } from "../found/pick.js";
import { adminOf, placeAt } from "../found/place.js";
import { changesText, fitText, wordsText } from "../show/charter.js";
import { short } from "../text/amounts.js";
import type { Paint } from "../text/paint.js";
import { plainLine } from "../text/plain.js";
import { facts, table } from "../text/table.js";
import { pathOf, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";

/** One charter in plain words, or whole as YAML; without a prefix the only one there is. */
export async function showCharter({ folder, paint }: Context, prefix: string | undefined, options: Options): Promise<Outcome> {
  const place = placeAt(folder);
  const admin = adminOf(place);
  const { digest } = pick(namesIn(await admin.get("/v1/charters", charterNames)), prefix);
  const charter = await admin.get(`/v1/charters/${digest}`, charterText);
  if (options["yaml"] === true) return done(charter, writeCharterYaml(charter.charter).trimEnd());
  const fit = place.role === "node" && charter.state !== "refused" ? await admin.get(`/v1/charters/${digest}/fit`, charterFit) : { problems: [] };
  const head = facts([["charter", charter.digest], ["name", charter.name], ["state", stateText(charter.state, paint)], ["expires", charter.expires]]);
  return done(charter, [head, "", wordsText(charter.words), ...fitText(fit, paint)].join("\n"));
}

/** What differs between two charters. Files are compared without asking any process. */
export async function diffCharters(context: Context, before: string, after: string): Promise<Outcome> {
  const [old, young] = [await charterFrom(context, before), await charterFrom(context, after)];
  const changes = withoutStandIns(charterDiff(old.charter, young.charter), old, young)
    .map((change) => ({ clause: plainLine(change.clause), before: plainOrNull(change.before), after: plainOrNull(change.after) }));
  return done({ changes }, changes.length === 0 ? "They are the same." : changesText(changes, context.paint));
}

export async function listCharters({ folder, paint }: Context): Promise<Outcome> {
  const place = placeAt(folder);
  const empty = "There is no charter yet.";
  switch (place.role) {
    case "coordinator": {
      const answer = await adminOf(place).get("/v1/charters", chartersOfOperator);
      const rows = answer.charters.map(({ digest, name, state, signatures, refusals, expires }) => [
        short(digest), name, stateText(state, paint), signatures.join(", "), refusals.map(({ party, reason }) => `${party}: ${reason}`).join("; "), expires,
      ]);
      return done(answer, table([{ head: "charter" }, { head: "name" }, { head: "state" }, { head: "signed by" }, { head: "refused by" }, { head: "expires" }], rows, { paint, empty }));
    }
    case "node": {
      const answer = await adminOf(place).get("/v1/charters", chartersOfPartner);
      const rows = answer.charters.map(({ digest, name, state, expires, reason }) => [short(digest), name, stateText(state, paint), expires, reason]);
      return done(answer, table([{ head: "charter" }, { head: "name" }, { head: "state" }, { head: "expires" }, { head: "reason" }], rows, { paint, empty }));
    }
  }
}

function namesIn({ charters }: { readonly charters: readonly CharterName[] }): Listing<CharterName> {
  return { noun: "charter", listedBy: "charter ls", items: charters, idOf: ({ digest }) => digest, labelOf: ({ name, state }) => `${name}, ${state}` };
}

interface Compared extends StoodIn {
  readonly charter: Charter;
}

/** A charter in a file, or one that the folder's process knows; without a name the only one. */
export async function charterFrom(context: Context, fileOrPrefix: string | undefined): Promise<Compared> {
  const path = fileOrPrefix === undefined ? null : pathOf(context, fileOrPrefix);
  if (path !== null && existsSync(path)) return soundCharter(withStandIns(readDraft(path).json), path);
  const admin = adminOf(placeAt(context.folder));
  const { digest } = pick(namesIn(await admin.get("/v1/charters", charterNames)), fileOrPrefix);
  return soundCharter({ json: (await admin.get(`/v1/charters/${digest}`, charterText)).charter, standIns: new Set() }, digest);
}

function soundCharter(whole: StoodIn, source: string): Compared {
  const check = checkCharter(whole.json);
  if (check.kind === "ok") return { ...whole, charter: check.charter };
  throw new Refusal({
    code: "CHARTER_REFUSED", title: `${source} breaks the rules of a charter`, detail: check.problems.map(({ clause, path, says }) => `${clause} at ${path}: ${says}`).join("\n"),
    rule: check.problems[0]?.clause, fix: check.problems[0]?.fix,
  });
}

function plainOrNull(text: string | undefined): string | null {
  return text === undefined ? null : plainLine(text);
}

function stateText(state: string, paint: Paint): string {
  if (state === "in-force") return paint.good(state);
  return state === "refused" ? paint.bad(state) : paint.warn(state);
}
