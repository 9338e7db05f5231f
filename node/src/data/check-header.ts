import { Refusal } from "@cohortium/protocol/host/refusal";
import { readHeader } from "./csv-header.js";
import { likelyDelimiter, spelled } from "./likely-delimiter.js";

/** @throws Refusal CONFIG_DELIMITER if the header is one column: a training needs two at least, and the delimiter is likely another one. */
export async function checkHeader(path: string, delimiter: string): Promise<void> {
  const header = await readHeader({ path, delimiter, quote: "\"" });
  if (header.kind !== "names" || header.names.length > 1) return;
  const divider = likelyDelimiter(header.names);
  throw new Refusal({
    code: "CONFIG_DELIMITER", title: "the header has one column", detail: `${path} is not divided by ${spelled(delimiter)}${divider === null ? "" : `; is the delimiter ${spelled(divider)}?`}`,
    fix: divider === null ? "name the export with a column for each feature, and its --delimiter" : `--delimiter ${divider === "\t" ? "$'\\t'" : `"${divider}"`}`,
  });
}
