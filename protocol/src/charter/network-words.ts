import type { NetworkClause, Optimiser, Stopping } from "./network-clause.js";
import { grouped } from "./sentences.js";

/** A network's clauses for a comparison of charters: everything that enters the digest. */
export function networkClauses({ kind, hidden, activation, optimiser, stopping, privacy, ...model }: NetworkClause): Readonly<Record<string, string>> {
  return {
    kind, hidden: `${hidden.join(", ")} units`, activation, optimiser: optimiserWords(optimiser), stopping: stoppingWords(stopping),
    rounds: `${model.rounds} rounds`, localEpochs: `${model.localEpochs} passes`, batchSize: `${model.batchSize} rows`, localRate: String(model.localRate),
    weightDecay: String(model.weightDecay), clip: String(model.clip), rowsCap: `${model.rowsCap} rows`, seed: String(model.seed), strips: model.strips,
    ...(privacy === undefined ? {} : {
      "privacy.momentsNanoRho": `${privacy.momentsNanoRho} of 10^-9 rho`, "privacy.sampleRate": `${privacy.sampleRate} of the rows`,
      "privacy.gradientNorm": String(privacy.gradientNorm), "privacy.noiseMultiplier": String(privacy.noiseMultiplier),
    }),
  };
}

/** What signers should know that everybody learns on the way to a network, as part of a sentence. */
export function networkLearnedEnglish({ rounds, clip, rowsCap, strips, privacy }: NetworkClause): string {
  if (privacy !== undefined) return `in each of ${grouped(rounds)} rounds the sum of the gradients of some rows, each of which enters with a probability of ${privacy.sampleRate}, all of them with noise`;
  const shown = strips === "shown" ? ", and how many companies' changes were how long and agreed how far with the last step, though not whose" : "";
  return `in each of up to ${grouped(rounds)} rounds the mean loss, the rows that count and the mean change of the weights (no company's is longer than ${clip}, and none counts with more than ${grouped(rowsCap)} rows)${shown}`;
}

export function networkLearnedChinese({ rounds, clip, rowsCap, strips, privacy }: NetworkClause): string {
  if (privacy !== undefined) return `${grouped(rounds)} 轮中每一轮部分数据行的梯度之和（每行以 ${privacy.sampleRate} 的概率入选），均带有噪声`;
  const shown = strips === "shown" ? "、各家更新的长度及其与上一步方向一致程度的家数分布（不显示是哪一家）" : "";
  return `最多 ${grouped(rounds)} 轮中每一轮的平均损失、计入的行数和权重的平均变化（每家的变化长度不超过 ${clip}，计入行数不超过 ${grouped(rowsCap)}）${shown}`;
}

function optimiserWords(optimiser: Optimiser): string {
  switch (optimiser.kind) {
    case "fedavg": case "scaffold": return `${optimiser.kind} with server rate ${optimiser.serverRate}`;
    case "fedprox": return `fedprox with server rate ${optimiser.serverRate}, mu ${optimiser.mu}`;
    case "fedadam": case "fedyogi": return `${optimiser.kind} with server rate ${optimiser.serverRate}, beta1 ${optimiser.beta1}, beta2 ${optimiser.beta2}, tau ${optimiser.tau}`;
  }
}

function stoppingWords(stopping: Stopping): string {
  switch (stopping.kind) {
    case "rounds": return "after all rounds";
    case "stall": return `after ${stopping.patience} rounds that each lower the loss by less than ${stopping.tolerance} of it`;
  }
}
