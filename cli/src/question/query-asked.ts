import { QUERY_KINDS } from "@cohortium/protocol/charter/statistics-clause";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { epsilonOfRho } from "@cohortium/protocol/budget/concentrated";
import { PlainYamlError, readPlainYaml } from "@cohortium/protocol/host/plain-yaml";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { NANO, nanoRhoFor } from "@cohortium/protocol/charter/privacy-budget";
import { sumsOf } from "@cohortium/protocol/statistics/charge";
import { queryProblems } from "@cohortium/protocol/statistics/plan";
import type { QueryProblem } from "@cohortium/protocol/statistics/query-problem";
import type { Query } from "@cohortium/protocol/statistics/query";
import { parseQuery } from "@cohortium/protocol/statistics/query-schema";
import { fileBytes } from "../files/file-bytes.js";
import { pathOf, textOption, type Context, type Options } from "../world/context.js";
import { askingOfFile, askingOfFlags, flagsOfQuestions, type Asking } from "./asking.js";
import { KIND_FIELDS } from "./fields.js";

/** What a question is asked with, once per flag, in the order of the catalogue. */
export const QUERY_OPTIONS: readonly (readonly [flags: string, says: string])[] = [...flagTexts()];

/** The question that was typed or lies in a file. @throws Refusal USAGE_QUESTION or USAGE_FILE. */
export function askingIn(context: Context, kind: string | undefined, options: Options): Asking {
  const file = textOption(options, "file");
  if (file === undefined) return askingOfFlags(kind, options);
  const [flag] = flagsOfQuestions(options);
  if (flag !== undefined) throw new Refusal({ code: "USAGE_QUESTION", title: "this is no question that can be asked", detail: `${flag}: the question stands in ${file} already`, fix: "write it there, or leave --file out" });
  const asking = askingOfFile(readFile(pathOf(context, file)), file);
  if (kind !== undefined && kind !== asking.kind) throw new Refusal({ code: "USAGE_QUESTION", title: "this is no question that can be asked", detail: `kind in ${file}: it is ${asking.kind}, not ${kind}`, fix: `leave ${kind} out` });
  const epsilon = textOption(options, "epsilon") === undefined ? asking.epsilon : askingOfFlags("rfm", { epsilon: options["epsilon"] }).epsilon;
  return { ...asking, epsilon };
}

/**
 * The query under a charter, priced.
 *
 * @param left - What is left of its budget, in 10^-9 of ρ, for whoever asks for more than there is; null where that is not known here.
 * @throws Refusal by flag: USAGE_QUESTION for what is mistyped, CHARTER_QUESTION for what this charter does not answer, BUDGET_EXCEEDED for a price beyond it.
 */
export function queryUnder(asking: Asking, charter: Charter, left: number | null): Query {
  const query = read({ ...asking, members: membersUnder(asking, charter) }, priceOf(asking, charter));
  const problems = queryProblems(charter, query);
  const others = problems.filter(({ path }) => path !== "/nanoRho");
  if (others.length > 0) throw refused(others, asking);
  if (problems.length > 0) throw wrongPrice(query, charter, left);
  return query;
}

/** Where nothing was said of it, no more words are asked for than there are. */
function membersUnder({ kind, members, isGiven }: Asking, { statistics }: Charter): Asking["members"] {
  const { top, dimension, words } = members;
  if (kind !== "categories" || isGiven("top") || typeof top !== "number") return members;
  if (Array.isArray(words)) return { ...members, top: Math.min(top, words.length) };
  const found = statistics?.features.find(({ name }) => name === dimension);
  return found?.kind === "categorical" ? { ...members, top: Math.min(top, found.categories.length) } : members;
}

/** What the charter lets one ask is the charter's; how it was asked is a matter of typing. */
function refused(problems: readonly QueryProblem[], asking: Asking): Refusal {
  const byCharter = problems.some(({ path }) => path === "/kind" || path === "/cohort");
  return new Refusal({
    ...(byCharter ? { code: "CHARTER_QUESTION", title: "this charter does not answer this question", rule: "request.statistics" } : { code: "USAGE_QUESTION", title: "this is no question that can be asked" }),
    detail: problems.map(({ path, says }) => `${flagAt(path, asking)}: ${says}`).join("\n"), fix: [...new Set(problems.map(({ fix }) => fix))].join("; "),
  });
}

