import { Refusal } from "@cohortium/protocol/host/refusal";
import { epsilonOfRho } from "@cohortium/protocol/budget/concentrated";
import { budgetOf, NANO } from "@cohortium/protocol/session/privacy-budget";
import { queryJson } from "@cohortium/protocol/statistics/query-schema";
import { budgetView, type BudgetView } from "../answers/questions.js";
import { textOption, type Context, type Options } from "../context.js";
import { done, type Outcome } from "../outcome.js";
import { adminOf, placeAt, type Place } from "../place.js";
import { charterAsked, type CharterAsked } from "../question/charter-asked.js";
import { priceOf, type Price } from "../question/price.js";
import { askingIn, queryUnder } from "../question/query-asked.js";
import { priceText, type Cost } from "../show/price.js";

/** The price, the error to expect and the cells likely to be withheld. Nothing is asked of anybody. */
export async function planQuestion(context: Context, kind: string | undefined, options: Options): Promise<Outcome> {
  const given = rowsIn(textOption(options, "rows"));
  const asking = askingIn(context, kind, options);
  const place = placeAt(context.folder);
  const asked = await charterAsked(adminOf(place), textOption(options, "charter"));
  const { digest, charter, statistics: { cellRows } } = asked;
  const query = queryUnder(asking, charter);
  const rows = given ?? charter.rows.jointMin;
  const price = priceOf(charter, query, rows);
  const budget = await budgetAt(place, asked);
  const cost = costOf(price, budget, asked);
  const text = priceText({ price, cost, charter: charter.name, cellRows, rows }, context.paint);
  return done({ charter: digest, query: queryJson(query), rows, price, budget, cost }, text);
}

/** What is spent, as the coordinator saw it. A node's own account is told by its `budget show`; here it plans with the whole. */
async function budgetAt(place: Place, { digest, charter }: CharterAsked): Promise<BudgetView> {
  switch (place.role) {
    case "coordinator": return adminOf(place).get(`/v1/charters/${digest}/budget`, budgetView);
    case "node": return { limit: budgetOf(charter)?.nanoRho ?? null, reserve: budgetOf(charter)?.reserveNanoRho ?? 0, spent: 0 };
  }
}

function costOf({ nanoRho }: Price, { limit, reserve, spent }: BudgetView, { charter: { privacy } }: CharterAsked): Cost | null {
  if (limit === null || nanoRho === 0 || privacy.mechanism === "none") return null;
  const left = Math.max(0, limit - spent);
  const epsilon = epsilonOfRho(nanoRho / NANO, privacy.budget.delta);
  return { share: nanoRho / limit, left: left / limit, reserve: reserve / limit, more: Math.floor(left / nanoRho) - 1, epsilon };
}

function rowsIn(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new Refusal({ code: "USAGE_ROWS", title: "--rows is a number of rows", detail: `"${text.slice(0, 40)}" is no whole number from 1`, fix: "write how many rows the companies have together, roughly" });
}
