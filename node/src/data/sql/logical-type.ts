/**
 * What a column's values mean, whatever form they lie in. `null` is a column that holds nothing but null and was declared as nothing.
 *
 * A timestamp is an instant: in UTC, to the microsecond. What a source writes without a zone is taken as UTC.
 */
export const LOGICAL_TYPES = ["text", "integer", "decimal", "double", "boolean", "date", "timestamp", "null"] as const;

export type LogicalType = (typeof LOGICAL_TYPES)[number];
