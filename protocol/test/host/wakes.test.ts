import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { Wakes } from "../../src/host/wakes.js";

const START_MS = 1_800_000_000_000;

describe("a wake-up", () => {
  let wakes = new Wakes(Date.now);
  let woken: string[] = [];
  beforeEach(() => {
    jest.useFakeTimers({ now: START_MS });
    wakes = new Wakes(Date.now);
    woken = [];
  });
  afterEach(() => void jest.useRealTimers());
  const wake = (what: string) => () => void woken.push(`${what} at ${Date.now() - START_MS}`);

  test("comes at its time, never before", () => {
    wakes.set("one", START_MS + 1_000, wake("one"));
    jest.advanceTimersByTime(1_000);
    expect(woken).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(woken).toEqual(["one at 1001"]);
  });

  test("replaces the earlier one of its key, and leaves other keys alone", () => {
    wakes.set("one", START_MS + 1_000, wake("first"));
    wakes.set("two", START_MS + 2_000, wake("two"));
    wakes.set("one", START_MS + 3_000, wake("second"));
    jest.runAllTimers();
    expect(woken).toEqual(["two at 2001", "second at 3001"]);
  });

  test("that was dropped does not come, nor does any after closing", () => {
    wakes.set("one", START_MS + 1, wake("one"));
    wakes.set("two", START_MS + 1, wake("two"));
    wakes.drop("one");
    wakes.drop("never set");
    jest.runAllTimers();
    expect(woken).toEqual(["two at 2"]);
    wakes.set("three", START_MS + 9, wake("three"));
    wakes.close();
    jest.runAllTimers();
    expect(woken).toHaveLength(1);
  });

  test("whose time has passed comes soon, but not within the call", () => {
    wakes.set("late", START_MS - 5_000, wake("late"));
    expect(woken).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(woken).toEqual(["late at 1"]);
  });

  test("further away than a timer can count does not come at once", () => {
    wakes.set("far", Number.MAX_SAFE_INTEGER, wake("far"));
    jest.advanceTimersByTime(60_000);
    expect([woken, jest.getTimerCount()]).toEqual([[], 0]);
  });
});
