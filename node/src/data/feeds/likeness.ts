import { sqlName, sqlText, type FeedTable } from "./feed-table.js";
import type { LogicalType } from "./logical-type.js";

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

/** Counts what there is in each column; looks at no single value. One pass over the rows. */
export async function columnsSeen(table: FeedTable): Promise<readonly SeenColumn[]> {
  const counts = table.columns.flatMap(({ name, type }, i) => {
    const sql = sqlName(name);
    const like = (pattern: string) => (type === "text" ? `count(*) FILTER (WHERE regexp_full_match(${sql}, ${sqlText(pattern)}))` : "0");
    return [`count(${sql}) AS v${i}`, `approx_count_distinct(${sql}) AS d${i}`, `${like(EMAIL)} AS e${i}`, `${like(PHONE)} AS p${i}`];
  });
  const answer = await table.query(`SELECT ${counts.map((count) => count.replace(/^(.*) AS (\w+)$/, "CAST($1 AS DOUBLE) AS $2")).join(", ")} FROM ${table.relation}`);
  const figure = (name: string) => {
    const column = answer.columns.find((one) => one.name === name);
    return column?.kind === "numbers" ? column.values[0] ?? 0 : 0;
  };
  return table.columns.map(({ name, type }, i): SeenColumn => {
    const [values, distinct, emails, phones] = [figure(`v${i}`), figure(`d${i}`), figure(`e${i}`), figure(`p${i}`)];
    const likeness = likenessOf(name, type, { values, distinct, emails, phones });
    return { name, type, nulls: table.rows - values, distinct: Math.min(distinct, values), likeness };
  });
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
