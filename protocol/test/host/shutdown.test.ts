import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { installShutdown } from "../../src/host/shutdown.js";

function world(boundMs = 1_000) {
  const signals = new EventEmitter();
  const exits: number[] = [];
  const reports: string[] = [];
  const shutdown = installShutdown({ signals, exit: (code) => exits.push(code), report: (message) => reports.push(message), boundMs });
  return { signals, exits, reports, shutdown };
}

test("on SIGTERM everything closes, the last opened first, then the process ends well", async () => {
  const { signals, exits, shutdown } = world();
  const closed: string[] = [];
  shutdown.onClose("database", () => void closed.push("database"));
  shutdown.onClose("server", async () => {
    await sleep(5);
    closed.push("server");
  });
  expect(shutdown.begun.aborted).toBe(false);
  signals.emit("SIGTERM");
  expect(shutdown.begun.aborted).toBe(true);
  await sleep(30);
  expect({ closed, exits }).toEqual({ closed: ["server", "database"], exits: [0] });
});

test("SIGINT ends with 130, and a second one does not wait", async () => {
  const { signals, exits, shutdown } = world();
  shutdown.onClose("slow", () => sleep(20));
  signals.emit("SIGINT");
  expect(exits).toEqual([]);
  signals.emit("SIGINT");
  expect(exits).toEqual([130]);
  await sleep(40);
  expect(exits).toEqual([130, 130]);
});

test("a second SIGTERM or SIGHUP changes nothing: a service manager may tell everybody in a group", async () => {
  const { signals, exits, shutdown } = world();
  shutdown.onClose("slow", () => sleep(20));
  signals.emit("SIGTERM");
  signals.emit("SIGHUP");
  signals.emit("SIGTERM");
  expect(exits).toEqual([]);
  await sleep(60);
  expect(exits).toEqual([0]);
});

test("a closer that hangs is given up at the bound, and the exit status says so", async () => {
  const { signals, exits, reports, shutdown } = world(15);
  shutdown.onClose("stuck", () => new Promise(() => undefined));
  signals.emit("SIGTERM");
  await sleep(40);
  expect({ exits, reports }).toEqual({ exits: [1], reports: ["not everything closed within 0.015 s"] });
});

test("a closer that fails keeps no other from closing", async () => {
  const { exits, reports, shutdown } = world();
  const closed: string[] = [];
  shutdown.onClose("first", () => void closed.push("first"));
  shutdown.onClose("broken", () => { throw new Error("no"); });
  await shutdown.end(7);
  expect({ closed, exits, reports }).toEqual({ closed: ["first"], exits: [7], reports: ["closing broken failed: no"] });
});
