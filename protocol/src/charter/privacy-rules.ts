import { ORDER_MAX } from "../budget/sampled-charge.js";
import type { ModelClause, TreesClause } from "./model-clauses.js";
import type { NetworkClause } from "./network-clause.js";
import { budgetOf } from "./privacy-budget.js";
import { networkPrice, ordersOf } from "./sampled-price.js";
import { pointer, type Problem } from "./clauses.js";
import { HONEST_MIN, SCORE_BINS_EXACT_MIN, SCORE_BINS_NOISY_MAX } from "./limits.js";
import type { Sections } from "./shape.js";
import { leastNanoRho, sumsOfTree } from "./trees-schema.js";

/** What noise asks of a charter. */
export function privacyProblems(sections: Sections): readonly Problem[] {
  switch (sections.privacy?.mechanism) {
    case undefined: return [];
    case "none": return exactTrainings(sections);
    case "discrete-gaussian": return [...noisyTrainings(sections), ...honest(sections), ...oneList(sections), ...delta(sections), ...budget(sections)];
  }
}

function exactTrainings({ questions }: Sections): readonly Problem[] {
  return (questions ?? []).flatMap(({ model, evaluation }, i): readonly Problem[] => [
    ...(model.privacy !== undefined ? [{
      clause: "privacy.trainings", path: pointer("questions", i, "model", "privacy"),
      says: "the sums of this training are exact: nothing bounds what they tell of a row", fix: "remove it, or write mechanism: discrete-gaussian",
    } as const] : []),
    ...(evaluation.scoreBins >= SCORE_BINS_EXACT_MIN ? [] : [scoreBins(i, `${evaluation.scoreBins} bins make ties of most scores`, `write ${SCORE_BINS_EXACT_MIN} or more`)]),
  ]);
}

function noisyTrainings({ questions, privacy }: Sections): readonly Problem[] {
  return (questions ?? []).flatMap(({ model, evaluation }, i): readonly Problem[] => [
    ...ofModel(model, privacy, i),
    ...(evaluation.leaveOneOut === undefined ? [] : [training(i, ["evaluation", "leaveOneOut"], "the noise is counted for all companies, not for all but one", "remove it")]),
    ...(evaluation.holdout === "own" || evaluation.leaveOneOut !== undefined ? [] : [training(i, ["evaluation", "holdout"], "a row may be trained on and stand in a common file too, and would be told of twice for one price", "write own")]),
    ...(evaluation.perPartner === "shared" ? [training(i, ["evaluation", "perPartner"], "what a company publishes of its own rows alone carries no noise", "write own, or remove it")] : []),
    ...(evaluation.scoreBins <= SCORE_BINS_NOISY_MAX ? [] : [scoreBins(i, `noise on each of ${evaluation.scoreBins} bins drowns the scores`, `write ${SCORE_BINS_NOISY_MAX} or fewer; 64 serve well`)]),
  ]);
}

function ofModel(model: ModelClause, privacy: Sections["privacy"], i: number): readonly Problem[] {
  switch (model.kind) {
    case "trees": return ofTrees(model, privacy, i);
    case "logistic":
      if (model.privacy === undefined) return [training(i, ["model", "privacy"], UNSAID, "add it: nanoRho, rowNormMax, iterations")];
      return priced(model.privacy.nanoRho, "nanoRho", privacy, i);
    case "network": return ofNetwork(model, privacy, i);
  }
}

const UNSAID = "the model does not say what its training may tell";

/** Whether trees have stopped to help is a sum of its own; and which rows a tree looks at follows from the rows, so that a sample hides none. */
function ofTrees(clause: TreesClause, privacy: Sections["privacy"], i: number): readonly Problem[] {
  if (clause.privacy === undefined) return [training(i, ["model", "privacy"], UNSAID, "add it: nanoRho")];
  const { privacy: { nanoRho }, trees, earlyStopping, rowSample } = clause;
  const least = leastNanoRho(clause, SUM_NANO_RHO_MIN);
  return [
    ...(earlyStopping === undefined ? [] : [training(i, ["model", "earlyStopping"], "the loss on rows set apart, by which it stops, carries no noise", "remove it, and write as many trees as are to be grown")]),
    ...(rowSample === 1 ? [] : [training(i, ["model", "rowSample"], "a sample that follows from the rows themselves hides none of them, and leaves fewer under the same noise", "write 1")]),
    ...(nanoRho >= least ? [] : [training(i, ["model", "privacy", "nanoRho"], `${trees * sumsOfTree(clause)} sums would share it, and each tell next to nothing`, `write ${least} or more, or fewer trees`)]),
    ...priced(nanoRho, "nanoRho", privacy, i),
  ];
}

/** In 10^-9 of ρ. Below, the noise on the slope of a leaf alone has a deviation of some 8,000 rows. */
const SUM_NANO_RHO_MIN = 10;

