/** Columns as the rows came: numbers column after column, words in an array each. */
interface Columns {
  readonly rows: number;
  readonly x: Float64Array;
  readonly words: readonly (Int32Array | Uint8Array)[];
}

/**
 * Puts columns into an order that is a matter of their rows alone, in place: the same for the same rows, whatever form and order they lay in, and whatever
 * stood beside them in columns that the recipe does not read. The order of a hash of each row (MurmurHash3 of 32 bits, Appleby), which is as good as none,
 * and of rows with one hash that of their values. Whoever chooses rows with one hash gains nothing: they are the company's own.
 *
 * Memory for three numbers a row, and for one column.
 */
export function putInOrder(columns: Columns): void {
  const { rows, x, words } = columns;
  const hashes = hashesOf(columns);
  // Hash and place sort as one number, which takes no comparison of ours.
  const places = Int32Array.from(Float64Array.from(hashes, (hash, place) => hash * rows + place).sort(), (key) => key % rows);
  for (let from = 0, to = 0; from < rows; from = to) {
    while (to < rows && hashes[places[to] ?? 0] === hashes[places[from] ?? 0]) to++;
    orderByValue(places.subarray(from, to), columns);
  }
  for (let from = 0; from < x.length; from += rows) permute(x.subarray(from, from + rows), places);
  for (const column of words) permute(column, places);
}

/** Most rows of one hash are equal. */
function orderByValue(places: Int32Array, columns: Columns): void {
  const [first = 0] = places;
  if (places.some((place) => compared(first, place, columns) !== 0)) places.sort((a, b) => compared(a, b, columns));
}

function compared(a: number, b: number, { rows, x, words }: Columns): number {
  for (let from = 0; from < x.length; from += rows) {
    const [one, other] = [sortable(x[from + a]), sortable(x[from + b])];
    if (one !== other) return one < other ? -1 : 1;
  }
  for (const column of words) {
    const difference = (column[a] ?? 0) - (column[b] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What is absent comes last. */
function sortable(number = Number.NaN): number {
  return Number.isNaN(number) ? Number.POSITIVE_INFINITY : number;
}

/** Of very many rows hash and place would not fit into the 53 bits of a number: a few bits of the hash go. */
function hashesOf({ rows, x, words }: Columns): Uint32Array {
  const hashes = new Uint32Array(rows);
  const value = new DataView(new ArrayBuffer(8));
  for (let from = 0; from < x.length; from += rows) {
    for (let row = 0; row < rows; row++) {
      const number = x[from + row] ?? Number.NaN;
      // NaN has many spellings; absence has one.
      value.setFloat64(0, Number.isNaN(number) ? Number.NaN : number);
      hashes[row] = mixed(mixed(hashes[row] ?? 0, value.getInt32(0)), value.getInt32(4));
    }
  }
  for (const column of words) for (let row = 0; row < rows; row++) hashes[row] = mixed(hashes[row] ?? 0, column[row] ?? 0);
  const dropped = Math.max(0, Math.ceil(Math.log2(Math.max(1, rows))) - 21);
  return hashes.map((hash) => finished(hash) >>> dropped);
}

function mixed(hash: number, word: number): number {
  const scattered = Math.imul(rotated(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  return Math.imul(rotated(hash ^ scattered, 13), 5) + 0xe6546b64 | 0;
}

function rotated(word: number, bits: number): number {
  return word << bits | word >>> 32 - bits;
}

function finished(hash: number): number {
  const once = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
  const twice = Math.imul(once ^ once >>> 13, 0xc2b2ae35);
  return twice ^ twice >>> 16;
}

function permute(column: Float64Array | Int32Array | Uint8Array, places: Int32Array): void {
  const before = column.slice();
  for (let row = 0; row < places.length; row++) column[row] = before[places[row] ?? 0] ?? 0;
}
