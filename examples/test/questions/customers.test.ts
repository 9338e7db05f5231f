import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { findCustomers, TRUE_VISITS, type Customer } from "../../src/questions/customers.js";
import { DEALT, dealCustomers } from "../../src/questions/deal.js";

const FOLDER = mkdtempSync(join(tmpdir(), "cohortium-customers-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

test("without the public file customers are made up, by the truth that is stated, and say so", async () => {
  const { source, rows } = await findCustomers([]);
  expect([source, rows.length]).toEqual(["generated", 64_000]);
  for (const [mail, due] of Object.entries(TRUE_VISITS)) {
    const plain = rows.filter(({ segment, history }) => segment === mail && history <= 300);
    expect(Math.abs(plain.reduce((sum, { visit }) => sum + visit, 0) / plain.length - due)).toBeLessThan(0.015);
  }
});

test("every customer is dealt to one company, the same each time", async () => {
  const { rows } = await findCustomers([]);
  const files = await dealCustomers(rows, FOLDER);
  const lines = Object.values(files).map((path) => readFileSync(path, "utf8").trimEnd().split("\n").slice(1));
  expect(lines.map(({ length }) => length)).toEqual([DEALT.harbour, DEALT.lantern, DEALT.meadow]);
  expect(lines.flat().toSorted()).toEqual(rows.map(lineOf).toSorted());
  expect(lines[1]?.[0]).toBe("Phone;Urban;Womens E-Mail;172.29;0;0");
});

function lineOf({ channel, zip_code, segment, history, visit, spend }: Customer): string {
  return [channel, zip_code, segment, history, visit, spend].join(";");
}
