/** How the column of the model that says that a value was absent is called, and the category of absent words. */
export const MISSING_WORD = "(missing)";
/** Of a column whose words are not listed: what is none of the characters, or of the words, that were asked for. */
export const OTHER_WORD = "(other)";
/** Where a word has ended before the place that was asked for. */
export const NO_CHARACTER = "(end)";
