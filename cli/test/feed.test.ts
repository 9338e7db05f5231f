import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { openFeedDesk } from "@cohortium/node/desks/feed-desk";
import { emptyStage, play } from "./stage.js";

const ROWS = "id,mail,paid,day\n1,jane.doe@gmail.com,12.50,2024-01-31\n2,ivan@example.org,,2024-02-01\n";

/** A node's folder beside an export, and its real desk: what it says of rows is what is tested. */
function desk() {
  const folder = emptyStage("node");
  writeFileSync(join(folder, "orders.csv"), ROWS);
  return { folder, run: (...args: readonly string[]) => play(["feed", ...args], { folder, programs: { openFeedDesk: async (input, onProgress) => openFeedDesk(input, onProgress) } }) };
}

test("a feed is added, listed, previewed masked, and forgotten", async () => {
  const { folder, run } = desk();
  const added = await run("add", "orders", "--from", "orders.csv", "--as", "transactions");
  expect(added).toMatchObject({ code: 0, out: expect.stringMatching(/mail +text +email[\s\S]*paid +double +money +50\.00 %[\s\S]*day +date +time/) });
  expect(JSON.parse((await run("ls", "--json")).out)).toMatchObject({ feeds: [{ name: "orders", kind: "transactions", source: { path: join(folder, "orders.csv") } }] });
  const preview = JSON.parse((await run("preview", "orders", "--json")).out) as { rows: string[][] };
  expect(preview.rows).toEqual([["#", "j***.***@g***.***", "##.#", "####-##-##"], ["#", "i***@e***.***", "", "####-##-##"]]);
  expect(await run("rm", "orders", "--yes")).toMatchObject({ code: 0 });
  expect(await run("preview", "orders")).toMatchObject({ code: 2, err: expect.stringContaining("there is no feed orders") });
});

test("what is said of rows holds none of their values", async () => {
  const { run } = desk();
  for (const args of [["discover", "orders.csv"], ["add", "orders", "--from", "orders.csv"], ["preview", "orders"], ["discover", "orders.csv", "--delimiter", ";"]]) {
    const { out, err } = await run(...args);
    expect(out + err).not.toMatch(/jane|gmail|ivan|12\.5|2024-0/);
  }
});

test.each([
  ["a password on the command line", ["add", "shop", "--from", "postgres://me:topsecret@127.0.0.1/db", "--table", "t"], 2, "a password does not belong on a command line"],
  ["a file that is not there", ["add", "shop", "--from", "gone.csv"], 3, "there is no such file"],
  ["a database without a table", ["add", "shop", "--from", "mysql://me@127.0.0.1/db"], 2, "name it with --table"],
  ["an unknown kind", ["add", "shop", "--from", "orders.csv", "--as", "people"], 2, "there is no such kind of feed"],
  ["an unknown encoding", ["add", "shop", "--from", "orders.csv", "--encoding", "klingon"], 2, "there is no such encoding"],
] as const)("%s is refused, and nothing is added", async (_, args, code, says) => {
  const { run } = desk();
  const refused = await run(...args);
  expect(refused).toMatchObject({ code, err: expect.stringContaining(says) });
  expect(refused.err).not.toContain("topsecret");
  expect(JSON.parse((await run("ls", "--json")).out)).toEqual({ feeds: [] });
});
