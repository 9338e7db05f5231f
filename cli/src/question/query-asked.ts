import { Refusal } from "@cohortium/protocol/host/refusal";
import { PlainYamlError, readPlainYaml } from "@cohortium/protocol/host/plain-yaml";
import type { Charter } from "@cohortium/protocol/session/charter";
import { budgetOf, nanoRhoFor } from "@cohortium/protocol/session/privacy-budget";
import { queryProblems } from "@cohortium/protocol/statistics/plan";
import type { Query } from "@cohortium/protocol/statistics/query";
import { parseQuery } from "@cohortium/protocol/statistics/query-schema";
import { pathOf, textOption, type Context, type Options } from "../context.js";
import { fileBytes } from "../file-bytes.js";
import { askingOfFile, askingOfFlags, flagsOfQuestions, type Asking } from "./asking.js";
import { QUERY_KINDS, KIND_FIELDS } from "./fields.js";

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

/** The query under a charter, priced. @throws Refusal USAGE_QUESTION by flag: of another form, or not what this charter answers. */
export function queryUnder(asking: Asking, charter: Charter): Query {
  const nanoRho = priceOf(asking, charter);
  const query = read(asking, nanoRho);
  const problems = queryProblems(charter, query);
  if (problems.length === 0) return query;
  const isPrice = budgetOf(charter) !== null && query.nanoRho > 0 && problems.every(({ path }) => path === "/nanoRho");
  throw new Refusal({
    code: isPrice ? "BUDGET_SPENT" : "CHARTER_QUESTION", title: "this charter does not answer this question", rule: isPrice ? "request.privacy-budget" : "request.statistics",
    detail: problems.map(({ path, says }) => `${flagAt(path, asking)}: ${says}`).join("\n"), fix: [...new Set(problems.map(({ fix }) => fix))].join("; "),
  });
}

function priceOf({ epsilon }: Asking, { privacy }: Charter): number {
  switch (privacy.mechanism) {
    case "none":
      if (epsilon === null) return 0;
      throw new Refusal({ code: "USAGE_QUESTION", title: "this question has no price", detail: "--epsilon: this charter adds no noise, so an answer costs no privacy budget", fix: "leave it out" });
    case "discrete-gaussian":
      if (epsilon !== null) return nanoRhoFor(epsilon, privacy.budget.delta);
      throw new Refusal({
        code: "USAGE_QUESTION", title: "say what the answer may cost", detail: `--epsilon: it is missing; the whole charter has ${privacy.budget.epsilon}`,
        fix: "give --epsilon, such as 0.1: the more, the less noise; see what it buys with: cohortium question plan",
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
    const detail = member === "" ? error.message : `${member === "nanoRho" ? "--epsilon" : wrote(member)}: ${error.message}`;
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
