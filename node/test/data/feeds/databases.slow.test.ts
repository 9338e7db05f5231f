import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { scratchFolder } from "../../../../protocol/test/host/scratch-folder.js";
import type { DatabaseSource, Feed, PasswordAt } from "../../../src/data/feeds/feed.js";
import { textsOf } from "../../../src/data/sql/feed-table.js";
import { withFeed } from "../../../src/data/feeds/with-feed.js";
import { feed, files, place, SETTINGS, written } from "./stage.js";
import { programAt, startMariadb, startPostgres, type Server } from "./servers.js";

const sockets = () => process.getActiveResourcesInfo().filter((resource) => resource.startsWith("TCPSocket")).length;
/** A worker runs one test file after another, and lines of the one before may still be kept alive. */
const SOCKETS_OF_OTHERS = sockets();

/** What must be nowhere in a refusal. */
const [PASSWORD, WRONG] = ["correct-horse-91", "battery-staple-92"];
const FOLDER = scratchFolder();
writeFileSync(join(FOLDER, "password"), `${PASSWORD}\n`);
const settings = { ...SETTINGS, environment: { DATABASE_PASSWORD: PASSWORD, WRONG_PASSWORD: WRONG } };
const RIGHT: PasswordAt = { kind: "environment", variable: "DATABASE_PASSWORD" };

const look = (one: Feed) => withFeed(one, settings, async (table) => ({ rows: table.rows, types: table.columns.map(({ name, type }) => `${name} ${type}`), digest: await table.digest() }));
const refusal = (one: Feed) => look(one).then(() => null, (error: { code: string; detail: string; fix: string; message: string }) => error);

const SERVERS = [
  { kind: "postgres", database: "postgres", user: "postgres", program: "postgres", start: startPostgres },
  { kind: "mysql", database: "shop", user: "root", program: "mariadbd", start: startMariadb },
] as const;
type Kind = (typeof SERVERS)[number]["kind"];
const running = new Map<Kind, Server>();

beforeAll(async () => {
  for (const { kind, program, start } of SERVERS) if (programAt(program) !== null) running.set(kind, await start(PASSWORD));
  await running.get("mysql")?.run("CREATE DATABASE shop CHARACTER SET utf8mb4");
}, 120_000);
afterAll(async () => { for (const server of running.values()) await server.close(); }, 60_000);

const source = (kind: Kind, table: string, change: Partial<DatabaseSource> = {}): Feed => {
  const { database, user } = SERVERS.find((one) => one.kind === kind) ?? SERVERS[0];
  return feed({ kind, host: "127.0.0.1", port: running.get(kind)?.port ?? 0, database, user, table: { schema: null, name: table }, password: RIGHT, tls: { kind: "off" }, ...change });
};

const ROWS = Array.from({ length: 12_000 }, (_, i) => i + 1);
const day = (i: number) => new Date(Date.UTC(2024, 0, 1 + (i % 800))).toISOString().slice(0, 10);
const instant = (i: number) => new Date(Date.UTC(2024, 0, 1, 8, 0, 0, 500) + i * 1_000).toISOString();
const CSV_TEXT = ["id,name,amount,score,part,flag,day,at,code", ...ROWS.map((i) =>
  [i, i % 7 === 0 ? "" : `"n""${i}, 城"`, (i * 12.5).toFixed(2), i / 7, i / 10, i % 2 === 0, day(i), instant(i), `00${i}`].join(","))].join("\n");

const FILL: Readonly<Record<Kind, string>> = {
  postgres: `CREATE TABLE rows_of_ours (id int, name text, amount numeric(12, 2), score double precision, part real, flag boolean, day date, at timestamptz, code varchar(10));
    INSERT INTO rows_of_ours SELECT i, CASE WHEN i % 7 <> 0 THEN 'n"' || i || ', 城' END, i * 12.50, i / 7.0::double precision, i / 10.0, i % 2 = 0, date '2024-01-01' + i % 800,
      timestamptz '2024-01-01 10:00:00.5+02' + i * interval '1 second', '00' || i FROM generate_series(12000, 1, -1) i`,
  mysql: `USE shop; CREATE TABLE rows_of_ours (id int, name text, amount decimal(12, 2), score double, part float, flag boolean, day date, at datetime(6), code varchar(10));
    INSERT INTO rows_of_ours SELECT seq, IF(seq % 7 <> 0, CONCAT('n"', seq, ', 城'), NULL), seq * 12.50, seq / 7e0, seq / 10, seq % 2 = 0, date_add('2024-01-01', INTERVAL seq % 800 DAY),
      date_add('2024-01-01 08:00:00.5', INTERVAL seq SECOND), CONCAT('00', seq) FROM seq_1_to_12000`,
};

