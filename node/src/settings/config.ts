import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { LOG_LEVELS } from "@cohortium/protocol/host/logger";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { ROWS_MAX } from "@cohortium/protocol/charter/limits";
import { SLUG } from "@cohortium/protocol/session/ids";

const slug = z.string().regex(SLUG, "2 to 32 lower-case letters, digits and hyphens, starting with a letter; not \"constructor\"");

const file = {
  path: z.string().min(1).describe("a CSV file; relative paths start at this folder"),
  delimiter: z.string().length(1).default(","),
  quote: z.string().length(1).default("\""),
};

const feed = z.string().regex(SLUG).describe("a feed of this node: cohortium feed ls");

const columns = z.record(z.string(), z.string().min(1)).default({}).describe("what this company calls the charter's columns, where that differs: charter's name to own name");

/** A node's `node.yaml`. Keys, journal and ledger lie in the same folder; rows stay where they are. */
export const nodeConfig = z.object({
  party: slug.describe("this node's name in charters"),
  coordinator: z.object({
    exchange: z.string().regex(/^[^\s/:]+:\d{1,5}$/, "host:port").describe("where this node dials out to"),
    enrolment: z.url({ protocol: /^https$/ }).describe("where it asks to be let in, once"),
  }),
  rows: z.object({
    ...file, path: file.path.optional(), feed: feed.optional(), columns,
    key: z.string().optional().describe("the column that says who a row is about, which must be unique: under noise a person in k rows is protected k² times less"),
    consent: z.object({
      column: z.string().min(1).describe("the column that says who agreed"),
      granted: z.array(z.string()).min(1).describe("its words for yes; rows with any other word, or none, take no part"),
    }).optional().describe("which rows may take part, whatever is asked"),
    contract: z.string().min(1).optional().describe("a data contract the rows are held to; relative paths start at this folder"),
  }).optional().describe("this company's rows; they never leave"),
  transactions: z.object({ ...file, path: file.path.optional(), feed: feed.optional(), columns, key: z.string().optional().describe("the column that says whose purchase it is") }).optional().describe("this company's purchases, if the charter takes columns from them; they never leave"),
  holdout: z.object(file).optional().describe("the common held-out file, if the charter has one"),
  privacy: z.object({
    epsilonMax: z.number().positive().optional().describe("the most ε that all charters together may cost the people in the rows; without it each charter's budget holds alone"),
    delta: z.number().gt(0).lt(1).default(1e-6).describe("the δ that goes with it"),
    openReserve: z.boolean().default(false).describe("lets what charters hold in reserve be spent at this node"),
  }).prefault({}).describe("how much answers may cost here, beside what charters say"),
  statistics: z.object({
    cellRows: z.number().int().min(2).max(ROWS_MAX).optional().describe("cells over fewer rows are withheld, where this is more than the charter asks; at most ten times what it asks"),
  }).prefault({}).describe("what this company asks of answers"),
  evidence: z.object({
    keepDays: z.number().int().min(0).max(3_660).default(62).describe("how long the bytes of letters that left are kept, to be shown with egress decode"),
    keepMiB: z.number().int().min(0).max(100_000).default(64).describe("how much of them at most; the oldest go first"),
  }).prefault({}),
  admin: z.object({ listen: z.string().default("127.0.0.1"), port: z.number().int().min(0).max(65_535).default(7450), allowRemote: z.boolean().default(false) }).prefault({}),
  log: z.object({ level: z.enum(LOG_LEVELS).default("info"), file: z.string().optional() }).prefault({}),
});

/**
 * Where rows or purchases lie: a path or a feed, and not both.
 *
 * @throws Refusal CONFIG_ROWS for both or neither.
 */
export function placeOf(setting: "rows" | "transactions", { path, feed: named }: { readonly path?: string | undefined; readonly feed?: string | undefined }):
  { readonly kind: "path"; readonly path: string } | { readonly kind: "feed"; readonly name: string } {
  if (path !== undefined && named === undefined) return { kind: "path", path };
  if (named !== undefined && path === undefined) return { kind: "feed", name: named };
  throw new Refusal({ code: "CONFIG_ROWS", title: `it is not clear where the ${setting} lie`, detail: path === undefined ? "neither a path nor a feed is named" : "a path and a feed are named", fix: `write ${setting}: { path: FILE } or ${setting}: { feed: NAME }` });
}

/** A path of the settings: absolute, or starting at the node's folder. */
export function pathIn(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

export type NodeConfig = z.output<typeof nodeConfig>;

export const NODE_FILE = "node.yaml";
