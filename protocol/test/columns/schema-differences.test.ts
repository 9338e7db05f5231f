import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { schemaDifferences } from "../../src/columns/schema-differences.js";
import { schemaOf, type Schema } from "../../src/charter/columns-schema.js";
import { parseStatement, statementJson, tableCommitment, tableSalt, type ColumnClaim, type DataStatement } from "../../src/columns/statement.js";
import { statementSizeMax } from "../../src/charter/statement-size.js";
import { parseDigest } from "../../src/session/ids.js";
import { bent, sound } from "../charter/fixture.js";
import { RICH } from "../charter/recipe-fixture.js";

const Q = "/questions/0";
const schemaIn = (json: object): Schema => {
  const [question] = sound(json as Json).questions;
  if (question === undefined) throw new Error("a sound charter asks something");
  return schemaOf(question);
};
const DUE = schemaIn(RICH);
const TABLE = parseDigest("ab".repeat(32));
/** Sources of `RICH`: age, balance, job, store_id, answer, customer; customer, bought, paid, invoice of the purchases. */
const [AGE, BALANCE, JOB, STORE] = [0, 1, 2, 3];
const [BOUGHT, PAID] = [7, 8];

const claim = (logicalType: ColumnClaim["logicalType"], unit: string | null = null): ColumnClaim => ({ logicalType, unit });
const stated = (schema: Schema = DUE, claims: Readonly<Record<number, ColumnClaim>> = {}): DataStatement =>
  ({ schema, claims: DUE.sources.map((_, i) => claims[i] ?? null), table: TABLE, quality: null });
const saysOf = (...statements: readonly DataStatement[]) => {
  const names = ["harbour", "mill", "quarry"];
  return schemaDifferences(DUE, statements.map((statement, i) => [names[i] ?? "", statement])).map(({ says }) => says);
};

describe("nothing differs", () => {
  test("between companies that state the charter's columns and have no contracts", () => expect(saysOf(stated(), stated(), stated())).toEqual([]));

  test("where contracts fit: whole numbers are numbers, days are times, and a unit that is not named claims nothing", () => {
    const one = stated(DUE, { [AGE]: claim("integer", "years"), [BALANCE]: claim("number", "euro"), [JOB]: claim("string"), [BOUGHT]: claim("timestamp"), [PAID]: claim("number", "GBP") });
    const other = stated(DUE, { [AGE]: claim("number", "years"), [BALANCE]: claim("number"), [JOB]: claim("string"), [BOUGHT]: claim("date") });
    expect(saysOf(one, other, stated())).toEqual([]);
  });
});

test("a contract that names a unit and no type claims the unit alone", () => {
  expect(saysOf(stated(DUE, { [BALANCE]: { logicalType: null, unit: "cents" } }))).toEqual(["harbour says balance is in cents, the charter says euro"]);
  expect(saysOf(stated(DUE, { [STORE]: { logicalType: null, unit: null } }), stated(DUE, { [STORE]: claim("string") }), stated(DUE, { [STORE]: claim("string") }))).toEqual([]);
});

describe("a contract that contradicts", () => {
  test.each([
    ["another unit", { [BALANCE]: claim("number", "cents") }, "mill says balance is in cents, the charter says euro"],
    ["another spelling of a unit", { [BALANCE]: claim("number", "Euro") }, "mill says balance is in Euro, the charter says euro"],
    ["words for a number", { [BALANCE]: claim("string", "euro") }, "mill says balance is of type string, the charter takes a number from it"],
    ["a number for words", { [JOB]: claim("number") }, "mill says job is of type number, the charter takes words from it"],
    ["a text for a time", { [BOUGHT]: claim("string") }, "mill says bought of the purchases is of type string, the charter takes a time from it"],
    ["another unit of purchases", { [PAID]: claim("number", "pence") }, "mill says paid of the purchases is in pence, the charter says GBP"],
  ])("the charter with %s is named, with who says what", (_, claims, says) => expect(saysOf(stated(), stated(DUE, claims), stated())).toEqual([says]));

  test("another company's, where the charter itself says nothing, is named too", () => {
    expect(saysOf(stated(DUE, { [STORE]: claim("integer") }), stated(), stated(DUE, { [STORE]: claim("string") }))).toEqual(["quarry says store_id is of type string, harbour says integer"]);
    expect(saysOf(stated(DUE, { [STORE]: claim("string", "EAN") }), stated(DUE, { [STORE]: claim("string", "SKU") }))).toEqual(["mill says store_id is in SKU, harbour says EAN"]);
  });
});

