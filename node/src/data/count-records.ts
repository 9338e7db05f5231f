import { createReadStream } from "node:fs";
import type { CsvFile } from "./sql/duckdb.js";

/** What stands in a CSV file, counted without the engine. */
export interface CountedRecords {
  /** Header and rows. A break inside quotes ends none, and empty lines do not count where a row has several fields. */
  readonly records: number;
  /** In how many of the ways there are (line feed, carriage return, both) lines end. */
  readonly endings: number;
}

const [LF, CR, SPACE, BOM] = [0x0a, 0x0d, 0x20, 0xfeff];

/** Counts a file whose header has so many fields, in one pass. What the engine reads is held to it: rows that it loses would else be missed by nobody. */
export async function countRecords(file: CsvFile, fields: number): Promise<CountedRecords> {
  const counter = new RecordCounter(file, fields > 1);
  for await (const text of createReadStream(file.path, { encoding: "utf8", highWaterMark: 1 << 20 })) counter.take(String(text));
  return counter.counted();
}

/** Where in a field the counter is. `Start`: only spaces of it were seen. `Closing`: behind a quote that ends it, unless another follows. */
const [START, PLAIN, QUOTED, CLOSING] = [0, 1, 2, 3];

class RecordCounter {
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #skipsEmpty: boolean;
  readonly #endings = new Set<"lf" | "cr" | "crlf">();
  #at = START;
  #isEmpty = true;
  #isAfterCr = false;
  #isFirst = true;
  #records = 0;

  constructor({ delimiter, quote }: CsvFile, skipsEmpty: boolean) {
    [this.#delimiter, this.#quote] = [delimiter.charCodeAt(0), quote.charCodeAt(0)];
    this.#skipsEmpty = skipsEmpty;
  }

  take(text: string): void {
    for (let i = this.#isFirst && text.charCodeAt(0) === BOM ? 1 : 0; i < text.length; i++) this.#next(text.charCodeAt(i));
    this.#isFirst = false;
  }

  counted(): CountedRecords {
    this.#endCr();
    if (!this.#isEmpty) this.#records++;
    return { records: this.#records, endings: this.#endings.size };
  }

  #next(code: number): void {
    if (this.#isAfterCr && code === LF) {
      this.#isAfterCr = false;
      this.#endings.add("crlf");
      return;
    }
    this.#endCr();
    if (this.#at === QUOTED) {
      if (code === this.#quote) this.#at = CLOSING;
    } else if (code === LF || code === CR) this.#endLine(code);
    else {
      this.#isEmpty = false;
      this.#at = this.#within(code);
    }
  }

  #within(code: number): number {
    if (code === this.#delimiter) return START;
    if (code === this.#quote && this.#at !== PLAIN) return QUOTED;
    return code === SPACE || this.#at === CLOSING ? this.#at : PLAIN;
  }

  #endLine(code: number): void {
    if (!(this.#isEmpty && this.#skipsEmpty)) this.#records++;
    [this.#isEmpty, this.#at] = [true, START];
    if (code === LF) this.#endings.add("lf");
    else this.#isAfterCr = true;
  }

  /** A carriage return that no line feed followed. */
  #endCr(): void {
    if (this.#isAfterCr) this.#endings.add("cr");
    this.#isAfterCr = false;
  }
}
