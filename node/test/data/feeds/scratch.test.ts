import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { scratchFolder } from "../../../../protocol/test/host/scratch-folder.js";
import { ownScratch } from "../../../src/data/feeds/scratch.js";

const pidOfDead = (): number => spawnSync(process.execPath, ["-e", ""]).pid;
const left = (parent: string, name: string): void => {
  mkdirSync(join(parent, name));
  writeFileSync(join(parent, name, "part-0.utf8"), "rows");
};

test("what a killed process left is removed, as is what an earlier process of our number left", () => {
  const parent = scratchFolder();
  left(parent, `feed-${pidOfDead()}-a`);
  left(parent, `feed-${process.pid}-b`);
  expect(readdirSync(parent)).toHaveLength(2);
  const own = ownScratch(parent);
  expect(readdirSync(parent).map((name) => join(parent, name))).toEqual([own]);
});

test("what living processes use stays, our own other feeds among it, and so does what is not of ours", () => {
  const parent = scratchFolder();
  left(parent, `feed-${process.ppid}-c`);
  left(parent, "somebody-elses");
  const [one, other] = [ownScratch(parent), ownScratch(parent)];
  expect(readdirSync(parent).map((name) => join(parent, name)).sort()).toEqual([one, other, join(parent, `feed-${process.ppid}-c`), join(parent, "somebody-elses")].sort());
});

test("nobody else can look into it", () => expect(statSync(ownScratch(scratchFolder())).mode & 0o077).toBe(0));
