import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { toHex } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { seededUniform } from "../story/seeded.js";

/** A customer of the e-mail test: which mail she got, how she buys, what she spent in the year before, and what came of it in two weeks. */
export interface Customer {
  readonly channel: string;
  readonly zip_code: string;
  readonly segment: string;
  readonly history: number;
  readonly visit: number;
  readonly spend: number;
}

/** As they stand in every CSV of this example, and in the charter. */
export const CUSTOMER_COLUMNS = ["channel", "zip_code", "segment", "history", "visit", "spend"] as const;

export interface Customers {
  readonly source: "hillstrom" | "generated";
  readonly rows: readonly Customer[];
}

/** The first of these folders that holds `hillstrom-email/hillstrom.csv` as it was published, or as many made-up customers with a known truth. */
export async function findCustomers(folders: readonly string[]): Promise<Customers> {
  for (const folder of folders) {
    const bytes = await readFile(join(folder, "hillstrom-email", "hillstrom.csv")).catch(() => undefined);
    if (bytes !== undefined && toHex(sha256(bytes)) === FILE_SHA256) return { source: "hillstrom", rows: published(bytes.toString("utf8")) };
  }
  return { source: "generated", rows: generated(GENERATOR_SEED) };
}

/** Kevin Hillstrom, MineThatData e-mail analytics challenge, 20 March 2008: 64,000 customers, each sent one of two mails, or none, by chance. */
const FILE_SHA256 = "27bab8c5d3669f26ec08ebb50a0a78317542f29501156f2e2af6781fab4cd7e2";

/** The file is pinned, so its form is known: commas, and quotes around one bracket of a column that is not used here. */
function published(text: string): readonly Customer[] {
  const [header = "", ...lines] = text.trimEnd().split(/\r?\n/);
  const at = Object.fromEntries(header.split(",").map((name, i) => [name, i]));
  return lines.map((line) => {
    const fields = line.replace(/"[^"]*"/, "").split(",");
    const field = (name: (typeof CUSTOMER_COLUMNS)[number]) => fields[at[name] ?? -1] ?? "";
    return { channel: field("channel"), zip_code: field("zip_code"), segment: field("segment"), history: Number(field("history")), visit: Number(field("visit")), spend: Number(field("spend")) };
  });
}

const ROWS = 64_000;
const GENERATOR_SEED = 2008;

/** How likely a customer comes to the shop's pages after each mail, in the made-up world; by a third of that more if she is a good customer. */
export const TRUE_VISITS = { "Womens E-Mail": 0.14, "Mens E-Mail": 0.17, "No E-Mail": 0.1 } as const;

function generated(seed: number): readonly Customer[] {
  const uniform = seededUniform(seed);
  const one = <T>(words: readonly [T, ...T[]]): T => words[Math.floor(words.length * uniform())] ?? words[0];
  return Array.from({ length: ROWS }, (): Customer => {
    const segment = one(["Womens E-Mail", "Mens E-Mail", "No E-Mail"] as const);
    const channel = one(["Phone", "Phone", "Phone", "Web", "Web", "Web", "Multichannel"] as const);
    // Most spend little, few much; those who use both channels more.
    const history = Math.round(100 * Math.min(3_400, 30 + (channel === "Multichannel" ? 900 : 350) * uniform() ** 2)) / 100;
    const visit = Number(uniform() < TRUE_VISITS[segment] * (history > 300 ? 4 / 3 : 1));
    return { channel, zip_code: one(["Urban", "Urban", "Surburban", "Surburban", "Rural"] as const), segment, history, visit, spend: visit === 1 && uniform() < 0.07 ? 30 + Math.floor(200 * uniform()) : 0 };
  });
}
