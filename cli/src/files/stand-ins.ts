import { toBase64, utf8 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { sha256 } from "@cohortium/crypto/hash";
import { ED25519_TYPE, formatVerifierKey, verifierKey } from "@cohortium/protocol/log/note";
import type { CharterChange } from "@cohortium/protocol/charter/diff";

/** A draft made whole for comparing: what only enrolment can fill in has values that stand for nothing. */
export interface StoodIn {
  readonly json: Json;
  readonly standIns: ReadonlySet<string>;
}

/** Fills in the operator and the parties' keys where the draft leaves them out, and puts the parties in order. One name gets the same keys in every draft. */
export function withStandIns(draft: Json): StoodIn {
  const standIns = new Set<string>();
  const fill = (entry: Json, values: Readonly<Record<string, string>>): Json => {
    if (!isRecord(entry)) return entry;
    const missing = Object.entries(values).filter(([member]) => !Object.hasOwn(entry, member));
    for (const [, value] of missing) standIns.add(value);
    return { ...entry, ...Object.fromEntries(missing) };
  };
  if (!isRecord(draft)) return { json: draft, standIns };
  const parties = draft["parties"];
  const filled = isList(parties) ? parties.map((party) => fill(party, keysOf(nameOf(party)))).toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)) : undefined;
  const whole = {
    ...draft,
    operator: fill(draft["operator"] ?? {}, { name: "the-operator-to-be", signingKey: keyFor("operator"), logKey: LOG_KEY }),
    ...(filled === undefined ? {} : { parties: filled }),
  };
  return { json: whole, standIns };
}

/** The changes that are none of a stand-in's making. */
export function withoutStandIns(changes: readonly CharterChange[], ...drafts: readonly StoodIn[]): readonly CharterChange[] {
  const isStandIn = (text: string | undefined): boolean => text !== undefined && drafts.some(({ standIns }) => standIns.has(text));
  return changes.filter(({ before, after }) => !isStandIn(before) && !isStandIn(after));
}

const LOG_KEY = formatVerifierKey(verifierKey("log.to-be", ED25519_TYPE, sha256(utf8("cohortium stand-in for a log key"))));

function keysOf(name: string): Readonly<Record<"signingKey" | "agreementKey", string>> {
  return { signingKey: keyFor(`signing ${name}`), agreementKey: keyFor(`agreement ${name}`) };
}

function keyFor(what: string): string {
  return toBase64(sha256(utf8(`cohortium stand-in for a key: ${what}`)));
}

function nameOf(party: Json): string {
  const name = isRecord(party) ? party["name"] : undefined;
  return typeof name === "string" ? name : "";
}

function isRecord(json: Json): json is { readonly [member: string]: Json } {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function isList(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
}
