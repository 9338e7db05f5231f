import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { sigmoid } from "../../src/training/sigmoid.js";

test.each([[0, 0.5], [2, 0.8807970779778824], [-5, 0.006692850924284856], [8, 0.9996646498695336]])("sigmoid(%d) is %d", (logit, probability) => {
  expect(Math.abs(sigmoid(logit) / probability - 1)).toBeLessThan(4e-16);
});

test("it agrees with the platform's exponential to 14 digits", () => {
  fc.assert(fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (logit) => {
    expect(Math.abs(sigmoid(logit) * (1 + Math.exp(-logit)) - 1)).toBeLessThan(1e-14);
  }));
});
