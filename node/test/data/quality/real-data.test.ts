import { describe, expect, test } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runGate } from "../../../src/data/quality/gate.js";
import { NO_TERMS } from "../../../src/data/quality/terms.js";
import { tableOver } from "./duck-table.js";

const SHARED = join(import.meta.dirname, "../../../../../shared/datasets");
const retail = join(SHARED, "online-retail/online-retail.csv.gz");
console.log(SHARED, existsSync(retail));
test("x", async () => {
  const table = await tableOver(`SELECT * FROM read_csv('${retail}', header = true)`);
  const t = Date.now();
  const result = await runGate(table, { table: null, contract: null, terms: NO_TERMS, accepted: new Map(), nowMs: 0 });
  console.log(Date.now() - t, result.results.filter((r) => r.outcome !== "pass").map((r) => `${r.check.rule} ${r.check.column} ${r.says} => ${r.wouldPass}`), result.columns);
});
test("bank", async () => {
  const table = await tableOver(`SELECT * FROM read_csv('${SHARED}/bank-marketing/bank-additional-full.csv', header = true, delim=';', types={y: 'VARCHAR'})`);
  const t = Date.now();
  const result = await runGate(table, { table: null, contract: null, terms: { ...NO_TERMS, label: {name:"y", positive:"yes", negative:"no", at:"x"}, columns: table.columns.filter((c) => c.name !== "y").map((c) => ({name: c.name, at: "", kind: {kind:"any"}})) }, accepted: new Map(), nowMs: 0 });
  console.log(Date.now() - t, result.results.filter((r) => r.outcome !== "pass" || r.check.rule.startsWith("QUALITY_LEAK")).map((r) => `${r.check.rule} ${r.check.column} ${r.outcome} ${r.says} => ${r.wouldPass}`).join("\n"));
});
test("credit", async () => {
  for (const [f, l, pos, neg] of [["default-credit/UCI_Credit_Card.csv", "default.payment.next.month", "1", "0"], ["fate/default_credit_homo_guest.csv", "y", "1", "0"], ["fate/breast_hetero_guest.csv", "y", "1", "0"], ["hillstrom-email/hillstrom.csv", "visit", "1", "0"], ["hillstrom-email/hillstrom.csv", "conversion", "1", "0"]] as const) {
  const table = await tableOver(`SELECT * FROM read_csv('${SHARED}/${f}', header = true)`);
  const result = await runGate(table, { table: null, contract: null, terms: { ...NO_TERMS, label: {name:l, positive:pos, negative:neg, at:"x"}, columns: table.columns.filter((c) => c.name !== l).map((c) => ({name: c.name, at: "", kind: {kind:"any"}})) }, accepted: new Map(), nowMs: 0 });
  console.log(f, l, result.results.filter((r) => r.outcome !== "pass").map((r) => `${r.check.rule} ${r.check.column} ${r.outcome} ${r.says} => ${r.wouldPass}`).join("\n"));
  }
});
