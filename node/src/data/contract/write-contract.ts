import type { Proposal, ProposedColumn } from "./propose.js";

/** What the file begins with besides the columns. */
export interface Heading {
  readonly id: string;
  /** Where editors find the schema, if anywhere. */
  readonly schemaUrl: string | null;
}

/** The proposal as ODCS YAML, with what a person has to look at beside each column. */
export function writeContract({ feed, rows, columns }: Proposal, { id, schemaUrl }: Heading): string {
  return [
    ...(schemaUrl === null ? [] : [`# yaml-language-server: $schema=${schemaUrl}`]),
    "# Proposed from the data. Everything that was only guessed is listed under guessed: look at it, correct it, and delete the word.",
    "apiVersion: v3.1.0", "kind: DataContract", `id: ${quoted(id)}`, "version: \"0.1.0\"", "status: draft",
    "description:", "  # purpose: what these rows are used for; schema lint asks for it",
    "  usage: a feed of a Cohortium node",
    "schema:", `  - name: ${quoted(feed)}`, "    logicalType: object", "    quality:",
    `      # Half of the ${rows.toLocaleString("en-US")} rows there were.`,
    `      - { metric: rowCount, mustBeGreaterOrEqualTo: ${roundedDown(rows / 2)} }`,
    "    properties:", ...columns.flatMap(columnLines), "",
  ].join("\n");
}

function columnLines(column: ProposedColumn): readonly string[] {
  const { name, source, type, required, classification, bounds, notes } = column;
  return [
    ...notes.map((note) => `      # ${note}`),
    `      - name: ${quoted(name)}`,
    ...(source === name ? [] : [`        physicalName: ${quoted(source)}`]),
    ...(type === null ? ["        # logicalType: nothing but null was there to guess from"] : [`        logicalType: ${type}`]),
    ...(bounds === null ? [] : [`        logicalTypeOptions: { minimum: ${bounds.min}, maximum: ${bounds.max} }`]),
    ...(required ? ["        required: true"] : []),
    `        classification: ${classification}`,
    ...listLines(column),
    "        customProperties:", "          - property: cohortium", `            value: ${extensionText(column)}`,
  ];
}

function listLines({ values, unlistedPercentMax }: ProposedColumn): readonly string[] {
  if (values === null) return [];
  const limit = unlistedPercentMax === 0 ? "mustBe: 0" : `mustBeLessThan: ${unlistedPercentMax}`;
  return [
    "        quality:", "          - metric: invalidValues", "            arguments:", `              validValues: [${values.map(quoted).join(", ")}]`,
    `            ${limit}`, ...(unlistedPercentMax === 0 ? [] : ["            unit: percent"]),
  ];
}

function extensionText({ unit, positive, hashed, guessed }: ProposedColumn): string {
  const parts = [
    ...(unit === null ? [] : [`unit: ${quoted(unit)}`]), ...(positive === null ? [] : [`positive: ${quoted(positive)}`]), ...(hashed ? ["hashed: true"] : []),
    `guessed: [${guessed.join(", ")}]`,
  ];
  return `{ ${parts.join(", ")} }`;
}

/** JSON's spelling of a text is YAML's too, whatever is in it. */
function quoted(text: string): string {
  return /^[a-z][a-z0-9_]*$/.test(text) && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].includes(text) ? text : JSON.stringify(text);
}

function roundedDown(value: number): number {
  const power = 10 ** Math.max(Math.floor(Math.log10(Math.max(value, 1))), 0);
  return Math.max(Math.floor(value / power) * power, 1);
}
