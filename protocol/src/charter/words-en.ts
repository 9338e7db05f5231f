import type { ModelClause } from "./model-clauses.js";
import type { Charter } from "./charter.js";
import { columnsIn } from "./columns.js";
import { SHARED_CLASS_ROWS_MIN, SHARED_ROWS_MIN } from "./limits.js";
import { networkLearnedEnglish } from "./network-words.js";
import { exceptions, grouped, type Sentences } from "./sentences.js";
import { answersEnglish, noiseEnglish, reserveEnglish, statisticsEnglish, withheldEnglish } from "./statistics-words.js";

export const ENGLISH: Sentences = {
  parties: ({ parties, name, consortium }) =>
    `${capital(numberWord(parties.length))} companies of ${consortium} sign "${name}": ${list(parties.map((party) => `${party.name} (${party.organisation})`))}.`,
  purpose: ({ purpose }) => `What for: ${purpose}${/[.!?]$/.test(purpose) ? "" : "."}`,
  question: ({ questions, statistics }) => questions.map(({ label, features }) => {
    const numbers = features.filter(({ kind }) => kind === "numeric" || kind === "log").length;
    const columns = `${counted(features.length, "column")} (${counted(numbers, "number")}, ${counted(features.length - numbers, "category", "categories")})`;
    return `They allow one ${statistics === undefined ? "question" : "training"}: how likely is "${label.name}" to be "${label.positive}", learned from ${columns} and from nothing else. No code and no query crosses a company's border.`;
  }).join(" "),
  statistics: ({ questions, statistics }) => (statistics === undefined ? "" : statisticsEnglish(statistics, questions.length === 0)),
  columns: (charter) => ["A company whose rows do not fit these columns is refused.", ...columnsIn(charter).flatMap(({ features, transactions }) => [
    ...exceptions(features).map(({ names, how }) => ({
      clip: `A value beyond the bounds of ${list(names)} counts as the nearest bound.`,
      otherwise: `In ${list(names)} a word that is not listed counts as the category set for all others.`,
      indicate: `That ${list(names)} may have no value is itself used, and the joint sums show how often.`,
      hash: `${capital(list(names))} enter${names.length === 1 ? "s" : ""} as hash numbers, which hide nothing.`,
    })[how]),
    ...(transactions === undefined ? [] : [
      `${capital(list(transactions.windows.map(({ name }) => name)))} come${transactions.windows.length === 1 ? "s" : ""} from each company's own purchases before ${date(transactions.before)}; "${transactions.key}", which joins them to the rows, does not leave its node.`,
    ]),
  ])].join(" "),
  rows: ({ rows, questions, statistics }) => {
    const joint = questions.length === 0 ? "" : `; with fewer than ${grouped(rows.jointMin)} together ${statistics === undefined ? "nothing is learned" : "no model is trained"}`;
    return `Nobody receives rows. Each company brings ${grouped(rows.perPartyMin)} to ${grouped(rows.perPartyMax)} rows to its own node, where they stay${joint}.`;
  },
  released: ({ questions, statistics, privacy }) => {
    const answers = statistics === undefined ? "" : answersEnglish(statistics, privacy);
    if (questions.length === 0) return answers;
    const measured = questions.map(({ evaluation: { holdout, holdoutShare, holdoutDigest = "" } }) => (holdout === "own"
      ? `on the ${percent(holdoutShare)} of rows that each company holds out`
      : `on the file with the digest ${holdoutDigest.slice(0, 12)}…`));
    return `Every company receives the joint model, measured ${measured.join(" and ")}. On the way there, they and the coordinator learn of all rows together: ${questions.map(({ model }) => learned(model)).join("; ")}, and how the scores spread.${questions.some(({ evaluation }) => evaluation.leaveOneOut === "allowed") ? LEFT_OUT : ""}${answers === "" ? "" : ` ${answers}`}`;
  },
  gains: ({ questions }) => (questions.length === 0 ? "" : questions.some(({ evaluation }) => evaluation.perPartner === "shared")
    ? `After a training each company also publishes, to every signer, the coordinator and whoever reads the log, how well a model of its own rows alone and the joint one rank the rows it held out: AUC, KS and gain with intervals, and about how many rows these are. With fewer than ${grouped(SHARED_ROWS_MIN)} of them, or fewer than ${grouped(SHARED_CLASS_ROWS_MIN)} of a class, it publishes only that it does not.`
    : "What a company gained, a model of its own rows alone against the joint one, is told to itself only: these numbers do not leave its node."),
  categories: ({ thresholds, questions }) => (questions.length === 0 ? "" : `A category with fewer than ${grouped(thresholds.categoryRows)} rows over all companies gets no ${questions.some(({ model }) => model.kind === "trees") ? "split" : "coefficient"} of its own.`),
  withheld: ({ statistics }) => (statistics === undefined ? "" : withheldEnglish(statistics)),
  quorum: (charter) => {
    const { quorum, parties, minimumParties, aggregation } = charter;
    return aggregation.scheme === "encrypted"
      ? `A sum can be read only if all ${numberWord(parties.length)} nodes help. A company that falls silent ends the ${sessionOf(charter)}.`
      : `A sum can be read only if ${numberWord(quorum)} of the ${numberWord(parties.length)} nodes help; below ${numberWord(minimumParties)} companies nothing is released. ${aggregation.dropouts === "end"
        ? `A company that falls silent once the first sum was read ends the ${sessionOf(charter)}.`
        : `A ${sessionOf(charter)} goes on without a company that falls silent; whoever compares the sums before and after learns about that company's rows.`}`;
  },
  budget: ({ privacy }) => `At most ${grouped(privacy.budget.releasesMax)} sums may be released under this charter; every node counts for itself and stops there.${privacy.mechanism === "none" ? "" : ` ${reserveEnglish(privacy)}`}`,
  noise: ({ privacy, quorum, aggregation }) => (privacy.mechanism === "none" ? `No differential-privacy noise is added: the sums are exact. In the signers' words: ${privacy.note}` : noiseEnglish(privacy, quorum, aggregation.scheme)),
  operator: ({ operator, aggregation }) => (aggregation.scheme === "encrypted"
    ? `${operator.name} runs the coordinator: it adds encrypted vectors and sees no row and no identifier, nor any one company's numbers as long as all nodes follow the protocol. A company whose node sends a malformed ciphertext could bring out what the others encrypted; sums under masks withstand that.`
    : `${operator.name} runs the coordinator: it adds masked vectors and sees no row and no identifier, nor any one company's numbers unless a quorum of nodes helps it to cheat.`),
  period: ({ notBefore, expires }) => `It begins on ${day(notBefore)} and ends on ${day(expires)}. After that no node answers.`,
};

