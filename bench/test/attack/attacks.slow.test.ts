import { expect, test } from "@jest/globals";
import { ATTACKS } from "../../src/attack/attacks.js";

test.each(Object.entries(ATTACKS))("%s works on a build without the defence, and breaks no promise of ours", async (name, attack) => {
  expect(await attack(true)).toMatchObject({ controlFalls: true, holds: name === "membership" ? null : true });
});
