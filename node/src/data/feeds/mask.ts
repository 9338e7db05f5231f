import type { LogicalType } from "../sql/logical-type.js";

/**
 * A value as a preview shows it: enough to see what kind of thing it is, too little to know it. Of a word its first letter, of digits none; an address
 * keeps its marks. Two values may look the same.
 */
export function masked(value: string | null, type: LogicalType): string {
  if (value === null) return "";
  switch (type) {
    case "boolean": return "***";
    case "integer": case "decimal": case "double": case "date": case "timestamp": case "null": return value.replace(/\d/g, "#");
    case "text": return value.replace(/[\p{L}\p{M}\p{N}]+/gu, maskedWord).slice(0, SHOWN_MAX);
  }
}

/** A letter of a word of four or more; whatever holds a digit is hidden whole, because codes are short. */
function maskedWord(word: string): string {
  const [first = ""] = word;
  return word.length < 4 || /\p{N}/u.test(word) ? "***" : `${first}***`;
}

const SHOWN_MAX = 40;
