import { MISSING_WORD } from "@cohortium/protocol/charter/missing-word";
import { cellOf } from "@cohortium/protocol/statistics/cells";
import { dimensionOf, type Cells, type Part } from "@cohortium/protocol/statistics/parts";
import type { StatisticPlan } from "@cohortium/protocol/statistics/plan";
import type { Condition, RfmEdges, RfmQuery } from "@cohortium/protocol/statistics/query";
import { characterColumn } from "@cohortium/protocol/statistics/open";
import { SCORES } from "@cohortium/protocol/statistics/query-limits";
import { categoricalsOf } from "@cohortium/protocol/charter/features";
import type { LocalRows } from "../data/local-rows.js";
import { columnOf } from "./column-of.js";

/** In which cell each row lies, -1 for none, and which rows are of the cohort. Found once each: several parts of a sum are over the same cells. */
export class Placed {
  readonly #rows: LocalRows;
  readonly #plan: StatisticPlan;
  readonly #cells = new Map<string, Int32Array>();
  readonly #cohorts = new Map<Part["over"], Uint8Array>();

  constructor(rows: LocalRows, plan: StatisticPlan) {
    this.#rows = rows;
    this.#plan = plan;
  }

  cellsOf(cells: Cells): Int32Array {
    const key = JSON.stringify(cells);
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    const found = this.#find(cells);
    this.#cells.set(key, found);
    return found;
  }

  /** 1 for each row that takes part. */
  cohortOf(over: Part["over"]): Uint8Array {
    const known = this.#cohorts.get(over);
    if (known !== undefined) return known;
    const takes = new Uint8Array(this.#rows.rows).fill(1);
    const { query } = this.#plan;
    if (over === "cohort" && "cohort" in query) for (const condition of query.cohort) this.#leaveOut(takes, condition);
    this.#cohorts.set(over, takes);
    return takes;
  }

  #leaveOut(takes: Uint8Array, { dimension, words }: Condition): void {
    const isMeant = dimensionOf(this.#plan, dimension).categories.map((word) => words.includes(word));
    this.#words(dimension).forEach((word, row) => {
      if (isMeant[word] !== true) takes[row] = 0;
    });
  }

  #find(cells: Cells): Int32Array {
    const { rows } = this.#rows;
    switch (cells.kind) {
      case "one": return new Int32Array(rows);
      case "words": return this.#words(cells.dimension);
      case "words-or-missing": {
        const { categories } = dimensionOf(this.#plan, cells.dimension);
        const present = categories.filter((word) => word !== MISSING_WORD);
        const cellOfWord = categories.map((word) => (word === MISSING_WORD ? present.length : present.indexOf(word)));
        return this.#words(cells.dimension).map((word) => cellOfWord[word] ?? -1);
      }
      case "spelled": return this.#spelled(cells);
      case "between": return Int32Array.from(this.#measure(cells.measure), (value) => cellOf(value, cells.edges));
      case "between-or-missing": return Int32Array.from(this.#measure(cells.measure), (value) => (Number.isNaN(value) ? cells.edges.length - 1 : cellOf(value, cells.edges)));
      case "rfm-grid": return this.#scored(cells, (recency, frequency) => (SCORES - 1 - recency) * SCORES + frequency);
      case "rfm-monetary": return this.#scored(cells, (_recency, _frequency, monetary) => monetary);
    }
  }

  /** `cell` is given how many edges lie below each of the three values; a row without one of them lies in none. */
  #scored({ query, edges }: Scored, cell: (recency: number, frequency: number, monetary: number) => number): Int32Array {
    const [recency, frequency, monetary] = [this.#measure(query.recency), this.#measure(query.frequency), this.#measure(query.monetary)];
    return new Int32Array(this.#rows.rows).map((_, row) => {
      const [r, f, m] = [recency[row] ?? Number.NaN, frequency[row] ?? Number.NaN, monetary[row] ?? Number.NaN];
      if (Number.isNaN(r) || Number.isNaN(f) || Number.isNaN(m)) return -1;
      return cell(below(edges.recency, r), below(edges.frequency, f), below(edges.monetary, m));
    });
  }

  /** By a tree of the beginnings, so that a row is left as soon as it has none of them. */
  #spelled({ dimension, prefixes }: Extract<Cells, { readonly kind: "spelled" }>): Int32Array {
    const { categories: characters } = dimensionOf(this.#plan, characterColumn(dimension, 1));
    const [tree, size] = [[new Int32Array(characters.length).fill(-1)], characters.length];
    const length = [...prefixes[0] ?? ""].length;
    prefixes.forEach((prefix, i) => grow(tree, [...prefix].map((character) => characters.indexOf(character)), i));
    const columns = Array.from({ length: length + 1 }, (_, i) => this.#words(characterColumn(dimension, i + 1)));
    return new Int32Array(this.#rows.rows).map((_, row) => {
      let at = 0;
      for (let i = 0; i < length && at >= 0; i++) at = tree[at]?.[columns[i]?.[row] ?? -1] ?? -1;
      return at < 0 ? -1 : at * size + (columns[length]?.[row] ?? -1);
    });
  }

  #words(dimension: string): Int32Array {
    const k = categoricalsOf(this.#plan.features).findIndex(({ name }) => name === dimension);
    const column = this.#rows.categories[k];
    if (column === undefined) throw new RangeError(`the charter has no dimension "${dimension}"`);
    return column;
  }

  #measure(name: string): Float64Array {
    return columnOf(this.#rows, this.#plan, name);
  }
}

interface Scored {
  readonly query: RfmQuery;
  readonly edges: RfmEdges;
}

/** How many of the edges lie below the value; ties do not. A loop, because it runs for every row. */
function below(edges: readonly number[], value: number): number {
  let count = 0;
  for (const edge of edges) if (value > edge) count++;
  return count;
}

/** Adds a beginning to the tree: its last branch leads to its own place among the beginnings, every other to a node of the tree. */
function grow(tree: Int32Array[], places: readonly number[], leaf: number): void {
  let at = 0;
  places.forEach((place, i) => {
    const node = tree[at];
    if (node === undefined) throw new RangeError("a beginning of characters that are not listed");
    const isLeaf = i === places.length - 1;
    if (node[place] === -1) node[place] = isLeaf ? leaf : tree.push(new Int32Array(node.length).fill(-1)) - 1;
    at = node[place] ?? -1;
  });
}
