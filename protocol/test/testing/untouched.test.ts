import { describe, expect, test } from "@jest/globals";
import { Untouched } from "../../src/testing/untouched.js";

const watched = <T>(value: T) => {
  const inputs = new Untouched();
  inputs.watch(value);
  return { inputs, value };
};

describe("a change is noticed", () => {
  test("where it happens, in objects and arrays, however deep", () => {
    const { value } = watched({ list: [{ n: 1 }], by: new Map([["a", { n: 1 }]]) });
    expect(() => { value.list.push({ n: 2 }); }).toThrow(TypeError);
    expect(() => { (value.list[0] as { n: number }).n = 2; }).toThrow(TypeError);
    expect(() => { (value.by.get("a") as { n: number }).n = 2; }).toThrow(TypeError);
  });

  test.each([
    ["bytes", () => new Uint8Array(9), (bytes: Uint8Array) => { bytes[8] = 1; }],
    ["words", () => new BigUint64Array(3), (words: BigUint64Array) => { words[2] = 1n; }],
    ["a map", () => new Map([["a", 1]]), (map: Map<string, number>) => { map.set("b", 2); }],
    ["bytes in a map", () => new Map([["a", new Uint8Array(2)]]), (map: Map<string, Uint8Array>) => { (map.get("a") as Uint8Array)[0] = 1; }],
  ])("at the end, in %s", (_, make, change) => {
    const { inputs, value } = watched({ inner: make() });
    inputs.verify();
    (change as (inner: unknown) => void)(value.inner);
    expect(() => inputs.verify()).toThrow("changed its input");
  });
});

test("a value that holds itself is watched once", () => {
  const map = new Map<string, unknown>();
  map.set("self", map);
  expect(() => watched(map).inputs.verify()).not.toThrow();
});
