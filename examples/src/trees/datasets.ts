import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importRows } from "@cohortium/node/data/import-rows";
import { takeRows, type LocalRows } from "@cohortium/node/data/local-rows";
import type { Feature, Label, NumericFeature } from "@cohortium/protocol/charter/features";
import { FEATURES, LABEL } from "../bank-marketing/columns.js";
import { seededUniform } from "../story/seeded.js";

/** A public data set that boosted trees are measured on, divided into rows to learn from and rows to judge by. */
export interface JudgedSet {
  readonly name: string;
  readonly features: readonly Feature[];
  readonly train: LocalRows;
  readonly held: LocalRows;
}

interface Table {
  readonly path: string;
  readonly delimiter: string;
  readonly features: readonly Feature[];
  readonly label: Label;
}

const YES: Label = { name: "y", positive: "1", negative: "0" };

/** The columns of FATE's default_credit_homo files: UCI's, standardised. */
const STANDARDISED: readonly Feature[] = Array.from({ length: 23 }, (_, i) => number(`x${i}`, "standard deviations", -30, 100));

/** UCI, Default of Credit Card Clients (I-Cheng Yeh). Bounds and words come from the description of the columns. */
const CREDIT: readonly Feature[] = [
  number("LIMIT_BAL", "NT dollars", 0, 2e6),
  { kind: "categorical", name: "SEX", categories: ["1", "2"] },
  { kind: "categorical", name: "EDUCATION", categories: ["0", "1", "2", "3", "4", "5", "6"] },
  { kind: "categorical", name: "MARRIAGE", categories: ["0", "1", "2", "3"] },
  number("AGE", "years", 18, 100),
  ...["PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6"].map((name) => number(name, "months late", -2, 9)),
  ...[1, 2, 3, 4, 5, 6].map((month) => number(`BILL_AMT${month}`, "NT dollars", -1e6, 2e6)),
  ...[1, 2, 3, 4, 5, 6].map((month) => number(`PAY_AMT${month}`, "NT dollars", 0, 2e6)),
];

/** What of the three sets lies in this folder of data sets; the others are left out. Where no rows are given to judge by, `seed` draws a fifth. */
export async function judgedSets(folder: string, seed = 7): Promise<readonly JudgedSet[]> {
  const at = (path: string) => join(folder, path);
  const homo = (part: string): Table => ({ path: at(`fate/default_credit_homo_${part}.csv`), delimiter: ",", features: STANDARDISED, label: YES });
  const bank = { path: at("bank-marketing/bank-additional-full.csv"), delimiter: ";", features: FEATURES, label: LABEL };
  const credit = { path: at("default-credit/UCI_Credit_Card.csv"), delimiter: ",", features: CREDIT, label: { ...YES, name: "default.payment.next.month" } };
  return [
    ...await divided("bank", bank, seed),
    ...await given("default_credit_homo", ["guest", "host_1", "host_2"].map(homo), homo("test")),
    ...await divided("default_credit", credit, seed),
  ];
}

async function divided(name: string, table: Table, seed: number): Promise<readonly JudgedSet[]> {
  if (!existsSync(table.path)) return [];
  const rows = await read([table]);
  const uniform = seededUniform(seed);
  const isHeld = Array.from({ length: rows.rows }, () => uniform() < 0.2);
  const part = (held: boolean) => takeRows(rows, isHeld.flatMap((flag, row) => (flag === held ? [row] : [])));
  return [{ name, features: table.features, train: part(false), held: part(true) }];
}

async function given(name: string, train: readonly Table[], held: Table): Promise<readonly JudgedSet[]> {
  if (![...train, held].every(({ path }) => existsSync(path))) return [];
  return [{ name, features: held.features, train: await read(train), held: await read([held]) }];
}

/** One table after the other, as if they were one file. */
async function read(tables: readonly Table[]): Promise<LocalRows> {
  const [first] = tables;
  if (first === undefined) throw new RangeError("no table");
  const scratch = mkdtempSync(join(tmpdir(), "cohortium-judged-"));
  try {
    const path = join(scratch, "rows.csv");
    writeFileSync(path, tables.map(({ path: part }, i) => withoutHeader(readFileSync(part, "utf8"), i > 0)).join(""));
    const { delimiter, features, label } = first;
    const result = await importRows({ path, delimiter, quote: '"', keyColumn: null }, { recipe: { features, label }, rowsMin: 1, rowsMax: 1e6 });
    if (result.kind === "refused") throw new Error(`the set does not fit its description: ${result.problems.map(({ code, column }) => `${code} ${column ?? ""}`).join(", ")}`);
    return result.rows;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function withoutHeader(text: string, isWithout: boolean): string {
  const whole = text.endsWith("\n") ? text : `${text}\n`;
  return isWithout ? whole.slice(whole.indexOf("\n") + 1) : whole;
}

function number(name: string, unit: string, min: number, max: number): NumericFeature {
  return { kind: "numeric", name, unit, min, max };
}
