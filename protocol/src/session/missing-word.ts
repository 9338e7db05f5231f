/** How the column of the model that says that a value was absent is called, and the category of absent words. */
export const MISSING_WORD = "(missing)";
