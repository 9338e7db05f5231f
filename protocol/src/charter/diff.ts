import type { OpenDimension, StatisticsClause } from "./statistics-clause.js";
import type { ModelClause } from "./model-clauses.js";
import type { Charter, Privacy, PropensityQuestion } from "./charter.js";
import { networkClauses } from "./network-words.js";
import { featureText, transactionClauses } from "./recipe-diff.js";
import type { RecipeFeature } from "./recipe.js";

/** One thing that differs between two charters, in words. `undefined`: that charter does not have it. */
export interface CharterChange {
  readonly clause: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * What changed, by meaning: parties, features and questions are compared by name, not by place.
 *
 * Empty exactly if both charters have the same digest.
 */
export function charterDiff(before: Charter, after: Charter): readonly CharterChange[] {
  const [old, young] = [clausesOf(before), clausesOf(after)];
  return [...new Set([...old.keys(), ...young.keys()])]
    .filter((clause) => old.get(clause) !== young.get(clause))
    .map((clause) => ({ clause, before: old.get(clause), after: young.get(clause) }));
}

/** The charter as clauses with words. Everything that enters the digest must show here, or a signer could miss it. */
function clausesOf(charter: Charter): ReadonlyMap<string, string> {
  const { operator, rows, privacy, aggregation } = charter;
  return new Map([
    ["version", String(charter.version)],
    ["name", charter.name],
    ["purpose", charter.purpose],
    ["consortium", charter.consortium],
    ["operator.name", operator.name],
    ["operator.signingKey", operator.signingKey],
    ["operator.logKey", operator.logKey],
    ...charter.parties.flatMap(({ name, organisation, signingKey, agreementKey }) => entries(`parties.${name}`, { organisation, signingKey, agreementKey })),
    ["minimumParties", `${charter.minimumParties} companies`],
    ["quorum", `${charter.quorum} nodes`],
    ...charter.questions.flatMap((question) => questionClauses(question)),
    ...statisticsClauses(charter.statistics),
    ["rows.perPartyMin", `${rows.perPartyMin} rows`],
    ["rows.perPartyMax", `${rows.perPartyMax} rows`],
    ["rows.jointMin", `${rows.jointMin} rows`],
    ["thresholds.categoryRows", `${charter.thresholds.categoryRows} rows`],
    ...privacyClauses(privacy),
    ["aggregation.scheme", aggregation.scheme],
    ["aggregation.deadlineMs", `${aggregation.deadlineMs} ms`],
    ["aggregation.dropouts", aggregation.dropouts],
    ["notBefore", charter.notBefore],
    ["expires", charter.expires],
  ]);
}

function privacyClauses(privacy: Privacy): readonly (readonly [string, string])[] {
  const { mechanism, note, budget: { releasesMax } } = privacy;
  return entries("privacy", {
    mechanism, note, "budget.releasesMax": `${releasesMax} sums`,
    ...(privacy.mechanism === "none" ? {} : {
      "budget.epsilon": String(privacy.budget.epsilon), "budget.delta": String(privacy.budget.delta),
      "budget.reserveShare": `${privacy.budget.reserveShare} of epsilon`, colluders: `${privacy.colluders} companies`,
    }),
  });
}

function statisticsClauses(statistics: StatisticsClause | undefined): readonly (readonly [string, string])[] {
  if (statistics === undefined) return [];
  const { kinds, features, transactions, cellRows, consent, exactCohorts, open = [] } = statistics;
  return [
    ["statistics.kinds", kinds.join(", ")],
    ...columnClauses("statistics", features),
    ...transactionClauses("statistics.transactions", transactions),
    ["statistics.cellRows", `${cellRows} rows`],
    ...(consent === undefined ? [] : [["statistics.consent", `${quoted(consent.column)} is ${consent.granted.map(quoted).join(" or ")}`] as const]),
    ...(exactCohorts === undefined ? [] : [["statistics.exactCohorts", exactCohorts] as const]),
    ...open.map((dimension) => [`statistics.open.${dimension.name}`, openText(dimension)] as const),
    ...(open.length === 0 ? [] : [["statistics.open", `in this order: ${open.map(({ name }) => quoted(name)).join(", ")}`] as const]),
  ];
}

function openText({ source, characters, letters, lengthMax }: OpenDimension): string {
  return `words that are not listed${source === undefined ? "" : `, from ${quoted(source)}`}, spelled in ${quoted(characters)}, letters ${letters}, to ${lengthMax} characters`;
}

function columnClauses(clause: string, features: readonly RecipeFeature[]): readonly (readonly [string, string])[] {
  return [
    ...features.map((feature) => [`${clause}.features.${feature.name}`, featureText(feature)] as const),
    [`${clause}.features`, `in this order: ${features.map(({ name }) => quoted(name)).join(", ")}`],
  ];
}

function questionClauses({ id, features, transactions, label, model, evaluation }: PropensityQuestion): readonly (readonly [string, string])[] {
  const { scoreBins, holdout, holdoutShare, holdoutDigest, leaveOneOut, perPartner } = evaluation;
  return [
    ...columnClauses(id, features),
    ...transactionClauses(`${id}.transactions`, transactions),
    ...entries(`${id}.label`, { ...label }),
    ...entries(`${id}.model`, modelWords(model)),
    ...entries(`${id}.evaluation`, {
      scoreBins: `${scoreBins} bins`, holdout, holdoutShare: `${holdoutShare} of the rows`, ...(holdoutDigest === undefined ? {} : { holdoutDigest }),
      ...(leaveOneOut === undefined ? {} : { leaveOneOut }),
      ...(perPartner === undefined ? {} : { perPartner }),
    }),
  ];
}

function modelWords(model: ModelClause): Readonly<Record<string, string>> {
  switch (model.kind) {
    case "logistic": {
      const { kind, ridge, gradientTolerance, iterationsMax, privacy } = model;
      const priced = privacy === undefined ? {} : {
        "privacy.nanoRho": `${privacy.nanoRho} of 10^-9 rho`, "privacy.rowNormMax": String(privacy.rowNormMax), "privacy.iterations": `${privacy.iterations} steps`,
      };
      return { kind, ridge: String(ridge), gradientTolerance: String(gradientTolerance), iterationsMax: `${iterationsMax} steps`, ...priced };
    }
    case "trees": {
      const { kind, trees, depth, learningRate, lambda, gamma, childWeightMin, bins, rowSample, columnSample, seed, earlyStopping, privacy } = model;
      const early = earlyStopping === undefined ? {}
        : { "earlyStopping.patience": `${earlyStopping.patience} trees`, "earlyStopping.share": `${earlyStopping.share} of the training rows` };
      return {
        kind, trees: `${trees} trees`, depth: `${depth} levels`, learningRate: String(learningRate), lambda: String(lambda), gamma: String(gamma),
        childWeightMin: String(childWeightMin), bins: `${bins} bins`, rowSample: `${rowSample} of the rows`, columnSample: `${columnSample} of the columns`,
        seed: String(seed), ...early, ...(privacy === undefined ? {} : { "privacy.nanoRho": `${privacy.nanoRho} of 10^-9 rho` }),
      };
    }
    case "network": return networkClauses(model);
  }
}

function entries(clause: string, members: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(members).map(([member, words]) => [`${clause}.${member}`, words] as const);
}

/** JSON quotes keep two lists apart whose words hold commas. */
function quoted(words: string): string {
  return JSON.stringify(words);
}
