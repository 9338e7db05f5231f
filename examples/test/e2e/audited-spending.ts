import { expect } from "@jest/globals";
import { nanoRhoFor } from "@cohortium/protocol/charter/privacy-budget";
import { typeCommand } from "./command-line.js";
import type { TinyConsortium } from "./tiny-consortium.js";

/** What anybody types who has the log and the uploads alone: all of it holds, and this is what was spent of a budget of ε without a reserve. */
export async function expectAuditedSpending(tiny: TinyConsortium, { charter, epsilon, chargedNanoRho }: { readonly charter: string; readonly epsilon: number; readonly chargedNanoRho: number }): Promise<void> {
  const { code, says } = await typeCommand(tiny.folder, "audit", "verify", tiny.published).ended;
  expect(says).toContain("Verified: ");
  expect(code).toBe(0);
  const report = JSON.parse((await typeCommand(tiny.folder, "audit", "verify", tiny.published, "--json").ended).says) as { readonly privacy: unknown };
  expect(report.privacy).toEqual([{ charter, chargedNanoRho, budgetNanoRho: nanoRhoFor(epsilon, 1e-5), reserveNanoRho: 0, answers: 0 }]);
}