describe("a schema that is not the charter's", () => {
  test.each([
    ["the order of categories", [[`${Q}/features/3/categories`, ["student", "clerk", "other"]]], "lists other categories of job than the charter, or in another order"],
    ["the number of categories", [[`${Q}/features/3/categories`, ["clerk", "student", "other", "retired"]]], "lists 4 categories of job, the charter 3"],
    ["bounds", [[`${Q}/features/5/max`, 300]], "says recency runs from 1 to 300, the charter says 1 to 365"],
    ["a unit", [[`${Q}/features/1/unit`, "cents"]], "says log_balance is in log10(1 + cents), the charter says log10(1 + euro)"],
    ["how absence is taken", [[`${Q}/features/5/missing`, undefined]], "lets absent values of recency be as \"refuse\", the charter says \"indicate\""],
    ["a name", [[`${Q}/features/3/name`, "trade"], [`${Q}/features/3/source`, "job"]], "has no column job, which the charter lists"],
    ["the label", [[`${Q}/label/positive`, "ja"]], "predicts answer (ja or no), the charter says answer (yes or no)"],
    ["a source", [[`${Q}/features/4/source`, "shop_id"]], "takes shop_id where the charter names store_id"],
    ["only how a column is computed", [[`${Q}/features/4/salt`, "autumn"]], "computes its columns in another way than the charter says: compare the versions of both sides"],
  ])("in %s is named", (_, changes, says) => {
    const other = schemaIn(changes.reduce<object>((json, [at, value]) => bent(at as string, value, json) as object, RICH));
    expect(saysOf(stated(), stated(other))[0]).toBe(`mill ${says}`);
  });

  test("in the order of columns is named, because columns are averaged by place", () => {
    const features = (RICH as { questions: readonly { features: readonly unknown[] }[] }).questions[0]?.features ?? [];
    const turned = schemaIn(bent(`${Q}/features`, [features[3], features[4], features[0], features[1], features[2], ...features.slice(5)], RICH) as object);
    expect(saysOf(stated(turned))[0]).toBe("harbour has job where the charter has age column");
  });

  test("in a column too many or of another kind is named", () => {
    const more: Schema = { ...DUE, features: [...DUE.features, { name: "extra", type: "number", unit: "x", min: 0, max: 1, missing: "refuse" }] };
    expect(saysOf(stated(more))).toEqual(["harbour has a column extra, which the charter does not list"]);
    const words: Schema = { ...DUE, features: DUE.features.map((one) => (one.name === "age" ? { name: "age", type: "category", categories: 2, list: TABLE } : one)) };
    expect(saysOf(stated(words))).toEqual(["harbour takes age as a category, the charter as a number"]);
  });
});

describe("a statement", () => {
  const some = stated(DUE, { [BALANCE]: claim("number", "cents") });

  test("is read back from the log as it was said", () => expect(parseStatement(statementJson(some))).toEqual(some));

  test.each([
    ["without a recipe", (json: Record<string, unknown>) => ({ ...json, recipe: undefined })],
    ["with a member nobody knows", (json: Record<string, unknown>) => ({ ...json, rows: [1, 2] })],
    ["with a unit of two lines", (json: Record<string, unknown>) => JSON.parse(JSON.stringify(json).replace("\"cents\"", "\"cents\\n\"")) as object],
    ["with a unit that writes backwards", (json: Record<string, unknown>) => JSON.parse(JSON.stringify(json).replace("\"cents\"", "\"\\u202estnec\"")) as object],
    ["with a type no contract knows", (json: Record<string, unknown>) => JSON.parse(JSON.stringify(json).replace("\"logicalType\":\"number\"", "\"logicalType\":\"money\"")) as object],
  ])("%s is none", (_, change) => expect(() => parseStatement(change({ ...(statementJson(some) as object) }) as never)).toThrow(RangeError));

  test.each([null, 7, [], "text", {}])("%j is none", (json) => expect(() => parseStatement(json)).toThrow(RangeError));

  test("commits to one table in another way in every session, and can be checked by whoever is shown both", () => {
    const [one, other] = [1, 2].map((byte) => new Uint8Array(32).fill(byte));
    const committed = tableCommitment(TABLE, tableSalt(one ?? new Uint8Array()));
    expect(committed).toBe(tableCommitment(TABLE, tableSalt(one ?? new Uint8Array())));
    expect(committed).not.toBe(tableCommitment(TABLE, tableSalt(other ?? new Uint8Array())));
    expect(committed).not.toBe(tableCommitment(parseDigest("cd".repeat(32)), tableSalt(one ?? new Uint8Array())));
  });

  test("of many parties has less room, so that all of them fit into one message", () => {
    expect([3, 25, 26, 64].map((parties) => statementSizeMax(parties))).toEqual([60_000, 60_000, 60_000, 24_576]);
    for (let parties = 3; parties <= 64; parties++) expect(parties * statementSizeMax(parties)).toBeLessThan(2 * 1024 * 1024 - 64 * 4_000);
  });
});
