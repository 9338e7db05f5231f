import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "@cohortium/crypto/canonical-json";
import { splitOwn, type Split } from "@cohortium/node/data/holdout";
import { importRows } from "@cohortium/node/data/import-rows";
import { readCharterYaml } from "@cohortium/protocol/host/charter-yaml";
import type { Feature, Label } from "@cohortium/protocol/charter/features";

/** Real calls, and what a charter says of their columns. */
export interface BankRows extends Split {
  readonly features: readonly Feature[];
}

const ROOT = join(import.meta.dirname, "../../..");

/** The bank-marketing calls without their length, or null if they are not on this machine. */
export async function bankRows(): Promise<BankRows | null> {
  const path = join(process.env["COHORTIUM_DATASETS"] ?? join(ROOT, "../shared/datasets"), "bank-marketing", "bank-additional-full.csv");
  if (!existsSync(path)) return null;
  const { features, label } = parseQuestion(readCharterYaml(readFileSync(join(ROOT, "examples/charters/bank-marketing.yaml"), "utf8")));
  const read = await importRows({ path, delimiter: ";", quote: "\"", keyColumn: null }, { recipe: { features, label }, rowsMin: 1, rowsMax: 50_000 });
  if (read.kind === "refused") throw new Error("the calls do not fit the example's charter");
  return { features, ...splitOwn(read.rows, 0.2) };
}

/** The example's own draft, which its tests hold to the charter's form. */
function parseQuestion(draft: Json): { readonly features: readonly Feature[]; readonly label: Label } {
  const { questions } = draft as unknown as { readonly questions: readonly { readonly features: readonly Feature[]; readonly label: Label }[] };
  const [question] = questions;
  if (question === undefined) throw new Error("the example's charter asks nothing");
  return question;
}