/** What a dropout may end. */
function sessionOf({ questions, statistics }: Charter): string {
  if (statistics === undefined) return "training";
  return questions.length === 0 ? "question" : "training or question";
}

const LEFT_OUT = " A training may be repeated without one company, to see what that company contributes: whoever compares the two then reads that company's own numbers, exactly those that are otherwise only known of all together. Where several are left out in turn, one company and the coordinator can work out those of a company that never was.";
const MOMENTS = "how many there are, each number's mean and spread, how often each category occurs";

function learned(model: ModelClause): string {
  switch (model.kind) {
    case "logistic": return `${MOMENTS}, the slopes and curvature of each step${model.privacy === undefined ? "" : ", all of them with noise"}`;
    case "trees":
      if (model.privacy !== undefined) return `how many there are and of which class, how often each category occurs, and for each of ${grouped(model.trees)} trees its slopes and weights in every bin of its columns and in every leaf, node by node, all of them with noise`;
      return `how many there are and of which class, how many lie in each of a few thousand stretches of a number's range, how often each category occurs, and for each of ${grouped(model.trees)} trees its slopes and weights in every bin of every column, node by node: in the first tree these are counts`;
    case "network": return `${MOMENTS}, ${networkLearnedEnglish(model)}`;
  }
}

const NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

function numberWord(value: number): string {
  return NUMBERS[value] ?? grouped(value);
}

function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${numberWord(count)} ${count === 1 ? singular : plural}`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function list(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1) ?? ""}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function day(instant: string): string {
  return `${date(instant)} at ${instant.slice(11, 16)} UTC`;
}

function date(instant: string): string {
  const [year = "", month = "", dayOfMonth = ""] = instant.slice(0, 10).split("-");
  return `${Number(dayOfMonth)} ${MONTHS[Number(month) - 1] ?? ""} ${year}`;
}
