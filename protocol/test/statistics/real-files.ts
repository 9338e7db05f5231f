import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const DATASETS = process.env["COHORTIUM_DATASETS"] ?? join(import.meta.dirname, "../../../../shared/datasets");

export function hasDataset(file: string): boolean {
  return existsSync(join(DATASETS, file));
}

export function expectedOf<T>(folder: string): T {
  return JSON.parse(readFileSync(join(DATASETS, folder, "expected.json"), "utf8"));
}

/** The records of a CSV with a header, quotes doubled within quotes; none of these files has a line feed in a field. */
export function* recordsOf(file: string): Generator<Readonly<Record<string, string>>> {
  const bytes = readFileSync(join(DATASETS, file));
  const lines = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").split(/\r?\n/);
  const names = fieldsOf(lines[0]!);
  for (const line of lines.slice(1)) {
    if (line === "") continue;
    const fields = fieldsOf(line);
    yield Object.fromEntries(names.map((name, i) => [name, fields[i]!]));
  }
}

function fieldsOf(line: string): readonly string[] {
  if (!line.includes("\"")) return line.split(",");
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll("\"\"", "\"") ?? plain ?? "");
}
