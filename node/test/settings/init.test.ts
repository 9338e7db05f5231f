import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { initNode, type NodeInit } from "../../src/settings/init.js";

describe("a node's folder", () => {
  const options = (more: Partial<NodeInit>): NodeInit => ({
    folder: join(scratchFolder(), "mill"), party: "mill", coordinator: "hub.example:7443", enrolment: "https://hub.example:7444", adminPort: 7450,
    rows: null, delimiter: ",", holdout: null, ...more,
  });

  test("is made once: a second time refuses rather than overwrite keys", () => {
    const given = options({});
    expect(existsSync(initNode(given).configFile)).toBe(true);
    expect(() => initNode(given)).toThrow(expect.objectContaining({ code: "CONFIG_EXISTS" }));
  });

  test.each([
    ["rows that are not there", { rows: "/nowhere/rows.csv" }, "there is no such file"],
    ["a held-out file that is not there", { holdout: "/nowhere/held.csv" }, "there is no such file"],
    ["an enrolment address without TLS", { enrolment: "http://hub.example:7444" }, "the enrolment address is not https"],
  ])("is not made with %s", (_, wrong, title) => {
    const given = options(wrong);
    expect(() => initNode(given)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", title }));
    expect(existsSync(given.folder)).toBe(false);
  });

  test("names the rows it was given", () => {
    const rows = join(scratchFolder(), "rows.csv");
    writeFileSync(rows, "age\n41\n");
    expect(existsSync(initNode(options({ rows })).configFile)).toBe(true);
  });
});