/** Steps of several rows at once have no account by row; and whether a training got stuck is not read off noise. */
function ofNetwork({ privacy: clause, rounds, optimiser, stopping, strips }: NetworkClause, privacy: Sections["privacy"], i: number): readonly Problem[] {
  if (clause === undefined) return [training(i, ["model", "privacy"], UNSAID, "add it: momentsNanoRho, sampleRate, gradientNorm, noiseMultiplier")];
  if (privacy?.mechanism !== "discrete-gaussian") return [];
  const promised = privacy.budget;
  if (!ordersOf(promised).every((order) => order <= ORDER_MAX)) return [training(i, ["model", "privacy"], "so small an epsilon has no use for samples", "write logistic, a larger epsilon, or a smaller reserveShare")];
  return [
    ...(optimiser.kind === "fedprox" || optimiser.kind === "scaffold" ? [training(i, ["model", "optimiser", "kind"], `${optimiser.kind} corrects local training, which there is none of under noise`, "write fedavg, fedadam or fedyogi")] : []),
    ...(stopping.kind === "rounds" ? [] : [training(i, ["model", "stopping", "kind"], "whether noisy steps got stuck is not known", "write rounds")]),
    ...(strips === "hidden" ? [] : [training(i, ["model", "strips"], "what is told of one company's step carries no noise of its own", "write hidden")]),
    ...priced(networkPrice({ rounds }, clause, promised), "noiseMultiplier", privacy, i),
  ];
}

function priced(nanoRho: number, key: string, privacy: Sections["privacy"], i: number): readonly Problem[] {
  const whole = privacy === undefined ? null : budgetOf({ privacy });
  const most = whole === null ? 0 : whole.nanoRho + whole.reserveNanoRho;
  if (nanoRho <= most) return [];
  return [{
    clause: "privacy.budget", path: pointer("questions", i, "model", "privacy", key),
    says: `a training would cost ${nanoRho}, and the whole budget of the charter is ${most}`,
    fix: key === "nanoRho" ? `write ${most} or less, or a larger epsilon` : "write more noise, fewer rounds, a smaller sample, or a larger epsilon",
  }];
}

function training(i: number, path: readonly string[], says: string, fix: string): Problem {
  return { clause: "privacy.trainings", path: pointer("questions", i, ...path), says, fix };
}

function scoreBins(i: number, says: string, fix: string): Problem {
  return { clause: "privacy.score-bins", path: pointer("questions", i, "evaluation", "scoreBins"), says, fix };
}

function honest({ quorum, privacy }: Sections): readonly Problem[] {
  if (quorum === undefined || privacy?.mechanism !== "discrete-gaussian" || quorum - privacy.colluders >= HONEST_MIN) return [];
  return [{
    clause: "privacy.honest", path: pointer("privacy", "colluders"),
    says: `of a quorum of ${quorum}, ${privacy.colluders} colluders leave ${Math.max(0, quorum - privacy.colluders)} whose noise the others do not know`,
    fix: `write ${quorum - HONEST_MIN} or less, or raise the quorum`,
  }];
}

/**
 * Of 2t − n colluders or more, with t signatures to a list, two lists of survivors find enough: what each list leaves out is opened from the other, down to one
 * company's upload, which has its own share of noise and no more. Where each company's share is enough by itself, nothing is lost by that.
 */
function oneList({ parties, quorum, privacy, aggregation }: Sections): readonly Problem[] {
  if (parties === undefined || quorum === undefined || privacy?.mechanism !== "discrete-gaussian" || aggregation?.scheme === "encrypted") return [];
  const fewer = 2 * quorum - parties.length;
  if (privacy.colluders < fewer || quorum - privacy.colluders <= HONEST_MIN) return [];
  return [{
    clause: "privacy.one-list", path: pointer("privacy", "colluders"),
    says: `${privacy.colluders} of ${parties.length} could sign two lists of survivors where ${quorum} signatures are asked for, and so open one company's upload, under its share of the noise alone`,
    fix: `write ${fewer - 1} or less, raise the quorum, or write ${quorum - HONEST_MIN}, with which each company's noise is enough by itself`,
  }];
}

/** Publishing one row in 1/δ whole is (0, δ)-private: with so many rows or more, that is a person, and with fewer a person in so many cases. */
function delta({ privacy, rows, parties }: Sections): readonly Problem[] {
  if (privacy?.mechanism !== "discrete-gaussian" || rows === undefined || parties === undefined) return [];
  const most = parties.length * rows.perPartyMax;
  if (privacy.budget.delta * most < 1) return [];
  return [{
    clause: "privacy.delta", path: pointer("privacy", "budget", "delta"),
    says: `of ${most} rows, a mechanism that publishes one whole would keep to a delta of ${privacy.budget.delta}`,
    fix: `write far less than 1/${most}, such as ${1 / (1_000 * 10 ** Math.ceil(Math.log10(most)))}, or a smaller perPartyMax`,
  }];
}

function budget({ privacy }: Sections): readonly Problem[] {
  if (privacy === undefined) return [];
  const whole = budgetOf({ privacy });
  if (whole === null || whole.nanoRho >= 1) return [];
  return [{
    clause: "privacy.budget", path: pointer("privacy", "budget", "epsilon"),
    says: "so small a budget covers no answer at all", fix: "write a larger epsilon, or a smaller reserveShare",
  }];
}
