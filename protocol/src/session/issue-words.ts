import type { z } from "zod";

/** What is wrong with a value, in words of our own: a validator's are for programmers. Values are not repeated. */
export function issueWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type": return issue.message.endsWith("received undefined") ? "it is missing" : `it is not ${NOUNS[issue.expected] ?? "of the kind that is needed here"}`;
    case "too_big": return bound(issue.origin, "more", issue.maximum, issue.inclusive !== false);
    case "too_small": return bound(issue.origin, "less", issue.minimum, issue.inclusive !== false);
    case "not_multiple_of": return `it is no multiple of ${issue.divisor}`;
    case "invalid_format": return issue.format === "date" ? "it is not a day of the calendar, such as 2026-03-01" : issue.format === "datetime" ? "it is not a time with an offset, such as 2027-01-04T07:00:00Z" : "it does not have the right form";
    case "unrecognized_keys": return `there is no such member: ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`;
    case "invalid_value": return `it is none of: ${issue.values.map(String).join(", ")}`;
    case "invalid_union": return "options" in issue && Array.isArray(issue.options) ? `it is none of: ${issue.options.map(String).join(", ")}` : "it is of no kind that is known here";
    case "invalid_key": case "invalid_element": return "one of its members does not have the right form";
    case "custom": return issue.message;
  }
}

const NOUNS: Readonly<Record<string, string>> = {
  string: "a text", number: "a number", int: "a whole number", boolean: "true or false", object: "a list of members", record: "a list of members", array: "a list", null: "null",
};

/** Texts and lists are long, numbers are large. */
function bound(origin: string, than: "more" | "less", most: number | bigint, isInclusive: boolean): string {
  if (origin === "array" || origin === "set") return `it lists ${than === "more" ? "more" : "fewer"} than ${most}`;
  if (origin === "string") return `it is ${than === "more" ? "longer" : "shorter"} than ${most} characters`;
  return isInclusive ? `it is ${than} than ${most}` : `it is ${most} or ${than}`;
}
