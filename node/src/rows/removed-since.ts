import type { Deletions } from "../data/feeds/left-out.js";

/** Whether somebody was removed since a session read its rows: nothing more is then computed from them, because hers are among them. */
export class RemovedSince {
  readonly #deletions: Deletions | undefined;
  #then = 0;

  constructor(deletions: Deletions | undefined) {
    this.#deletions = deletions;
  }

  /** The rows are about to be read. */
  reading(): void {
    this.#then = this.#now();
  }

  get anybody(): boolean {
    return this.#now() !== this.#then;
  }

  #now(): number {
    return this.#deletions?.count() ?? 0;
  }
}
