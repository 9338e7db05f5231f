import { budgetShare } from "@cohortium/protocol/charter/budget-share";
import type { Role } from "../found/place.js";
import type { Cost } from "../prices/cost.js";
import type { Price } from "../prices/query-price.js";
import type { TrainingPrice } from "../prices/training-price.js";
import { count, counted } from "../text/amounts.js";
import type { Paint } from "../text/paint.js";
import { facts, table } from "../text/table.js";
import { quantityForm } from "./answer-cells.js";
import { OPENS_RESERVE, SHARES_ARE } from "./budget.js";

/** What a question would cost under a charter. Shares are of the budget without its reserve; null where answers cost nothing. */
export interface Priced {
  readonly price: Price;
  readonly charter: string;
  readonly cellRows: number;
  readonly rows: number;
  readonly cost: Cost | null;
  /** By whose account something is left. */
  readonly account: Role;
}

/** The price in plain words, then what to expect of each part of the answer. */
export function priceText({ price, charter, cellRows, rows, cost, account }: Priced, paint: Paint): string {
  const isNoisy = cost !== null;
  const columns = [{ head: "part" }, { head: "cells", right: true }, ...(isNoisy ? [{ head: "error to expect", right: true }, { head: "95 % interval", right: true }] : []), { head: "likely withheld", right: true }];
  const lines = price.parts.map(({ name, cells, errorAbs, interval95, withheld }) => [
    name, count(cells), ...(isNoisy ? [quantityForm(errorAbs), `± ${quantityForm(interval95)}`] : []), withheld === null ? "" : withheld === 0 ? "none" : `${count(withheld)} of ${count(cells)}`,
  ]);
  return [
    facts([["charter", charter], ["sums", String(price.sums)], ["price", costText(cost, paint.bad)]]), "",
    table(columns, lines, { paint, empty: "" }), "",
    ...(price.found === null ? [] : [`Each sum asks of one more character. Beginnings with fewer than about ${count(Math.ceil(price.found.least))} rows are not followed; a word with ${count(Math.ceil(price.found.sure))} rows or more is found with a probability of 95 %.`]),
    `Reckoned with ${count(rows)} rows that lie evenly in the cells${isNoisy ? ", and the noise of all companies" : ""}. Cells over fewer than ${cellRows} rows are withheld. Nothing was asked.`,
    ...(isNoisy ? [paint.dim(LEFT_BY[account]), paint.dim(SHARES_ARE)] : []), ...(isNoisy && cost.reserve > 0 ? [paint.dim(`Of the reserve: ${OPENS_RESERVE}.`)] : []),
  ].join("\n");
}

const LEFT_BY: Readonly<Record<Role, string>> = {
  coordinator: "What is left is what this coordinator saw; each node answers by its own account.",
  node: "What is left is by this node's own account, and by its own ceiling where that is less; another node may have less.",
};

function costsText({ share, epsilon }: Pick<Cost, "share" | "epsilon">): string {
  return `costs ${budgetShare(share, 1)} of the budget (ε ${quantityForm(epsilon)} by itself)`;
}

/** What lies beside the budget, as the end of a sentence. */
function asideText({ reserve }: Cost): string {
  return reserve === 0 ? "" : `; another ${budgetShare(reserve, 1)} is in reserve`;
}

/** What a question or a training will take, before anybody is asked anything. @param what - As in "This training". */
export function takesText(what: string, cost: Cost): string {
  const { share, left, more } = cost;
  if (more < 0) return `${what} ${costText(cost, (text) => text)}.`;
  return `${what} ${costsText(cost)}; ${budgetShare(left, 1)} is left before it, and ${budgetShare(Math.max(0, left - share), 1)} after it.`;
}

/** What a schedule will take each time, before it begins, and how often there is enough. */
export function eachRunText(cost: Cost): string {
  const { left, more } = cost;
  return `Each run ${costsText(cost)}, of which ${budgetShare(left, 1)} is left: enough for ${more < 0 ? "none" : counted(more + 1, "run")}${asideText(cost)}.`;
}

/** What one training takes, for whoever is about to agree to all of them. */
export function trainingPriceText({ fit, cost }: TrainingPrice): string {
  const { reserve } = cost;
  const aside = reserve === 0 ? "" : ` Another ${budgetShare(reserve, 1)} is in reserve: ${OPENS_RESERVE}.`;
  return `One training ${costsText(cost)}: ${fit === 0 ? "none fits" : fit === 1 ? "one fits" : `${count(fit)} fit`} into it, if nothing else is asked.${aside}`;
}

function costText(cost: Cost | null, bad: Paint["bad"]): string {
  if (cost === null) return "nothing: this charter's sums are exact";
  const { left, more } = cost;
  const [price, aside] = [costsText(cost), asideText(cost)];
  if (more < 0) return `${price}; ${bad(`only ${budgetShare(left, 1)} is left, so it would be refused`)}${aside}`;
  return `${price}, of which ${budgetShare(left, 1)} is left: ${more === 0 ? "none" : `about ${count(more)}`} more of this kind${aside}`;
}