for (const { kind, program } of SERVERS) {
  const described = programAt(program) === null ? describe.skip : describe;
  described(`a table of ${program}${programAt(program) === null ? ", which is not installed here" : ""}`, () => {
    beforeAll(() => running.get(kind)?.run(FILL[kind]));

    test("has the types and the digest of the same rows in a CSV file, as Parquet and as JSON lines", async () => {
      const folder = place({ "a.csv": CSV_TEXT });
      const typed = `SELECT * REPLACE (CAST("at" AS TIMESTAMP) AS "at") FROM read_csv('${folder}/a.csv', types = {'code': 'VARCHAR', 'name': 'VARCHAR', 'amount': 'DECIMAL(12, 2)'})`;
      await written("SET TimeZone = 'UTC'", `COPY (${typed}) TO '${folder}/a.parquet'`, `COPY (${typed}) TO '${folder}/a.jsonl'`);
      const table = await look(source(kind, "rows_of_ours"));
      expect(table.types).toEqual(["id integer", "name text", "amount double", "score double", "part double", "flag boolean", "day date", "at timestamp", "code text"]);
      const others = await Promise.all(([["a.csv", undefined], ["a.parquet", { format: "parquet" }], ["a.jsonl", { format: "jsonl" }]] as const).map(([path, reading]) => look(feed(files(join(folder, path), reading)))));
      expect(others.map(({ rows, digest }) => [rows, digest])).toEqual(others.map(() => [12_000, table.digest]));
    });

    test("may have any name, and its password lie in a file", async () => {
      const quote = (name: string) => (kind === "postgres" ? `"${name}"` : `shop.\`${name}\``);
      await running.get(kind)?.run(`CREATE TABLE ${quote("a b; --'")} (x int); INSERT INTO ${quote("a b; --'")} VALUES (7)`);
      expect(await look(source(kind, "a b; --'", { password: { kind: "file", path: join(FOLDER, "password") } }))).toMatchObject({ rows: 1, types: ["x integer"] });
    });

    test("is read as of one moment, and never written to", async () => {
      await running.get(kind)?.run(kind === "postgres" ? "CREATE TABLE moving AS SELECT i AS x FROM generate_series(1, 30000) i" : "CREATE TABLE shop.moving AS SELECT seq AS x FROM shop.rows_of_ours JOIN (SELECT 1 AS seq) s LIMIT 12000");
      const before = await look(source(kind, "moving"));
      let deleted = false;
      const during = { ...settings, onProgress: (says: string) => {
        if (!says.includes("rows …") || deleted) return;
        deleted = true;
        void running.get(kind)?.run(kind === "postgres" ? "DELETE FROM moving" : "DELETE FROM shop.moving");
      } };
      expect(await withFeed(source(kind, "moving"), during, async ({ rows }) => rows)).toBe(before.rows);
      expect(deleted).toBe(true);
    });

    test("with lists, objects or bytes is refused by the columns' names", async () => {
      await running.get(kind)?.run(kind === "postgres" ? "CREATE TABLE deep (id int, b bytea, j jsonb, l int[])" : "CREATE TABLE shop.deep (id int, b blob, j varbinary(9), l bit(3))");
      expect(await refusal(source(kind, "deep"))).toMatchObject({ code: "DATA_NESTED", detail: "b, j, l" });
    });

    test.each([
      ["a wrong password", "NETWORK_LOGIN", {}, { password: { kind: "environment", variable: "WRONG_PASSWORD" } }],
      ["no password in the environment", "CONFIG_PASSWORD", {}, { password: { kind: "environment", variable: "NO_PASSWORD" } }],
      ["a server that is down", "NETWORK_DATABASE", {}, { port: 1 }],
      ["a host that nobody knows", "NETWORK_DATABASE", {}, { host: "nowhere.invalid" }],
      ["no such database", "DATA_TABLE", {}, { database: "nowhere" }],
      ["no such table", "DATA_TABLE", { table: "nothing" }, {}],
      ["a table's name that would be more", "DATA_TABLE", { table: "x\"; DROP TABLE rows_of_ours; --" }, {}],
      ["a server that speaks no TLS where TLS was asked for", "NETWORK_TLS", {}, { tls: { kind: "verify", caFile: null } }],
    ] as const)("with %s is refused as %s, with what to do and without a password", async (_, code, { table = "rows_of_ours" }: { readonly table?: string }, change) => {
      const error = await refusal(source(kind, table, change));
      expect(error).toMatchObject({ code, fix: expect.stringMatching(/\w/) });
      expect(JSON.stringify(error) + error?.message).not.toMatch(new RegExp(`${PASSWORD}|${WRONG}`));
    });

    test("leaves no connection behind", async () => {
      // A socket that was destroyed is gone a few turns later.
      for (let turn = 0; turn < 250 && sockets() > SOCKETS_OF_OTHERS; turn++) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(sockets()).toBeLessThanOrEqual(SOCKETS_OF_OTHERS);
    });
  });
}

(programAt("postgres") === null ? test.skip : test)("numbers of PostgreSQL that are none are counted and refused", async () => {
  await running.get("postgres")?.run("CREATE TABLE numbers (x numeric, y double precision); INSERT INTO numbers VALUES ('NaN', 1), (1.5, 'Infinity')");
  expect(await refusal(source("postgres", "numbers"))).toMatchObject({ code: "DATA_INFINITE", detail: "x (double) in 1 rows, y (double) in 1 rows" });
});

(programAt("mariadbd") === null ? describe.skip : describe)("MariaDB's own", () => {
  test("small integers that are more than two are integers, not truths", async () => {
    await running.get("mysql")?.run("CREATE TABLE shop.small (x boolean, y boolean); INSERT INTO shop.small VALUES (1, 2), (0, 1)");
    expect((await look(source("mysql", "small"))).types).toEqual(["x boolean", "y integer"]);
  });

  test("dates that are none are counted and refused", async () => {
    await running.get("mysql")?.run("SET sql_mode = ''; CREATE TABLE shop.days (x date); INSERT INTO shop.days VALUES ('0000-00-00'), ('2024-01-31')");
    expect(await refusal(source("mysql", "days"))).toMatchObject({ code: "DATA_TYPE", detail: "x (date) in 1 rows" });
  });

  test("integers beyond 64 bits keep every digit", async () => {
    await running.get("mysql")?.run("CREATE TABLE shop.wide (x bigint unsigned); INSERT INTO shop.wide VALUES (18446744073709551615)");
    await withFeed(source("mysql", "wide"), settings, async (table) => {
      expect(textsOf(await table.query(`SELECT CAST(CAST(x AS DECIMAL(38, 0)) AS VARCHAR) AS x FROM ${table.relation}`), "x")).toEqual(["18446744073709551615"]);
    });
  });
});
