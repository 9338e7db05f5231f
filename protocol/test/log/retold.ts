import { toHex } from "@cohortium/crypto/bytes";
import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import { sha256 } from "@cohortium/crypto/hash";
import { audit } from "../../src/log/audit.js";
import type { EntryType, Statement } from "../../src/log/entry.js";
import { CHARTER, filesOf, honestEntries, LOG_KEY, say, sourceOf } from "./small-log.js";

/** The small log as it was told, to be told otherwise. */
export const HONEST = honestEntries();

export const at = (type: EntryType, actor = "hub", round = 0) => {
  const index = HONEST.findIndex(({ statement }) => statement.type === type && statement.actor === actor && statement.round === round);
  if (index < 0) throw new Error(`no ${type} by ${actor} in round ${round}`);
  return index;
};
export const digestOf = (charter: Json) => toHex(sha256(canonicalBytes(charter)));

export type Change = (body: { [member: string]: Json }) => Json;

/** The honest entries with one said differently, and all that quote its id or its charter said again. */
export const retold = (index: number, change: Change, charter = CHARTER) => {
  const renamed = new Map<string, string>([[digestOf(CHARTER), digestOf(charter)]]);
  return HONEST.map((entry, i) => {
    const { statement } = entry;
    const body = statement.type === "charter" ? { digest: digestOf(charter), charter } : statement.body;
    const changed = { ...statement, body: i === index ? change({ ...(body as object) }) : body };
    const text = JSON.stringify(changed).replaceAll(/[0-9a-f]{64}/g, (id) => renamed.get(id) ?? id);
    const { actor, type, body: said, ...frame } = JSON.parse(text) as Statement;
    const again = say(actor, type, said, frame);
    renamed.set(entry.id, again.id);
    return again;
  });
};
/** The honest entries under another charter, which everybody signed. */
export const under = (charter: Json, index = 0, change: Change = (body) => body) => retold(index, change, charter);
/** What is found in the entries of a log told under another charter. Its sums are not: masks are bound to offers, and the uploads are under the first. */
export const codesUnder = (charter: Json) => audit(sourceOf(filesOf(under(charter))), { logKey: LOG_KEY }).findings.map(({ entry, code }) => [entry, code]);
