interface Meaning {
  readonly asks: string;
  readonly fix: string;
  /** `fatal`: the contract cannot be used at all. `error`: lint ends with exit code 3. `warning` is shown. */
  readonly level: "fatal" | "error" | "warning";
}

/**
 * Every rule of `schema lint`. Ids are never used twice for different things. The page `protocol/spec/data-contract.md` is held to this table in
 * both directions, and each rule has a fixture that breaks it and one that does not.
 */
export const SCHEMA_RULES = {
  SCHEMA_YAML: { asks: "the file is one plain YAML document: no aliases, tags, repeated keys or second documents, no longer than 2 million characters", fix: "correct the line; write an alias's value out", level: "fatal" },
  SCHEMA_VERSION: { asks: "apiVersion is v3.1.0 and kind is DataContract", fix: "bring the file to ODCS v3.1.0", level: "fatal" },
  SCHEMA_KEY: { asks: "every key is one of the standard's at its place", fix: "correct the key; what is your own goes into customProperties", level: "fatal" },
  SCHEMA_VALUE: { asks: "every value has the type the standard gives it, and nothing that is needed is missing", fix: "write what is asked", level: "fatal" },
  SCHEMA_METRIC: { asks: "a quality rule has a metric of the standard's library, the arguments that metric takes, the unit rows or percent, and at least one comparison", fix: "correct the rule", level: "fatal" },
  SCHEMA_EXTENSION: { asks: "the custom property cohortium holds the keys we read and no other, and stands once", fix: "correct the key", level: "fatal" },
  SCHEMA_TYPE: { asks: "a column's logicalType is string, integer, number, boolean, date or timestamp", fix: "use one of these; columns of a feed are flat", level: "fatal" },
  SCHEMA_NAME_TWICE: { asks: "no two tables, and no two columns of a table, have the same name or the same place in the feed, also when case is ignored", fix: "rename one", level: "fatal" },

  SCHEMA_NAME_CASE: { asks: "names of tables and columns are snake_case", fix: "rename it; keep the source's own name in physicalName", level: "warning" },
  SCHEMA_NAME_RESERVED: { asks: "no column is called like a word of SQL, or intercept", fix: "add what it is about, as in order_date", level: "error" },
  SCHEMA_NAME_LENGTH: { asks: "names have at most 63 characters, as databases cut them there", fix: "shorten it", level: "warning" },
  SCHEMA_NAME_TIME: { asks: "a timestamp ends in _at, a date in _on or _date", fix: "rename it; keep the source's own name in physicalName", level: "warning" },
  SCHEMA_NAME_UNIT: { asks: "the name of a number with a unit ends in that unit, as in age_years", fix: "add the unit to the name, or correct it", level: "warning" },
  SCHEMA_NAME_BOOLEAN: { asks: "a boolean begins with is_ or has_, without not", fix: "rename it so that true says what is so", level: "warning" },
  SCHEMA_UNIT_MISSING: { asks: "a number that is no identifier has a unit; 1 for a plain count", fix: "add unit to the custom property cohortium", level: "warning" },
  SCHEMA_UNIT_FOREIGN: { asks: "only numbers have a unit", fix: "remove the unit, or correct the type", level: "error" },
  SCHEMA_CLASS: { asks: "every column is classified as identifier, quasi-identifier, sensitive or none", fix: "write the classification", level: "error" },
  SCHEMA_CLASS_IDENTIFIER: { asks: "columns whose name says that they identify a person, such as e-mail, phone or customer id, are classified as identifier", fix: "classify it as identifier, or rename it", level: "error" },
  SCHEMA_CLASS_SENSITIVE: { asks: "columns whose name says that they are about health, religion, origin, sex life, politics or crime are classified as sensitive", fix: "classify it as sensitive, or rename it", level: "error" },
  SCHEMA_ID_NAME: { asks: "an identifier is called so: it ends in _id, _key, _hash, _token or _code, or is a known one such as email", fix: "rename it, or correct the classification", level: "warning" },
  SCHEMA_PURPOSE: { asks: "the contract has a purpose, and so has every sensitive column", fix: "write what it is used for", level: "error" },
  SCHEMA_GUESSED: { asks: "nothing is left that was only guessed", fix: "look at it, correct it, then delete the word from guessed", level: "warning" },
  SCHEMA_BOUNDS_MISSING: { asks: "a number that is no identifier has a minimum and a maximum", fix: "write the bounds that make sense, not those that occur", level: "warning" },
  SCHEMA_BOUNDS_ORDER: { asks: "a minimum is below its maximum", fix: "swap or correct them", level: "error" },
  SCHEMA_BOUNDS_TYPE: { asks: "bounds are of the column's type: numbers for numbers, whole ones for integers, ISO dates for dates; lengths and patterns are for strings", fix: "correct the bound, or the type", level: "error" },
  SCHEMA_PATTERN: { asks: "a pattern is a regular expression without look-around and back references, which the engine does not have", fix: "write it without them", level: "error" },
  SCHEMA_CATEGORY_TWICE: { asks: "no listed value stands twice, also when case and spaces at the ends are ignored", fix: "keep one spelling", level: "error" },
  SCHEMA_CATEGORY_COUNT: { asks: "a column lists at most 1,000 values, as a charter does", fix: "mark the column as hashed, merge rare values, or leave it out", level: "error" },
  SCHEMA_CATEGORY_TYPE: { asks: "listed values are of the column's type and within its bounds", fix: "correct the value, or the type", level: "error" },
  SCHEMA_LABEL: { asks: "at most one column of a table is the label; it has two listed values, of which the positive one is one, and it is no identifier", fix: "list both values with invalidValues, and name one of them", level: "error" },
  SCHEMA_KEY_NULL: { asks: "a column of the primary key is required", fix: "write required: true", level: "error" },
  SCHEMA_THRESHOLD: { asks: "some measurement can satisfy a rule's comparisons: rates lie between 0 and 100 per cent, counts are not negative, and two comparisons leave room between them", fix: "correct the numbers", level: "error" },
  SCHEMA_RULE_TWICE: { asks: "no metric stands twice on one column or table with the same arguments", fix: "keep one of them", level: "warning" },
  SCHEMA_RULE_AGAINST: { asks: "no rule allows what required, unique or the primary key forbids", fix: "drop the rule, or the promise", level: "error" },
  SCHEMA_RULE_FOREIGN: { asks: "quality rules are of the library; text, sql and custom rules are kept but not run here", fix: "express the rule as a metric, or have another tool run it", level: "warning" },
  SCHEMA_SEVERITY: { asks: "a rule's severity is error, warning or info; another counts as error", fix: "write one of the three", level: "warning" },
  SCHEMA_FRESHNESS: { asks: "a latency names a date or timestamp column of the contract, a positive number and a unit of m, h, d or y", fix: "correct the entry", level: "error" },

  SCHEMA_DATA_MISSING: { asks: "every column of the contract stands in the feed", fix: "correct the name or physicalName, or export the column", level: "error" },
  SCHEMA_DATA_UNLISTED: { asks: "every column of the feed stands in the contract", fix: "add it, if it is to be used", level: "warning" },
  SCHEMA_DATA_TYPE: { asks: "the feed's values are of the type the contract gives", fix: "correct the type, or the values at their source", level: "error" },
  SCHEMA_DATA_BOUNDS: { asks: "the feed's values lie within the contract's bounds", fix: "widen the bounds if the values are right", level: "error" },
  SCHEMA_DATA_VALUES: { asks: "the feed's values are among those listed, and of the pattern and length given", fix: "list the values, or map them at their source", level: "error" },
  SCHEMA_DATA_UNUSED: { asks: "every listed value occurs in the feed", fix: "correct its spelling, or keep it if it will occur", level: "warning" },
  SCHEMA_DATA_NULL: { asks: "a required column has no null", fix: "drop required and state a threshold, or fill the column", level: "error" },
  SCHEMA_DATA_UNIQUE: { asks: "unique columns and the primary key do not repeat", fix: "correct the key, or the rows", level: "error" },
  SCHEMA_DATA_IDENTIFIER: { asks: "a column whose values mostly look like e-mail addresses, phone numbers or UUIDs is classified as identifier", fix: "classify it as identifier", level: "error" },
} as const satisfies Record<string, Meaning>;

export type SchemaRule = keyof typeof SCHEMA_RULES;

/** One place where a contract breaks a rule. Never holds a value from the feed: names, counts, and what the contract itself says. */
export interface Finding {
  readonly rule: SchemaRule;
  /** JSON pointer into the contract. */
  readonly at: string;
  readonly says: string;
  readonly fix: string;
}

/** A finding with the rule's own remedy, unless there is a nearer one. */
export function finding(rule: SchemaRule, at: string, says: string, fix?: string): Finding {
  return { rule, at, says, fix: fix ?? SCHEMA_RULES[rule].fix };
}
