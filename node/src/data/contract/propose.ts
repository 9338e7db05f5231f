import { CELL_ROWS_MIN } from "@cohortium/protocol/charter/limits";
import { boundsAround } from "./bounds-around.js";
import type { ColumnClass } from "./contract.js";
import { CATEGORIES_LISTED_MAX } from "./lint-columns.js";
import { isIdentifierName, namesIdentifier, namesQuasiIdentifier, namesSensitive, unitInName } from "./naming.js";
import type { ContractType } from "./odcs-form.js";
import type { ColumnProfile } from "./profile.js";
import { proposedName } from "./propose-name.js";

/** A contract as `schema map` proposes it, before a person has looked at it. */
export interface Proposal {
  readonly feed: string;
  readonly rows: number;
  readonly columns: readonly ProposedColumn[];
}

export interface ProposedColumn {
  readonly name: string;
  readonly source: string;
  readonly type: ContractType | null;
  readonly required: boolean;
  readonly classification: ColumnClass;
  readonly bounds: { readonly min: number; readonly max: number } | null;
  readonly values: readonly string[] | null;
  /** Per cent of rows that may have a value that is not listed; 0 for none. */
  readonly unlistedPercentMax: number;
  readonly unit: string | null;
  readonly positive: string | null;
  readonly hashed: boolean;
  readonly guessed: readonly string[];
  /** For the person who confirms: what was seen, in counts. */
  readonly notes: readonly string[];
}

/** Everything that can be guessed from the data. What is guessed is marked, and of values only those that many rows share are written. */
export function propose(feed: string, rows: number, profiles: readonly ColumnProfile[]): Proposal {
  const taken = new Set<string>();
  return { feed, rows, columns: profiles.map((profile) => proposeColumn(profile, taken)) };
}

function proposeColumn(profile: ColumnProfile, taken: Set<string>): ProposedColumn {
  const { column, type, nulls, rows, ends } = profile;
  const classification = classOf(profile);
  const isMeasure = (type === "integer" || type === "number") && classification !== "identifier";
  const isFlag = type === "integer" && ends?.least.value === 0 && ends.greatest.value === 1;
  const unit = !isMeasure ? null : isFlag ? "1" : unitInName(column.name);
  const list = classification === "identifier" ? NO_LIST : listOf(profile);
  const positive = positiveOf(profile);
  const name = proposedName(column.name, { type, unit, taken });
  taken.add(name);
  const bounds = isMeasure && ends !== null ? boundsAround(ends.least, ends.greatest, type === "integer" ? 1 : 0) : null;
  return {
    name, source: column.name, type, classification, bounds, unit, positive, ...list, required: nulls === 0 && rows > 0,
    guessed: [
      ...(name === column.name ? [] : ["name"]), "logicalType", ...(bounds === null ? [] : ["bounds"]), "classification", ...(list.values === null ? [] : ["values"]),
      ...(unit === null ? [] : ["unit"]), ...(positive === null ? [] : ["positive"]), ...(list.hashed ? ["hashed"] : []),
    ],
    notes: [...list.notes, ...nullNotes(profile), ...(isMeasure && unit === null ? ["unit: write what it counts or measures; 1 for a plain number"] : [])],
  };
}

function classOf({ column: { name }, like, different, rows }: ColumnProfile): ColumnClass {
  const isUnique = rows > CELL_ROWS_MIN && different > 0.9 * rows;
  if (namesIdentifier(name) || like !== null || (isUnique && isIdentifierName(name))) return "identifier";
  if (namesSensitive(name)) return "sensitive";
  return namesQuasiIdentifier(name) ? "quasi-identifier" : "none";
}

type List = Pick<ProposedColumn, "values" | "unlistedPercentMax" | "hashed" | "notes">;

const NO_LIST: List = { values: null, unlistedPercentMax: 0, hashed: false, notes: [] };
/** A list that leaves out more of the rows than this is none. */
const LEFT_OUT_SHARE_MAX = 0.01;

/** The values that at least ten rows share: fewer could point at persons, and what is listed here ends up in charters. */
function listOf({ type, words, different }: ColumnProfile): List {
  if (type !== "string") return NO_LIST;
  if (words === null) return hashed(`about ${different.toLocaleString("en-US")} different values: more than the ${CATEGORIES_LISTED_MAX.toLocaleString("en-US")} that may be listed; use it hashed, or leave it out`);
  const shared = words.filter(({ rows }) => rows >= CELL_ROWS_MIN);
  const all = words.reduce((sum, { rows }) => sum + rows, 0);
  const left = all - shared.reduce((sum, { rows }) => sum + rows, 0);
  if (shared.length < 2) return words.length < 2 ? NO_LIST : hashed("hardly any value has ten rows; use it hashed, or leave it out");
  if (left > LEFT_OUT_SHARE_MAX * all) return hashed(`${words.length.toLocaleString("en-US")} different values, many of them with fewer than ten rows: too rare to be listed; use it hashed, merge them, or leave it out`);
  const note = left === 0 ? [] : [`values of fewer than ten rows are not listed (${words.length - shared.length} of them): they could point at persons; list them if they may be public`];
  return { values: shared.map(({ word }) => word).toSorted(), unlistedPercentMax: left === 0 ? 0 : 1, hashed: false, notes: note };
}

function hashed(note: string): List {
  return { values: null, unlistedPercentMax: 0, hashed: true, notes: [note] };
}

const LABEL_NAMES = new Set(["y", "label", "target", "outcome", "response", "converted", "conversion", "churn", "churned"]);
const POSITIVE_WORDS = ["yes", "true", "1", "y", "t"];

function positiveOf({ column, words }: ColumnProfile): string | null {
  if (!LABEL_NAMES.has(column.name.toLowerCase()) || words === null || words.length !== 2) return null;
  return words.find(({ word }) => POSITIVE_WORDS.includes(word.toLowerCase()))?.word ?? words[1]?.word ?? null;
}

const NULLS_NOTED_FROM = 0.05;

function nullNotes({ nulls, rows }: ColumnProfile): readonly string[] {
  const share = nulls / rows;
  return share >= NULLS_NOTED_FROM ? [`${(100 * share).toFixed(1)} % null: QUALITY_NULLS refuses this from 5 %, unless a nullValues rule here says otherwise`] : [];
}
