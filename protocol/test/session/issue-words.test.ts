import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { issueWords } from "../../src/session/issue-words.js";

/** The first issue in words. */
const says = (schema: z.ZodType, value: unknown) => {
  const [issue] = schema.safeParse(value).error?.issues ?? [];
  return issue === undefined ? null : issueWords(issue);
};

describe("what is wrong with a value is said in words of our own:", () => {
  test.each<[z.ZodType, unknown, string]>([
    [z.object({ a: z.number() }), {}, "it is missing"], [z.number(), "7", "it is not a number"], [z.number(), Number.NaN, "it is not a number"], [z.int(), 2.5, "it is not a whole number"],
    [z.string(), 7, "it is not a text"], [z.array(z.string()), "a", "it is not a list"], [z.boolean(), 1, "it is not true or false"], [z.date(), 1, "it is not of the kind that is needed here"],
    [z.number().max(9), 10, "it is more than 9"], [z.number().min(1), 0, "it is less than 1"], [z.number().gt(0), 0, "it is 0 or less"], [z.number().lt(1), 1, "it is 1 or more"],
    [z.array(z.int()).max(1), [1, 2], "it lists more than 1"], [z.array(z.int()).min(1), [], "it lists fewer than 1"], [z.string().max(2), "abc", "it is longer than 2 characters"],
    [z.string().min(2), "a", "it is shorter than 2 characters"], [z.number().multipleOf(5), 7, "it is no multiple of 5"], [z.iso.date(), "May", "it is not a day of the calendar, such as 2026-03-01"],
    [z.iso.datetime({ offset: true }), "May", "it is not a time with an offset, such as 2027-01-04T07:00:00Z"], [z.string().regex(/^a/), "b", "it does not have the right form"],
    [z.strictObject({}), { colour: 1 }, 'there is no such member: "colour"'], [z.enum(["linear", "log"]), "cubic", "it is none of: linear, log"],
    [z.discriminatedUnion("kind", [z.object({ kind: z.literal("a") }), z.object({ kind: z.literal("b") })]), { kind: "c" }, "it is none of: a, b"],
    [z.union([z.number(), z.string()]), true, "it is of no kind that is known here"], [z.record(z.string().max(1), z.number()), { ab: 1 }, "one of its members does not have the right form"],
    [z.number().refine(() => false, "it is not mine"), 7, "it is not mine"],
  ])("%#: %j", (schema, value, words) => {
    expect(says(schema, value)).toBe(words);
  });
});
