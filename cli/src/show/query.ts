import type { QuestionView } from "../answers/questions.js";
import { plainLine } from "./plain.js";

/** What was asked, on one line. */
export function queryText(query: QuestionView["query"]): string {
  const { kind, ...rest } = query;
  const members = Object.entries(rest).filter(([name, value]) => name !== "nanoRho" && value !== null).map(([name, value]) => (name === "cohort" ? cohortText(value) : `${name} ${valueText(value)}`));
  return plainLine([kind, ...members.filter((text) => text !== "")].join("; "));
}

function cohortText(cohort: unknown): string {
  const conditions = listOf(cohort).flatMap((one) => (isObject(one) ? [`${valueText(one["dimension"])} is ${listOf(one["words"]).map(valueText).join(" or ")}`] : []));
  return conditions.length === 0 ? "of all rows" : `of rows whose ${conditions.join(" and ")}`;
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(valueText).join(", ");
  if (isObject(value)) return Object.entries(value).map(([name, inner]) => `${name} ${valueText(inner)}`).join(" / ");
  return String(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.map((item: unknown) => item) : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
