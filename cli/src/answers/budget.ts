import { z } from "zod";
import { atMs, digest, line } from "./text.js";

const nanoRho = z.number();
const pace = z.object({ nanoRhoPerDay: z.number(), runsOutAtMs: atMs });

/** Exact sums have no price. */
const exactSums = z.number().default(0);
const elsewhere = z.object({ nanoRho, charters: z.number(), exactSums, epsilon: z.number() });

const privacyAccount = z.object({
  epsilon: z.number(), delta: z.number(), epsilonSpent: z.number(), limit: nanoRho, spent: nanoRho, left: nanoRho,
  reserve: nanoRho, reserveShare: z.number(), isReserveOpen: z.boolean(),
  questions: z.array(z.object({ kind: line, nanoRho, more: z.number() })), pace: pace.nullable(), elsewhere,
});
export type PrivacyAccount = z.output<typeof privacyAccount>;

const account = z.object({
  charter: digest, name: line, expires: line, releases: z.object({ made: z.number(), max: z.number() }), privacy: privacyAccount.nullable(),
});
export type Account = z.output<typeof account>;

const ownAccount = z.object({ epsilonMax: z.number(), delta: z.number(), epsilonSpent: z.number(), limit: nanoRho, spent: nanoRho, left: nanoRho, exactSums });
export type OwnAccount = z.output<typeof ownAccount>;

export const budgets = z.object({ party: line, own: ownAccount.nullable(), charters: z.array(account) });

const forecast = z.object({
  charter: digest, name: line, expires: line, left: nanoRho, price: nanoRho.nullable(), more: z.number().nullable(), pace: pace.nullable(),
});
export type Forecast = z.output<typeof forecast>;
export const forecasts = z.object({ forecasts: z.array(forecast) });

const charge = z.object({ atMs, charter: digest, session: line, round: z.number(), query: line, kind: line, nanoRho, rowSet: line });
export type ChargeLine = z.output<typeof charge>;
export const budgetLedger = z.object({ party: line, charges: z.array(charge) });
export type BudgetLedger = z.output<typeof budgetLedger>;
