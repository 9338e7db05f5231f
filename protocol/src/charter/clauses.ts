/** Every rule a charter, or a request under it, can be refused by. Spec page and tests are held to this table in both directions. */
export const CLAUSES = {
  "shape.unknown-key": "a charter holds the keys of the schema and no other",
  "shape.missing-key": "every key is written out, since what is not written is not signed; absent may be `holdoutDigest`, `leaveOneOut`, `perPartner`, `earlyStopping`, `statistics`, `transactions`, `consent`, `exactCohorts`, `open`, a model's `privacy` and how a column departs from being taken as it is",
  "shape.value": "every value has the type, form and size the schema gives",
  "charter.size": "the canonical form fits into one log entry",
  "operator.log-key": "the log's verifier key is an Ed25519 key, and its key id belongs to its name",
  "parties.minimum": "at least three parties, and a minimum of at least three of them: of two, each subtracts its own part and reads the other's",
  "parties.names-unique": "the operator and each party have names of their own",
  "parties.sorted": "parties stand in the order of their names, so that one agreement has one digest",
  "parties.keys-unique": "no key serves two parties or two purposes",
  "quorum.range": "more than two thirds of the parties, and no fewer than the minimum: no two groups can then open two sums of one round",
  "features.names-unique": "each column is named once; `intercept` is the name of the model's own column",
  "features.bounds": "the lower bound of a number is below its upper bound, both lie within ±1e15, and rows between them can be told apart",
  "categories.unique": "each category of a column is listed once",
  "features.edges": "the edges of intervals ascend",
  "features.otherwise": "the category that stands for all others is a category of the column",
  "features.sources": "a source column holds one kind of thing, in one unit, whoever asks for it",
  "windows.names-unique": "each window is named once",
  "windows.are-numbers": "a feature that takes a window takes it as a number, in the window's unit",
  "windows.key-stays": "the column that joins two feeds is neither a feature nor the label",
  "windows.holdout": "purchases belong to one company's customers, so each company holds out rows of its own",
  "label.not-a-feature": "what is to be predicted is not among what predicts it",
  "label.two-values": "the label has two different values",
  "holdout.digest": "a common holdout is named by its digest, and only a common one, so that all parties measure on the same rows",
  "holdout.leave-one-out": "a training without one company is judged on a common file: with held-out rows of their own, the rows judged on would leave with the company",
  "trees.size": "all trees together fit into one document",
  "trees.answer-size": "an answer about one level of a tree can be sent",
  "trees.bounds": "32-bit floats hold the bounds of every column and tell them apart",
  "questions.none": "a charter lists a training, or allows statistics, or both",
  "statistics.kinds": "each kind of question of statistics is listed once",
  "statistics.consent": "consent stands in a column of words of the rows, and each word that grants it is listed once",
  "statistics.open": "a column whose words are not listed is allowed only where sums carry noise and a kind of question finds words; it is named once, and beside no other column; its characters are 64 or fewer, each once, as words are read",
  "statistics.cell-rows": "a cell that is shown has no more rows than all companies together may bring",
  "privacy.trainings": "under a charter with noise a training says what it may tell, takes no steps at companies alone, stops by no sum without noise, and their gains stay with them; without noise it says nothing of the kind",
  "privacy.honest": "of a quorum, at least one party is taken to be honest, and the noise of so many is enough",
  "privacy.one-list": "under masks, too few are taken to collude to sign two lists of survivors, or each company's noise is enough by itself",
  "privacy.delta": "delta is below one in all the rows that there may be: with as many as 1/delta rows, one of them published whole would keep to it",
  "privacy.budget": "epsilon and delta, less the reserve, leave something to spend",
  "privacy.score-bins": "exact histograms of scores have 1,024 bins or more, noisy ones 256 or fewer",
  "rows.order": "the minimum of one party is not above its maximum, and the joint minimum not above what all parties may bring",
  "aggregation.headroom": "the rows that all parties may bring can be counted in the ring the sums live in",
  "aggregation.encrypted-quorum": "under encrypted sums the quorum is every party: what all encrypted, only all can open",
  "aggregation.encrypted-dropouts": "under encrypted sums a company that falls silent ends the training",
  "aggregation.encrypted-size": "under encrypted sums, the ciphertexts of the longest sum, times the parties, stay within what a node should receive in one round",
  "budget.covers-training": "the budget of sums covers one training at its iteration cap",
  "network.size": "a network's weights can be shown to every node in one message",
  "network.local-rate": "a step of local training never overshoots its own pull: `localRate` times `mu` and `weightDecay` together is at most 1",
  "network.rows-cap": "a company counts with no more rows than it may bring",
  "network.resolution": "the mean update of a network is known to 1/65,536 of its bound, however few rows there are",
  "training.rounds": "a training's rounds, alone and times the parties, stay within what one set-up can share seeds for",
  "statement.size": "what every node must state about its columns fits into a log entry, and those of all parties into one message",
  "expiry.order": "the charter ends after it begins",
  "enrolment.missing": "every party of the draft has enrolled a node, whose keys go into the charter",
  "enrolment.other-key": "a key or name of the coordinator written in the draft is the one that was enrolled",
  "request.period": "a request is answered from `notBefore` to just before `expires`",
  "request.question": "the question is on the charter's list",
  "request.parties": "those taking part are parties of the charter, named once, and no fewer than the minimum",
  "request.quorum": "the threshold that opens a sum is no less than the charter's quorum, and more than two thirds of those taking part",
  "request.leave-one-out": "a training without one company is answered only where the charter allows it, and by the others",
  "request.plan": "the plan offered is the plan this node derives from the charter",
  "request.budget": "the sums released so far and the sums this request may release stay within the budget",
  "request.statistics": "the charter allows statistics, and questions of this kind among them",
  "request.privacy-budget": "what all answers so far cost in privacy, and what this one costs, stays within the privacy budget",
} as const;

export type ClauseId = keyof typeof CLAUSES;

/** One reason why a charter is refused. `path` is a JSON pointer (RFC 6901) into it; `fix` says what would make it pass. */
export interface Problem {
  readonly clause: ClauseId;
  readonly path: string;
  readonly says: string;
  readonly fix: string;
}

/** RFC 6901 §3. */
export function pointer(...path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
