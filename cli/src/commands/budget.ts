import { Refusal } from "@cohortium/protocol/host/refusal";
import { budgetShare } from "@cohortium/protocol/charter/budget-share";
import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import { budgetLedger, budgets, forecasts, type BudgetLedger, type ChargeLine } from "../answers/budget.js";
import { charterNames } from "../answers/charters.js";
import { accountGaps, chargesLogged, type LoggedCharge } from "../files/charges-logged.js";
import { logFolder } from "../files/log-folder.js";
import { pickByPrefix } from "../found/pick.js";
import { adminOfRole } from "../found/place.js";
import { budgetIn } from "../prices/cost.js";
import { accountSentence, elsewhereSentence, forecastSentence, ownSentence, SHARES_ARE } from "../show/budget.js";
import { count, instant, short } from "../text/amounts.js";
import { table, type Column } from "../text/table.js";
import { pathOf, textOption, type CommandGroup, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";

const OF_CHARTER = ["--charter <digest>", "only under this charter"] as const;

/** What answers have cost the people in a node's rows. */
export const BUDGET: CommandGroup = {
  name: "budget",
  says: "what answers have cost the people in this node's rows, and what is left (partner)",
  commands: [
    { usage: "show", says: "by charter: spent, left, and held in reserve (opened by privacy.openReserve in node.yaml)", example: "--folder ./harbour budget show", run: (context) => show(context) },
    {
      usage: "forecast", says: "how many more questions, and until when", example: "--folder ./harbour budget forecast --price 4%",
      options: [["--price <price>", "of one question: a share of the budget without its reserve such as 4%, or 10^-9 of ρ; otherwise what the last one cost"]],
      run: (context, _, options) => forecast(context, options),
    },
    {
      usage: "ledger", says: "every charge: when, for which question, how much; or whether all that this node signed for is there", example: "--folder ./harbour budget ledger --against ./public",
      options: [OF_CHARTER, ["--against <folder>", "hold the account to a published log: an older copy of it lacks what the log shows"]],
      run: (context, _, options) => ledger(context, options),
    },
  ],
};

const ACCOUNTS: readonly Column[] = [
  { head: "charter" }, { head: "name" }, { head: "used", right: true }, { head: "spent", right: true }, { head: "left", right: true }, { head: "in reserve", right: true }, { head: "expires" },
];

async function show({ folder, paint }: Context): Promise<Outcome> {
  const answer = await adminOfRole(folder, "node", "budget show").get("/v1/budget", budgets);
  const rows = answer.charters.map(({ charter, name, expires, privacy }) => {
    const amounts = privacy === null ? ["exact", "-", "-", "-"]
      : [budgetShare(privacy.spent, budgetIn(privacy)), count(privacy.spent), count(privacy.left), privacy.isReserveOpen ? "open" : count(privacy.reserve)];
    return [short(charter), name, ...amounts, expires.slice(0, 10)];
  });
  const sentences = answer.charters.flatMap((account) => {
    const { privacy } = account;
    const borne = privacy === null ? null : elsewhereSentence({ ...privacy.elsewhere, delta: privacy.delta });
    return ["", `${account.name}: ${accountSentence(account)}`, ...(borne === null ? [] : [paint.warn(borne)])];
  });
  const own = answer.own === null ? [] : ["", ownSentence(answer.own)];
  const unit = rows.length === 0 ? [] : ["", paint.dim("Amounts are in 10^-9 of ρ (zero-concentrated differential privacy); they add up, and never come back."), paint.dim(SHARES_ARE)];
  return done(answer, [table(ACCOUNTS, rows, { paint, empty: "No charter is in force here." }), ...sentences, ...own, ...unit].join("\n"));
}

async function forecast({ folder, paint }: Context, options: Options): Promise<Outcome> {
  const answer = await adminOfRole(folder, "node", "budget forecast").get(`/v1/budget/forecast${priceQuery(textOption(options, "price"))}`, forecasts);
  const lines = answer.forecasts.map((one) => `${one.name} (${short(one.charter)}): ${forecastSentence(one)}`);
  return done(answer, lines.length === 0 ? paint.dim("No charter here has a privacy budget.") : lines.join("\n"));
}

const CHARGES: readonly Column[] = [
  { head: "when (UTC)" }, { head: "charter" }, { head: "session" }, { head: "round", right: true }, { head: "kind" }, { head: "cost", right: true }, { head: "question" }, { head: "rows" },
];

async function ledger(context: Context, options: Options): Promise<Outcome> {
  const { folder, paint } = context;
  const admin = adminOfRole(folder, "node", "budget ledger");
  const log = textOption(options, "against");
  if (log !== undefined) return against(context, await admin.get("/v1/budget/ledger", budgetLedger), pathOf(context, log));
  const prefix = textOption(options, "charter");
  const query = prefix === undefined ? "" : `?charter=${await charterNamed(admin, prefix)}`;
  const answer = await admin.get(`/v1/budget/ledger${query}`, budgetLedger);
  const { charges } = answer;
  const total = charges.length === 0 ? "" : `\n\n${count(charges.reduce((sum, { nanoRho }) => sum + nanoRho, 0))} in ${count(charges.length)} ${charges.length === 1 ? "charge" : "charges"}, in 10^-9 of ρ.`;
  return done(answer, `${table(CHARGES, charges.map(chargeCells), { paint, empty: "Nothing has been spent." })}${total}`);
}

/** Exit status 6 where the log shows what the account does not: then the budget that is left here is not what is left. */
function against({ paint, progress }: Context, { party, charges }: BudgetLedger, log: string): Outcome {
  progress.now("checking every entry of the log …");
  const { report, charges: logged } = chargesLogged(logFolder(log), party);
  progress.clear();
  if (!report.verified) throw new Refusal({ code: "VERIFY_LOG", title: "the log itself does not verify, so nothing is held to it", detail: log, fix: `see what is wrong with: cohortium audit verify ${log}` });
  // A log of others, too, lacks nothing that this account has not.
  if (logged.length === 0 && charges.some(({ nanoRho }) => nanoRho > 0)) {
    throw new Refusal({ code: "VERIFY_OTHER_LOG", title: `the log shows nothing that ${party} answered, and the account has charges`, detail: log, fix: "take the log of this node's own coordinator, as it is now" });
  }
  const gaps = accountGaps(charges, logged);
  const json = { party, logged: logged.length, kept: charges.length, ...gaps };
  if (gaps.missing.length + gaps.other.length === 0) return done(json, `${paint.good("The account is whole:")} ${saysKept(logged.length)}${gaps.ahead === 0 ? "" : `, and ${count(gaps.ahead)} that the log does not show (yet)`}.`);
  const rows = [...gaps.missing.map((charge) => [...loggedCells(charge), "missing"]), ...gaps.other.map((charge) => [...loggedCells(charge), "kept at another price"])];
  const text = [
    paint.bad("The account is not whole: it is an older copy, or somebody changed it."), "",
    table([{ head: "charter" }, { head: "session" }, { head: "round", right: true }, { head: "cost by the log", right: true }, { head: "in the account" }], rows, { paint, empty: "" }), "",
    "Answer nothing more under these charters until the newest copy of node.db is back.",
  ].join("\n");
  return { json, text, exit: 6 };
}

function saysKept(logged: number): string {
  return logged === 1 ? "the one charge that the log shows is in it" : `all ${count(logged)} charges that the log shows are in it`;
}

function loggedCells({ charter, session, round, nanoRho }: LoggedCharge): readonly string[] {
  return [short(charter), short(session), String(round), count(nanoRho)];
}

function chargeCells({ atMs, charter, session, round, kind, nanoRho, query, rowSet }: ChargeLine): readonly string[] {
  return [instant(atMs), short(charter), short(session), String(round), kind, count(nanoRho), short(query), short(rowSet)];
}

/** The whole digest of a charter this node knows. */
async function charterNamed(admin: AdminClient, prefix: string): Promise<string> {
  const { charters } = await admin.get("/v1/charters", charterNames);
  return pickByPrefix({ noun: "charter", listedBy: "charter ls", items: charters, idOf: ({ digest }) => digest, labelOf: ({ name }) => name }, prefix).digest;
}

/** @throws Refusal USAGE_PRICE for what is neither a share nor a whole number. */
function priceQuery(price: string | undefined): string {
  if (price === undefined) return "";
  const share = /^(\d{1,3}(?:\.\d{1,6})?)\s?%$/.exec(price)?.[1];
  if (share !== undefined && Number(share) > 0 && Number(share) <= 100) return `?share=${Number(share) / 100}`;
  if (/^\d{1,15}$/.test(price) && Number(price) >= 1) return `?price=${price}`;
  throw new Refusal({ code: "USAGE_PRICE", title: "--price is a share of the budget, or a whole number of 10^-9 of ρ", detail: `"${price}" is neither`, fix: "write --price 4% or --price 1000000" });
}
