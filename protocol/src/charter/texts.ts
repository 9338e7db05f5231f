import { z } from "zod";
import { TEXT_LENGTH_MAX, WORDS_LENGTH_MAX } from "./limits.js";

// No control, format or unassigned characters, no space at either end: two texts that look alike should be alike.
const oneLine = z.string().regex(/^[^\p{C}\s](?:[^\p{C}]*[^\p{C}\s])?$/u);
/** What people read on one line: names, labels, units, categories. */
export const words = oneLine.max(WORDS_LENGTH_MAX);
/** One paragraph, on one line. */
export const text = oneLine.max(TEXT_LENGTH_MAX);