/** A price that no answer has: below the smallest coin of the budget, or above all of it. */
function wrongPrice(query: Query, { privacy }: Charter, left: number | null): Refusal {
  if (privacy.mechanism === "none") throw new RangeError("where sums are exact there is no price");
  const { epsilon, delta } = privacy.budget;
  const sums = sumsOf(query);
  if (query.nanoRho < sums) {
    const least = leastEpsilon(sums, delta);
    return new Refusal({
      code: "USAGE_QUESTION", title: "no answer costs so little", detail: `--epsilon: the least that an answer of ${sums === 1 ? "one sum" : `${sums} sums`} can cost is ε = ${least}, and it would be nearly all noise`,
      fix: `give --epsilon ${least} or more; see what it buys with: cohortium question plan`,
    });
  }
  const rest = left === null ? null : epsilonOfRho(left / NANO, delta);
  return new Refusal({
    code: "BUDGET_EXCEEDED", title: "this would cost more than the charter's whole budget", rule: "request.privacy-budget",
    detail: `--epsilon: the charter's budget is ε = ${epsilon} for all answers together${rest === null ? "" : `, and ε = ${Number(rest.toPrecision(3))} of it is left`}`,
    fix: rest === 0 ? "sign a new charter, or ask again for an answer that is kept" : `ask for less, such as --epsilon ${Number(((rest ?? epsilon) / 10).toPrecision(1))}`,
  });
}

/** Two digits, and enough to be accepted. */
function leastEpsilon(sums: number, delta: number): number {
  let epsilon = Math.max(1e-6, epsilonOfRho(sums / NANO, delta));
  while (nanoRhoFor(Number(epsilon.toPrecision(2)), delta) < sums) epsilon *= 1.05;
  return Number(epsilon.toPrecision(2));
}

function priceOf({ epsilon }: Asking, { privacy }: Charter): number {
  switch (privacy.mechanism) {
    case "none":
      if (epsilon === null) return 0;
      throw new Refusal({ code: "USAGE_QUESTION", title: "this question has no price", detail: "--epsilon: this charter adds no noise, so an answer costs no privacy budget", fix: "leave it out" });
    case "discrete-gaussian":
      if (epsilon !== null) return nanoRhoFor(epsilon, privacy.budget.delta);
      throw new Refusal({
        code: "USAGE_QUESTION", title: "say what the answer may cost", detail: `--epsilon: it is missing; the charter's budget is ε = ${privacy.budget.epsilon} for all answers together`,
        fix: "give --epsilon, such as 0.1: the more, the less noise; question plan shows what it buys, for nothing",
      });
  }
}

function read({ kind, members, wrote }: Asking, nanoRho: number): Query {
  try {
    return parseQuery({ kind, ...members, nanoRho });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // `parseQuery` names the place as a pointer; a person wrote a flag.
    const [, member = ""] = /'s \/([^/ ]+)/.exec(error.message) ?? [];
    const detail = member === "" ? error.message : `${member === "nanoRho" ? "--epsilon" : wrote(member)}: ${error.message.replace(/^the query's \S+ is not right: /, "")}`;
    throw new Refusal({ code: "USAGE_QUESTION", title: "this is no question that can be asked", detail, fix: `see what it takes with: cohortium question show ${kind}` }, { cause: error });
  }
}

function flagAt(path: string, { wrote }: Asking): string {
  const [, member = ""] = path.split("/");
  return member === "nanoRho" ? "--epsilon" : member === "kind" || member === "" ? "the kind of question" : wrote(member);
}

/** Far more than any question needs. */
const FILE_LENGTH_MAX = 100_000;

function readFile(path: string) {
  const bytes = fileBytes(path);
  if (bytes === null) throw new Refusal({ code: "USAGE_FILE", title: "there is no such file", detail: path, fix: "name the YAML or JSON file of the question" });
  try {
    return readPlainYaml(new TextDecoder().decode(bytes), FILE_LENGTH_MAX).json;
  } catch (error) {
    if (!(error instanceof PlainYamlError)) throw error;
    throw new Refusal({ code: "USAGE_QUESTION", title: "the question cannot be read", detail: `${path}:${error.line}: ${error.message}`, fix: "correct the line" }, { cause: error });
  }
}

function* flagTexts(): Generator<readonly [flags: string, says: string]> {
  const flags = new Set(QUERY_KINDS.flatMap((kind) => KIND_FIELDS[kind].map(({ flag }) => flag)));
  for (const flag of flags) {
    const uses = QUERY_KINDS.flatMap((kind) => KIND_FIELDS[kind].filter((field) => field.flag === flag).map((field) => ({ kind, says: field.says })));
    const texts = [...new Set(uses.map(({ says }) => says))];
    yield [`${flag} <value...>`, texts.map((text) => `${uses.filter(({ says }) => says === text).map(({ kind }) => kind).join(", ")}: ${text}`).join("; ")];
  }
}
