import { expect, test } from "@jest/globals";
import { isRefuted } from "../../src/attack/canaries.js";
import { binomialMass, binomialTail } from "../../src/attack/chance.js";
import { differencing } from "../../src/attack/differencing.js";
import { spelling } from "../../src/attack/spelling.js";
import { lowBits } from "../../src/attack/low-bits.js";
import { overspending } from "../../src/attack/overspending.js";
import { restart } from "../../src/attack/restart.js";
import { isWrong, type Verdict } from "../../src/attack/verdict.js";

test.each(Object.entries({ differencing, lowBits, overspending, restart, spelling }))("%s works on a build without the defence, and not on ours", async (_, attack) => {
  expect(await attack(true)).toMatchObject({ controlFalls: true, holds: true });
});

test("a verdict is wrong if the promise is broken, or if the attack cannot even break what is broken", () => {
  const verdict: Verdict = { attack: "a", control: "c", ours: "o", promised: "p", controlFalls: true, holds: true };
  expect([{}, { holds: null }, { holds: false }, { controlFalls: false }, { controlFalls: false, holds: null }].map((more) => isWrong({ ...verdict, ...more }))).toEqual([false, false, true, true, true]);
});

test("binomial probabilities are those of any table", () => {
  expect(binomialMass(3, 10, 0.5)).toBeCloseTo(120 / 1024, 14);
  expect(binomialTail(8, 10, 0.3)).toBeCloseTo(0.0015903864, 10);
  expect([binomialTail(0, 7, 0.2), binomialTail(8, 7, 0.2), binomialMass(-1, 7, 0.2), binomialMass(7, 7, 1), binomialMass(6, 7, 1), binomialMass(0, 7, 0)]).toEqual([1, 0, 0, 1, 0, 1]);
});

test("right guesses refute a small ε and no large one: all of 200 right has the chance (1 + e^-ε)^-200", () => {
  // At this ε the chance is 0.05 for δ = 0; the small δ moves it hardly.
  const epsilon = -Math.log(0.05 ** (-1 / 200) - 1);
  expect([isRefuted(epsilon - 0.05, 200, 0.05), isRefuted(epsilon + 0.05, 200, 0.05)]).toEqual([true, false]);
  expect(isRefuted(0, 100, 0.05)).toBe(false);
  expect(isRefuted(0, 120, 0.05)).toBe(true);
});
