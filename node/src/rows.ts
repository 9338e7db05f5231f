import type { TrainingPlan } from "@cohortium/protocol/training/plan";
import { parseDigest, type Digest, type PartyId } from "@cohortium/protocol/session/ids";
import { importCommon, shareOfCommon, splitOwn } from "./data/holdout.js";
import { importFrom, type RowSource } from "./data/import-rows.js";
import type { CsvFile } from "./data/duckdb.js";
import type { Feed as FeedOfNode } from "./data/feeds/feed.js";
import type { FeedSettings } from "./data/feeds/with-feed.js";
import { importFeeds } from "./data/import-feeds.js";
import type { LocalRows } from "./data/local-rows.js";
import type { DataNote } from "./data/note.js";
import { presentProblems } from "./data/present-values.js";
import { fileProblem, type DataProblem, type DataProblemCode } from "./data/problem.js";
import { CHARTER_WORDS, type OwnWords } from "./data/recipe/own-words.js";

/** Where this node's rows lie, as its own configuration says, and what it calls their columns. */
export interface Feed {
  readonly rows: RowSource;
  readonly transactions: CsvFile | null;
  readonly holdout: RowSource | null;
  readonly words: OwnWords;
  readonly gate: GateSettings;
  /** Where rows and purchases come from if a feed is named for either; null where both are plain files. */
  readonly named: NamedFeeds | null;
}

/** A company's feeds by name, looked up anew for each training: a feed may be added while the node runs. */
export interface NamedFeeds {
  open(): { readonly rows: FeedOfNode; readonly transactions: FeedOfNode | null };
  readonly settings: FeedSettings;
}

/** What the rows are held to before a training. `folder` is where the gate keeps what it remembers; null for nowhere. */
export interface GateSettings {
  /** The file with the rows' contract, or null. Asked anew for each training: a contract may be written while the node runs. */
  contract(): string | null;
  readonly folder: string | null;
}

/** The gate's defaults hold, and it remembers nothing. */
export const DEFAULT_GATE: GateSettings = { contract: () => null, folder: null };

/** A session's rows. `counted` are the held-out rows this node answers for in the joint evaluation; `held` those it compares models on. */
export interface SessionRows {
  readonly train: LocalRows;
  readonly held: LocalRows;
  readonly counted: LocalRows;
  /** Changes when any row changes, or their order. */
  readonly digest: string;
  /** Changes when any row changes, not with their order. */
  readonly setDigest: Digest;
  /** What the recipe changed or left out. */
  readonly notes: readonly DataNote[];
}

/** A charter with a common file names it; this is no file's digest. */
export const NO_FILE = parseDigest("0".repeat(64));

/** Which of a node's files is meant, and where it lies. The path is for this node's own eyes. */
export interface FeedFile {
  readonly file: "rows" | "holdout";
  readonly path: string;
}

export type RowsRead = { readonly kind: "rows"; readonly rows: SessionRows } | ({ readonly kind: "refused"; readonly problems: readonly DataProblem[] } & FeedFile);

/** Reads and checks everything a training needs of this node's rows. */
export async function readRows(feed: Feed, plan: TrainingPlan, place: { readonly party: PartyId; readonly parties: readonly PartyId[] }): Promise<RowsRead> {
  const { recipe, rowsMinPerParty: rowsMin, rowsMaxPerParty: rowsMax } = plan;
  const terms = { recipe, rowsMin, rowsMax };
  const { named, rows: { keyColumn: uniqueColumn }, words } = feed;
  const rowsFile: FeedFile = { file: "rows", path: feed.rows.path };
  if (named === null && feed.rows.path === "") return unset(rowsFile, "DATA_ROWS_UNSET");
  const own = named === null ? await importFrom(feed, terms) : await importFeeds(named, { ...terms, uniqueColumn, words });
  if (own.kind === "refused") return { ...own, ...rowsFile };
  const { rows: { digest, setDigest }, notes } = own;
  if (plan.evaluation.holdout === "own") {
    const { train, held } = splitOwn(own.rows, plan.evaluation.holdoutShare);
    return checked({ train, held, counted: held, digest, setDigest, notes }, plan, rowsFile);
  }
  const heldFile: FeedFile = { file: "holdout", path: feed.holdout?.path ?? "" };
  if (feed.holdout === null) return unset(heldFile, "DATA_HOLDOUT_UNSET");
  // All companies have the same file, so its columns are called as the charter calls them.
  const sources = { rows: feed.holdout, transactions: null, words: CHARTER_WORDS };
  const common = await importCommon(sources, { recipe, rowsMin: 1, rowsMax }, plan.evaluation.holdoutDigest ?? NO_FILE);
  if (common.kind === "refused") return { ...common, ...heldFile };
  const counted = shareOfCommon(common.rows, place.parties.length, place.parties.indexOf(place.party));
  return checked({ train: own.rows, held: common.rows, counted, digest, setDigest, notes }, plan, rowsFile);
}

/** What is summed, and nothing else, must have values enough. */
function checked(rows: SessionRows, { features, categoryRowsMin }: TrainingPlan, file: FeedFile): RowsRead {
  const problems = presentProblems(rows.train, features, categoryRowsMin);
  return problems.length === 0 ? { kind: "rows", rows } : { kind: "refused", problems, ...file };
}

function unset(file: FeedFile, code: Extract<DataProblemCode, "DATA_ROWS_UNSET" | "DATA_HOLDOUT_UNSET">): RowsRead {
  return { kind: "refused", problems: [fileProblem(code, "a file in node.yaml", 0)], ...file };
}
