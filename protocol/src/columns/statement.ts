import { concat, fromHex, toHex, utf8 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { expandEntropy } from "@cohortium/crypto/entropy";
import { sha256 } from "@cohortium/crypto/hash";
import { z } from "zod";
import { CELL_ROWS_STATED_TIMES } from "../charter/limits.js";
import { text, words } from "../charter/texts.js";
import { parseDigest, type Digest } from "../session/ids.js";
import { schemaJson, type Schema } from "../charter/columns-schema.js";

/** The logical types of an Open Data Contract Standard v3.1 property. */
export const CONTRACT_TYPES = ["string", "number", "integer", "boolean", "date", "timestamp", "time", "object", "array"] as const;
export type ContractType = (typeof CONTRACT_TYPES)[number];

/** What a company's own data contract says of one source column; null where it says nothing. */
export interface ColumnClaim {
  readonly logicalType: ContractType | null;
  readonly unit: string | null;
}

/**
 * What a company states about its data before a session: the schema as its node reads the charter, what its own contract says of each source
 * column (null where there is no contract), a commitment to its table, and what its quality gate found.
 *
 * Reveals: to every party of the charter and every reader of the log, names, types and units of columns, and what a `QualityVector` tells: about how
 * many rows there are, and counts and rates of quality; under a charter with noise nothing of this, because no noise is on it. No value; of the table
 * nothing, also not that it is the table of another training.
 */
export interface DataStatement {
  readonly schema: Schema;
  /** As many as `schema.sources`, in their order. */
  readonly claims: readonly (ColumnClaim | null)[];
  readonly table: Digest;
  readonly quality: Json;
  /** Of statistics: cells over fewer rows than this are to be withheld, where the company asks for more than the charter does; at most `cellRowsStatedMax`. */
  readonly cellRows?: number | undefined;
}

/** The most a company may state: a few times what the charter asks, and never more than all rows together. Whoever states more is refused. */
export function cellRowsStatedMax({ clause, parties, rowsMaxPerParty }: Cells): number {
  return Math.min(CELL_ROWS_STATED_TIMES * clause.cellRows, parties * rowsMaxPerParty);
}

/** What of a plan of statistics says so. */
interface Cells {
  readonly clause: { readonly cellRows: number };
  readonly parties: number;
  readonly rowsMaxPerParty: number;
}

/** The statement as the body of a `session.data` entry. */
export function statementJson({ schema, claims, table, quality, cellRows }: DataStatement): Json {
  const sources = schema.sources.map((source, i) => ({ ...source, contract: claims[i] == null ? null : { ...claims[i] } }));
  return { ...schemaJson(schema), sources, table, quality, ...(cellRows === undefined ? {} : { cellRows }) };
}

/** Reads a statement that claims to be one. Says nothing about whether it fits a charter. @throws RangeError if it has another form. */
export function parseStatement(json: Json): DataStatement {
  const read = statementForm.safeParse(json);
  if (!read.success) throw new RangeError("not a statement about data");
  const { recipe, label, features, sources, table, quality, cellRows } = read.data;
  return {
    schema: { recipe, label, features, sources: sources.map(({ feed, column, holds, unit }) => ({ feed, column, holds, unit })) },
    claims: sources.map(({ contract }) => contract), table, quality, ...(cellRows === undefined ? {} : { cellRows }),
  };
}

/** 32 bytes that make the same table look different in every session. Whoever is shown them, and the table's digest, can check the commitment. */
export function tableSalt(sessionEntropy: Uint8Array): Uint8Array {
  return expandEntropy(sessionEntropy, "table-salt", 32);
}

/** SHA-256 over the salt and the table's digest. */
export function tableCommitment(table: Digest, salt: Uint8Array): Digest {
  return parseDigest(toHex(sha256(concat(utf8("cohortium/table-commitment/v1\n"), salt, fromHex(table)))));
}

const digest = z.string().regex(/^[0-9a-f]{64}$/).transform(parseDigest);

const feature = z.discriminatedUnion("type", [
  z.strictObject({ name: words, type: z.literal("number"), unit: text, min: z.number(), max: z.number(), missing: z.enum(["refuse", "indicate"]) }),
  z.strictObject({ name: words, type: z.literal("category"), categories: z.int().min(1), list: digest }),
]);

const source = z.strictObject({
  feed: z.enum(["rows", "transactions"]), column: words, holds: z.enum(["number", "words", "key", "time"]), unit: words.nullable(),
  contract: z.strictObject({ logicalType: z.enum(CONTRACT_TYPES).nullable(), unit: words.nullable() }).nullable(),
});

const statementForm = z.strictObject({
  recipe: digest, label: z.strictObject({ name: words, positive: words, negative: words }).nullable(),
  features: z.array(feature), sources: z.array(source), table: digest, quality: z.json(), cellRows: z.int().min(1).optional(),
});
