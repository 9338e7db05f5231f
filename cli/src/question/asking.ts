import type { Json } from "@cohortium/crypto/canonical-json";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { closest } from "@cohortium/protocol/session/suggestion";
import { QUERY_KINDS, type QueryKind } from "@cohortium/protocol/charter/statistics-clause";
import type { Options } from "../world/context.js";
import { FieldError, numberOf, valueOfJson, valueOfTexts } from "./field-values.js";
import { isQueryKind, KIND_FIELDS, optionName, type Field } from "./fields.js";

/** A question as a person put it: complete, but not yet held against a charter, and with its price as ε. */
export interface Asking {
  readonly kind: QueryKind;
  /** All members of the query but `kind` and `nanoRho`. */
  readonly members: Readonly<Record<string, Json>>;
  /** Null where none was given. */
  readonly epsilon: number | null;
  /** Whether the person said anything of a member, or a default stands in. */
  isGiven(member: string): boolean;
  /** How the person wrote a member: `--by`, or `by in question.yaml`. */
  wrote(member: string): string;
}

/** @throws Refusal USAGE_QUESTION naming the flag, what is wrong with it, and what to do. */
export function askingOfFlags(kindText: string | undefined, options: Options): Asking {
  const kind = kindOf(kindText, "the kind of question");
  const fields = KIND_FIELDS[kind];
  refuseForeignFlags(kind, options);
  const given = fields.flatMap((field) => {
    const texts = textsOf(options[optionName(field)]);
    return texts === null ? [] : [[field.member, inWords(field.flag, field, () => valueOfTexts(field.type, texts))] as const];
  });
  const wrote = (member: string) => fields.find((field) => field.member === member)?.flag ?? `--${member}`;
  const epsilon = textsOf(options["epsilon"]);
  return { kind, members: completed(kind, Object.fromEntries(given), wrote), isGiven: amongst(given), epsilon: epsilon === null ? null : epsilonOf("--epsilon", () => numberOf(epsilon.join(","))), wrote };
}

/** @param file - How to name the file. @throws Refusal USAGE_QUESTION as above, by keys. */
export function askingOfFile(json: Json, file: string): Asking {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw wrong(file, "it is not a question", `write members, one a line, as in: kind: ${QUERY_KINDS[0]}`);
  const { kind: kindJson, epsilon: epsilonJson = null, ...rest } = Object.fromEntries(Object.entries(json));
  const kind = kindOf(typeof kindJson === "string" ? kindJson : undefined, `kind in ${file}`);
  const fields = KIND_FIELDS[kind];
  const wrote = (member: string) => `${member} in ${file}`;
  const given = Object.entries(rest).map(([member, value]) => {
    const field = fields.find((one) => one.member === member);
    if (field === undefined) throw unknownMember(wrote(member), member, fields);
    return [member, value === null && field.fallback === null ? null : inWords(wrote(member), field, () => valueOfJson(field.type, value))] as const;
  });
  return { kind, members: completed(kind, Object.fromEntries(given), wrote), isGiven: amongst(given), epsilon: epsilonJson === null ? null : epsilonOf(wrote("epsilon"), () => (typeof epsilonJson === "number" ? epsilonJson : NaN)), wrote };
}

function amongst(given: readonly (readonly [string, Json])[]): Asking["isGiven"] {
  return (member) => given.some(([name]) => name === member);
}

/** Which flags were given that describe a question; a file takes their place. */
export function flagsOfQuestions(options: Options): readonly string[] {
  return [...new Set(QUERY_KINDS.flatMap((kind) => KIND_FIELDS[kind]))].filter((field) => textsOf(options[optionName(field)]) !== null).map(({ flag }) => flag);
}

function kindOf(text: string | undefined, what: string): QueryKind {
  if (text !== undefined && isQueryKind(text)) return text;
  const near = text === undefined ? undefined : closest(text, QUERY_KINDS);
  const says = text === undefined ? "none is given" : `there is no kind "${text.slice(0, 40)}"${near === undefined ? "" : `; did you mean ${near}?`}`;
  throw wrong(what, says, near === undefined ? `choose among: ${QUERY_KINDS.join(", ")}` : `write ${near}`);
}

function refuseForeignFlags(kind: QueryKind, options: Options): void {
  const own = KIND_FIELDS[kind].map(({ flag }) => flag);
  const foreign = flagsOfQuestions(options).find((flag) => !own.includes(flag));
  if (foreign === undefined) return;
  const of = QUERY_KINDS.filter((other) => KIND_FIELDS[other].some(({ flag }) => flag === foreign));
  throw wrong(foreign, `it is for ${of.join(" and ")}, not for ${kind}`, `leave it out; ${kind} takes ${own.join(", ")}`);
}

function completed(kind: QueryKind, given: Readonly<Record<string, Json>>, wrote: (member: string) => string): Readonly<Record<string, Json>> {
  return Object.fromEntries(KIND_FIELDS[kind].flatMap((field) => {
    const value = given[field.member] ?? field.fallback;
    if (value === undefined && field.optional === true) return [];
    if (value === undefined) throw wrong(wrote(field.member), `${kind} needs it: ${field.says}`, `see what it takes with: cohortium question show ${kind}`);
    return [[field.member, value] as const];
  }));
}

function unknownMember(where: string, member: string, fields: readonly Field[]): Refusal {
  const known = fields.map((field) => field.member);
  const near = closest(member, [...known, "epsilon"]);
  return wrong(where, `there is no such member${near === undefined ? "" : `; did you mean ${near}?`}`, near === undefined ? `it takes ${known.join(", ")} and epsilon` : `write ${near}`);
}

/** NaN refuses. */
function epsilonOf(where: string, read: () => number): number {
  const epsilon = inWords(where, { says: "the privacy loss to pay for the whole answer" }, read);
  if (epsilon > 0 && epsilon <= EPSILON_MAX) return epsilon;
  throw wrong(where, "it is not a number above 0 and at most 100", "write what the whole answer may cost, such as 0.1");
}

/** Beyond, an answer protects nobody. */
const EPSILON_MAX = 100;

function inWords<T>(where: string, { says }: Pick<Field, "says">, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    throw wrong(where, `${error.message} (${says})`, error.fix);
  }
}

function textsOf(option: unknown): readonly string[] | null {
  if (typeof option === "string") return [option];
  return Array.isArray(option) ? option.map(String) : null;
}

function wrong(where: string, says: string, fix: string): Refusal {
  return new Refusal({ code: "USAGE_QUESTION", title: "this is no question that can be asked", detail: `${where}: ${says}`, fix });
}
