/** `135,080`. */
export function thousands(value: number): string {
  return value.toLocaleString("en-US");
}

/** `135,080 of 541,909 rows (24.93 %)`. */
export function shareWords(count: number, rows: number): string {
  const percent = (100 * count) / rows;
  // A few rows of very many are not none.
  const shown = count > 0 && percent < 0.01 ? "less than 0.01" : percent.toFixed(2);
  return `${thousands(count)} of ${thousands(rows)} rows${count === 0 || rows === 0 ? "" : ` (${shown} %)`}`;
}
