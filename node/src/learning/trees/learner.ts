import type { TreesClause } from "@cohortium/protocol/charter/model-clauses";
import type { Feature } from "@cohortium/protocol/charter/features";
import type { BinsScene, LevelScene } from "@cohortium/protocol/training/trees/script";
import type { LocalRows } from "../../data/local-rows.js";
import { binsOf } from "./counts.js";
import { Grower, type ThreadsOf } from "./grower.js";

/** Answers about training rows, as a training of trees asks. The rows are binned once, when the first tree begins. */
export class TreesLearner {
  readonly #rows: LocalRows;
  readonly #features: readonly Feature[];
  readonly #clause: TreesClause;
  readonly #threadsOf: ThreadsOf | undefined;
  #grower: Grower | null = null;
  /** One answer at a time: each goes on where the one before left the rows. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(rows: LocalRows, features: readonly Feature[], clause: TreesClause, threadsOf?: ThreadsOf) {
    this.#rows = rows;
    this.#features = features;
    this.#clause = clause;
    this.#threadsOf = threadsOf;
  }

  /** The answer to one question, in the clear. @throws RangeError if the binned rows do not fit into one memory. */
  answer(scene: BinsScene | LevelScene): Promise<Float64Array> {
    const answer = this.#last.then(() => this.#answer(scene));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** Nothing is asked any more. */
  close(): void {
    this.#grower?.close();
  }

  async #answer(scene: BinsScene | LevelScene): Promise<Float64Array> {
    switch (scene.stage) {
      case "bins": return binsOf(this.#rows, this.#features, scene);
      case "level":
        this.#grower ??= new Grower(this.#rows, this.#clause, scene.start, this.#threadsOf);
        return this.#grower.answer(scene);
    }
  }
}
