import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { lockFolder } from "../../src/host/lock.js";
import { scratchFolder } from "./scratch-folder.js";

const lockFile = (folder: string) => join(folder, "process.lock");

test("a folder has one holder, and is free after release", () => {
  const folder = scratchFolder();
  const lock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: "LOCK_HELD", detail: expect.stringContaining(String(process.pid)) }));
  lock.release();
  expect(existsSync(lockFile(folder))).toBe(false);
  lockFolder(folder).release();
});

test("a living process keeps its lock, and the refusal names it", async () => {
  const folder = scratchFolder();
  const other = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"], { stdio: "ignore" });
  await once(other, "spawn");
  const text = lockTextOf(other.pid ?? 0);
  writeFileSync(lockFile(folder), text);
  expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: "LOCK_HELD", fix: expect.stringContaining(`kill ${other.pid}`) }));
  expect(readFileSync(lockFile(folder), "utf8")).toBe(text);
  other.kill();
  await once(other, "exit");
  lockFolder(folder).release();
});

test.each([
  ["a process that is gone", () => `${spawnSync(process.execPath, ["-e", ""]).pid} 123\n`],
  ["an earlier process with this one's pid", () => `${process.pid} 1\n`],
  ["an earlier process with the pid of one that lives", () => "1 999999999999\n"],
  ["a half-written file of old", () => ""],
])("the lock of %s is taken over", (_what, text) => {
  const folder = scratchFolder();
  writeFileSync(lockFile(folder), text());
  const lock = lockFolder(folder);
  expect(readFileSync(lockFile(folder), "utf8")).toMatch(new RegExp(`^${process.pid} \\d+\\n$`));
  expect(readdirSync(folder)).toEqual(["process.lock"]);
  lock.release();
});

test("release leaves a lock that somebody else has taken since", () => {
  const folder = scratchFolder();
  const lock = lockFolder(folder);
  writeFileSync(lockFile(folder), "1 17\n");
  lock.release();
  expect(existsSync(lockFile(folder))).toBe(true);
});

function lockTextOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}\n`;
}
