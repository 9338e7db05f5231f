import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "@cohortium/protocol/host/atomic-file";
import { parseConfigText, readConfigText } from "@cohortium/protocol/host/config-file";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { SLUG } from "@cohortium/protocol/session/ids";
import { closest } from "@cohortium/protocol/session/suggestion";
import { z } from "zod";
import { FEED_KINDS, type Feed } from "./feed.js";
import { LOGICAL_TYPES } from "../sql/logical-type.js";
import { isEncoding } from "./transcode.js";

/** A node's feeds, by name, beside its `node.yaml`. Passwords are never in it. */
export const FEEDS_FILE = "feeds.yaml";

const one = z.string().length(1);
const reading = z.discriminatedUnion("format", [
  z.strictObject({ format: z.literal("csv"), delimiter: one, quote: one, encoding: z.string().refine(isEncoding, "no encoding that can be read"), nulls: z.array(z.string()) }),
  z.strictObject({ format: z.literal("parquet") }), z.strictObject({ format: z.literal("json") }), z.strictObject({ format: z.literal("jsonl") }),
]);
const source = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("files"), path: z.string().min(1), reading }),
  z.strictObject({
    kind: z.enum(["postgres", "mysql"]), host: z.string().min(1), port: z.int().min(1).max(65_535), database: z.string().min(1), user: z.string().min(1),
    table: z.strictObject({ schema: z.string().min(1).nullable(), name: z.string().min(1) }),
    password: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("none") }), z.strictObject({ kind: z.literal("environment"), variable: z.string().min(1) }), z.strictObject({ kind: z.literal("file"), path: z.string().min(1) }),
    ]),
    tls: z.discriminatedUnion("kind", [z.strictObject({ kind: z.literal("off") }), z.strictObject({ kind: z.literal("verify"), caFile: z.string().nullable() })]),
  }),
]);
const feed = z.strictObject({
  name: z.string().regex(SLUG), kind: z.enum(FEED_KINDS), source, types: z.record(z.string(), z.enum(LOGICAL_TYPES)),
}) satisfies z.ZodType<Feed>;
const file = z.strictObject({ feeds: z.array(feed).default([]) });

/** The feeds of a node's folder, in the order they were added. @throws Refusal CONFIG_FEEDS if the file is not what `feed add` writes. */
export function readFeeds(folder: string): readonly Feed[] {
  const path = join(folder, FEEDS_FILE);
  if (!existsSync(path)) return [];
  const { data, problems } = parseConfigText(readConfigText(path));
  const parsed = file.safeParse(data);
  const [first] = problems;
  if (first === undefined && parsed.success) return parsed.data.feeds;
  const issue = parsed.success ? undefined : parsed.error.issues[0];
  const detail = first === undefined ? `${path}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}` : `${path}:${first.line}: ${first.message}`;
  throw new Refusal({ code: "CONFIG_FEEDS", title: "the list of feeds cannot be read", detail, fix: "correct the line, or add the feed again with: cohortium feed add" });
}

/** Adds a feed. @throws Refusal CONFIG_EXISTS if there is one of that name. */
export function addFeed(folder: string, added: Feed): void {
  const feeds = readFeeds(folder);
  if (feeds.some(({ name }) => name === added.name)) {
    throw new Refusal({ code: "CONFIG_EXISTS", title: `there is a feed ${added.name} already`, detail: join(folder, FEEDS_FILE), fix: `choose another name, or first: cohortium feed rm ${added.name}` });
  }
  write(folder, [...feeds, feed.parse(added)]);
}

/** Forgets a feed; its rows are untouched. @throws Refusal CONFIG_FEED if there is none. */
export function removeFeed(folder: string, name: string): void {
  const feeds = readFeeds(folder);
  findFeed(feeds, name);
  write(folder, feeds.filter((known) => known.name !== name));
}

/** @throws Refusal CONFIG_FEED if there is none of that name. */
export function findFeed(feeds: readonly Feed[], name: string): Feed {
  const found = feeds.find((known) => known.name === name);
  if (found !== undefined) return found;
  throw noSuchFeed(name, feeds.map((known) => known.name));
}

/** CONFIG_FEED: what there is instead, and what may have been meant. */
export function noSuchFeed(name: string, names: readonly string[]): Refusal {
  const near = closest(name, names);
  const there = names.length === 0 ? "none was added yet" : `there is ${names.join(", ")}`;
  const detail = near === undefined ? there : `${there}; did you mean ${near}?`;
  return new Refusal({ code: "CONFIG_FEED", title: `there is no feed ${name}`, detail, fix: "name one of the node's feeds, or add it with: cohortium feed add" });
}

function write(folder: string, feeds: readonly Feed[]): void {
  writeFileAtomic(join(folder, FEEDS_FILE), `# Written by cohortium feed. Passwords are named here, never written. (JSON is YAML.)\n${JSON.stringify({ feeds }, null, 2)}\n`, 0o600);
}
