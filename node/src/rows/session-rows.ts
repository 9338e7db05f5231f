import type { TrainingPlan } from "@cohortium/protocol/training/plan";
import { parseDigest, type Digest, type PartyId } from "@cohortium/protocol/session/ids";
import { importCommon, shareOfCommon, splitOwn } from "../data/holdout.js";
import { importFrom, plainFeed, type RowSource, type RowSources } from "../data/import-rows.js";
import type { CsvFile } from "../data/sql/duckdb.js";
import type { Readable } from "../data/feeds/feed.js";
import type { FeedTable } from "../data/sql/feed-table.js";
import type { Consent } from "../data/feeds/left-out.js";
import type { FeedSettings } from "../data/feeds/with-feed.js";
import type { LocalRows } from "../data/local-rows.js";
import type { DataNote } from "../data/note.js";
import { presentProblems } from "../data/present-values.js";
import { fileProblem, type DataProblem, type DataProblemCode } from "../data/problem.js";
import type { OwnWords } from "../data/recipe/own-words.js";

/** Where this node's rows lie, as its own configuration says, and what it calls their columns. */
export interface Feed {
  readonly rows: RowSource;
  readonly transactions: CsvFile | null;
  readonly holdout: RowSource | null;
  readonly words: OwnWords;
  readonly gate: GateSettings;
  /** Where rows and purchases come from if a feed is named for either; null where both are plain files. */
  readonly named: NamedFeeds | null;
  readonly settings: FeedSettings;
  /** Which rows may take part, as this company's own settings say; absent for all. */
  readonly consents?: readonly Consent[];
}

/** A company's feeds by name, looked up anew for each training: a feed may be added while the node runs. */
export interface NamedFeeds {
  open(): { readonly rows: Readable; readonly transactions: Readable | null };
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

/** `judged` is what was said of the very table that the rows are from. */
export type RowsRead<T> = { readonly kind: "rows"; readonly rows: SessionRows; readonly judged: T } | RowsRefused;

export type RowsRefused = { readonly kind: "refused"; readonly problems: readonly DataProblem[] } & FeedFile;

/** A session's party, for whom rows are read, and who judges their table while it is open. */
export interface Reader<T> {
  readonly party: PartyId;
  readonly parties: readonly PartyId[];
  /** Secret, from which it follows which rows are held out: under noise, the rows must not decide. */
  readonly coins?: string | null;
  judge(table: FeedTable): Promise<T>;
}

/** Reads and checks everything a training needs of this node's rows. Each source is read once. @throws RangeError under noise without coins. */
export async function readRows<T>(feed: Feed, plan: TrainingPlan, { party, parties, coins = null, judge }: Reader<T>): Promise<RowsRead<T>> {
  if (plan.noise !== undefined && coins === null) throw new RangeError("under noise, which rows are held out must not follow from them");
  const { recipe, rowsMinPerParty: rowsMin, rowsMaxPerParty: rowsMax } = plan;
  const { settings } = feed;
  const rowsFile: FeedFile = { file: "rows", path: feed.rows.path };
  const sources = ownSources(feed);
  if (sources === null) return unset(rowsFile, "DATA_ROWS_UNSET");
  const own = await importFrom(sources, { recipe, rowsMin, rowsMax }, judge);
  if (own.kind === "refused") return { ...own, ...rowsFile };
  const { rows: { digest, setDigest }, notes, judged } = own;
  const withRows = (rows: Pick<SessionRows, "train" | "held" | "counted">) =>
    checked({ kind: "rows", rows: { ...rows, digest, setDigest, notes }, judged }, coins === null ? rows.train : own.rows, plan, rowsFile);
  if (plan.evaluation.holdout === "own") {
    const { train, held } = splitOwn(own.rows, plan.evaluation.holdoutShare, coins ?? digest);
    return withRows({ train, held, counted: held });
  }
  const heldFile: FeedFile = { file: "holdout", path: feed.holdout?.path ?? "" };
  if (feed.holdout === null) return unset(heldFile, "DATA_HOLDOUT_UNSET");
  const common = await importCommon(feed.holdout, { recipe, rowsMin: 1, rowsMax, digest: plan.evaluation.holdoutDigest ?? NO_FILE }, settings);
  if (common.kind === "refused") return { ...common, ...heldFile };
  return withRows({ train: own.rows, held: common.rows, counted: shareOfCommon(common.rows, parties.length, parties.indexOf(party)) });
}

/** This company's rows and purchases, wherever its settings say they lie; null if they say nothing. @param consents - Asked beside those of the settings. */
export function ownSources(feed: Feed, consents: readonly Consent[] = []): RowSources | null {
  const { named, rows: { path, keyColumn }, words, settings } = feed;
  if (named === null && path === "") return null;
  return { open: () => (named === null ? plainFeeds(feed) : named.open()), keyColumn, words, settings, consents: [...feed.consents ?? [], ...consents] };
}

function plainFeeds({ rows, transactions }: Feed): { readonly rows: Readable; readonly transactions: Readable | null } {
  return { rows: plainFeed("rows", rows), transactions: transactions === null ? null : plainFeed("transactions", transactions) };
}

/**
 * What is summed, and nothing else, must have values enough. Under noise `asked` are all own rows instead: the sums are covered as they are, and a refusal
 * that hung on each session's coins would count the values for whoever asks again and again; of all rows it says one thing, and always the same.
 */
function checked<T>(read: Extract<RowsRead<T>, { readonly kind: "rows" }>, asked: LocalRows, plan: TrainingPlan, file: FeedFile): RowsRead<T> {
  const problems = sumsPresentValues(plan) ? presentProblems(asked, plan.features, plan.categoryRowsMin) : [];
  return problems.length === 0 ? read : { kind: "refused", problems, ...file };
}

/** Noisy trees sum no value of a column, only rows by where it lies, and a refusal would be an exact answer that nobody paid for. */
function sumsPresentValues({ model, noise }: TrainingPlan): boolean {
  return model.kind !== "trees" || noise === undefined;
}

export function unset(file: FeedFile, code: Extract<DataProblemCode, "DATA_ROWS_UNSET" | "DATA_HOLDOUT_UNSET">): RowsRefused {
  return { kind: "refused", problems: [fileProblem(code, "a file in node.yaml", 0)], ...file };
}
