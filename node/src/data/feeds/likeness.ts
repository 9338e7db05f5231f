import { askScalars } from "../sql/ask-scalars.js";
import { sqlName, sqlText, type FeedTable } from "../sql/feed-table.js";
import type { LogicalType } from "../sql/logical-type.js";

/** What a column seems to hold, for a person to confirm. */
export type Likeness = "email" | "phone" | "money" | "time" | "identifier" | "category" | "number" | "text" | "nothing";

export interface SeenColumn {
  readonly name: string;
  readonly type: LogicalType;
  readonly likeness: Likeness;
  readonly nulls: number;
  readonly distinct: number;
}

const EMAIL = "[^@\\s]+@[^@\\s]+\\.[^@\\s.]{2,}";
const PHONE = "\\+?[\\d\\s()./-]{7,20}";
/** A column is like something if so large a part of its values is. */
const SHARE_MIN = 0.9;
const CATEGORIES_MAX = 50;

/** Counts what there is in each column; looks at no single value. One pass over the rows for each hundred columns. */
export async function columnsSeen(table: FeedTable): Promise<readonly SeenColumn[]> {
  const columns = table.columns.map(({ name, type }) => ({ name, type, counts: countsOf(name, type) }));
  const figures = await askScalars(table, columns.flatMap(({ counts }) => Object.values(counts)));
  return columns.map(({ name, type, counts }): SeenColumn => {
    const figure = (sql: string) => figures.get(sql) ?? 0;
    const seen = { values: figure(counts.values), distinct: figure(counts.distinct), emails: figure(counts.emails), phones: figure(counts.phones) };
    return { name, type, nulls: table.rows - seen.values, distinct: Math.min(seen.distinct, seen.values), likeness: likenessOf(name, type, seen) };
  });
}

/** The aggregates a column is judged by. Only texts are looked at more closely. */
function countsOf(name: string, type: LogicalType): Readonly<Record<keyof Figures, string>> {
  const sql = sqlName(name);
  const like = (pattern: string) => (type === "text" ? `count(*) FILTER (WHERE regexp_full_match(${sql}, ${sqlText(pattern)}))` : "0");
  return { values: `count(${sql})`, distinct: `approx_count_distinct(${sql})`, emails: like(EMAIL), phones: like(PHONE) };
}

interface Figures {
  readonly values: number;
  readonly distinct: number;
  readonly emails: number;
  readonly phones: number;
}

function likenessOf(name: string, type: LogicalType, { values, distinct, emails, phones }: Figures): Likeness {
  if (values === 0) return "nothing";
  if (emails >= SHARE_MIN * values) return "email";
  if (phones >= SHARE_MIN * values && distinct > CATEGORIES_MAX) return "phone";
  if (type === "date" || type === "timestamp") return "time";
  if (type === "boolean") return "category";
  // customer_id and CustomerID, not paid.
  const isId = /(^|[_. ])(id|key|no|number|code)$/i.test(name) || /[a-z]I[Dd]$/.test(name);
  if (isId && distinct >= SHARE_MIN * values) return "identifier";
  if (type !== "text") return /(amount|price|revenue|balance|cost|spend|paid|sales|total)/i.test(name) ? "money" : distinct <= 2 ? "category" : isId ? "identifier" : "number";
  return distinct <= CATEGORIES_MAX ? "category" : isId ? "identifier" : "text";
}
