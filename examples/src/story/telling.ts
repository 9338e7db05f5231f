import type { TrainingView } from "@cohortium/coordinator/training-view";

/** Says to a person what happens, on standard error; where that is a terminal, the last line is rewritten while something moves. */
export class Telling {
  readonly #startedMs = Date.now();
  readonly #live = process.stderr.isTTY && process.env["NO_COLOR"] === undefined;
  #lastRound = 0;
  #said = "";

  heading(text: string): void {
    this.#line(`\n${this.#clock()}  ${text}`);
  }

  line(text: string): void {
    this.#line(`         ${text}`);
  }

  /** One line per finished round; on a terminal also what is being waited for. */
  progress(view: TrainingView): void {
    for (const { round, kind, rows, measure } of view.rounds.filter((done) => done.round > this.#lastRound)) {
      const norm = measure === null ? "" : ` · ${measure.what} ${measure.value.toExponential(1)}`;
      this.#line(`${this.#clock()}  round ${String(round).padStart(2)} ${kind.padEnd(10)} ${rows?.toLocaleString("en") ?? "?"} rows${norm}`);
      this.#lastRound = round;
    }
    const text = `${this.#clock()}  ${view.says}`;
    if (this.#live && view.state === "running" && text !== this.#said) process.stderr.write(`\r\u001b[2K${text.slice(0, (process.stderr.columns ?? 100) - 1)}`);
    this.#said = text;
  }

  #line(text: string): void {
    process.stderr.write(`${this.#live ? "\r\u001b[2K" : ""}${text}\n`);
  }

  #clock(): string {
    return `${((Date.now() - this.#startedMs) / 1_000).toFixed(1).padStart(5)} s`;
  }
}
