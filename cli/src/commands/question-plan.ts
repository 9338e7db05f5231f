import { Refusal } from "@cohortium/protocol/host/refusal";
import { queryJson } from "@cohortium/protocol/statistics/query-schema";
import type { BudgetView } from "../answers/questions.js";
import { charterAsked, type CharterAsked } from "../found/charter-asked.js";
import { adminOf, placeAt, type Place } from "../found/place.js";
import { budgetSeen } from "../prices/budget-seen.js";
import { budgetOwn, costOf, leftOf, type OwnBudget } from "../prices/cost.js";
import { priceOf } from "../prices/query-price.js";
import { askingWithFound } from "../question/found-words.js";
import { queryUnder } from "../question/query-asked.js";
import { priceText } from "../show/price.js";
import { textOption, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";

/** The price, the error to expect and the cells likely to be withheld. Nothing is asked of anybody. */
export async function planQuestion(context: Context, kind: string | undefined, options: Options): Promise<Outcome> {
  const given = rowsIn(textOption(options, "rows"));
  const place = placeAt(context.folder);
  const asking = await askingWithFound(adminOf(place), context, kind, options);
  const asked = await charterAsked(adminOf(place), textOption(options, "charter"));
  const { digest, charter, statistics: { cellRows } } = asked;
  const budget = await budgetAt(place, asked);
  const query = queryUnder(asking, charter, leftOf(budget));
  const rows = given ?? charter.rows.jointMin;
  const price = priceOf(charter, query, rows);
  const cost = costOf(price.nanoRho, budget, charter);
  const text = priceText({ price, cost, charter: charter.name, cellRows, rows, account: place.role }, context.paint);
  return done({ charter: digest, query: queryJson(query), rows, price, budget, cost }, text);
}

/** What is spent: as the coordinator saw it, or by this node's own account. */
function budgetAt(place: Place, asked: CharterAsked): Promise<BudgetView | OwnBudget> {
  switch (place.role) {
    case "coordinator": return budgetSeen(adminOf(place), asked);
    case "node": return budgetOwn(adminOf(place), asked);
  }
}

function rowsIn(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new Refusal({ code: "USAGE_ROWS", title: "--rows is a number of rows", detail: `"${text.slice(0, 40)}" is no whole number from 1`, fix: "write how many rows the companies have together, roughly" });
}
