import type { Json } from "@cohortium/crypto/canonical-json";
import type { Operator } from "./charter.js";
import { pointer, type Problem } from "./clauses.js";

/** The public keys that one party's node enrolled, base64. */
export interface EnrolledKeys {
  readonly signingKey: string;
  readonly agreementKey: string;
}

export type Completion =
  | { readonly kind: "ok"; readonly json: Json }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/**
 * A draft as people write it, with the enrolled nodes' keys and the coordinator's filled in, and the parties in order.
 *
 * Only that: whatever else is wrong with the draft is left for `checkCharter` to say. A key the draft already names must be the enrolled one.
 */
export function completeCharter(draft: Json, keys: Readonly<Record<string, EnrolledKeys>>, operator: Operator): Completion {
  if (!isRecord(draft)) return { kind: "ok", json: draft };

  const coordinator = fill(draft["operator"] ?? {}, { ...operator }, pointer("operator"));
  const listed = draft["parties"];
  const parties = isList(listed) ? listed.map((party, i) => fillParty(party, keys, pointer("parties", i))) : [];
  const problems = [...coordinator.problems, ...parties.flatMap((party) => party.problems)];
  if (problems.length > 0) return { kind: "refused", problems };

  const sorted = parties.map(({ json }) => json).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return { kind: "ok", json: { ...draft, operator: coordinator.json, ...(isList(listed) ? { parties: sorted } : {}) } };
}

interface Filled {
  readonly json: Json;
  readonly problems: readonly Problem[];
}

function fillParty(party: Json, keys: Readonly<Record<string, EnrolledKeys>>, at: string): Filled {
  const name = nameOf(party);
  const enrolled = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (enrolled !== undefined) return fill(party, { signingKey: enrolled.signingKey, agreementKey: enrolled.agreementKey }, at);
  // A party without a name cannot be looked up; the schema will say that it needs one.
  if (name === "") return { json: party, problems: [] };
  const problem = {
    clause: "enrolment.missing", path: at,
    says: `"${name}" has not enrolled a node`, fix: `let ${name} enrol its node, approve it, then plan again`,
  } as const;
  return { json: party, problems: [problem] };
}

function fill(entry: Json, values: Readonly<Record<string, string>>, at: string): Filled {
  if (!isRecord(entry)) return { json: entry, problems: [] };
  const problems = Object.entries(values)
    .filter(([member, value]) => Object.hasOwn(entry, member) && entry[member] !== value)
    .map(([member]) => ({
      clause: "enrolment.other-key", path: at + pointer(member),
      says: "the draft says another value than what was enrolled", fix: "remove it from the draft, or enrol again",
    } as const));
  return { json: { ...entry, ...values }, problems };
}

function nameOf(party: Json): string {
  const name = isRecord(party) ? party["name"] : undefined;
  return typeof name === "string" ? name : "";
}

function isRecord(json: Json): json is { readonly [member: string]: Json } {
  return typeof json === "object" && json !== null && !isList(json);
}

function isList(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
}
