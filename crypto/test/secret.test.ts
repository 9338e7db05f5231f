import { inspect } from "node:util";
import { expect, test } from "@jest/globals";
import { Secret } from "../src/secret.js";

test("a secret is lent, and the borrower's answer comes back", () => {
  expect(new Secret(Uint8Array.of(3, 4)).lend((bytes) => bytes.length + (bytes[1] ?? 0))).toBe(6);
});

test("nothing that prints or serialises shows the bytes", () => {
  const secret = new Secret(new Uint8Array(32).fill(0x5a));
  for (const printed of [`${secret}`, inspect(secret), inspect({ secret }, { showHidden: true, depth: 9 })]) {
    expect(printed).toContain("[secret]");
    expect(printed).not.toMatch(/5a|90/i);
  }
  expect(JSON.stringify({ secret })).toBe('{"secret":"[secret]"}');
  expect(Object.keys({ ...secret })).toEqual([]);
});

test("wiping overwrites the bytes themselves, and what was wiped is not lent as zeros", () => {
  const bytes = Uint8Array.of(3, 4);
  const secret = new Secret(bytes);
  secret.wipe();
  expect(bytes).toEqual(Uint8Array.of(0, 0));
  expect(() => secret.lend((lent) => lent.length)).toThrow("wiped");
});
