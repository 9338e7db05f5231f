/** What the hidden units of a network compute of their input. */
export type Activation = "relu" | "tanh";

/**
 * How the coordinator turns the mean of the parties' updates into a step; `serverRate` scales it.
 *
 * `fedavg`: the mean itself (McMahan et al. 2017, AISTATS). `fedprox`: the same, of updates that were held back by `½ mu ‖w − joint‖²`
 * (Li et al. 2020, MLSys). `fedadam`, `fedyogi`: adaptive steps with moments `beta1`, `beta2` and floor `tau` (Reddi et al. 2021, ICLR,
 * algorithm 2). `scaffold`: the mean of updates from which each party's drift was taken, by control variates (Karimireddy et al. 2020, ICML,
 * algorithm 1, option II).
 */
export type Optimiser =
  | { readonly kind: "fedavg" | "scaffold"; readonly serverRate: number }
  | { readonly kind: "fedprox"; readonly serverRate: number; readonly mu: number }
  | { readonly kind: "fedadam" | "fedyogi"; readonly serverRate: number; readonly beta1: number; readonly beta2: number; readonly tau: number };

/** When training ends: after its rounds, or also when `patience` rounds in a row each fail to lower the best joint loss by the share `tolerance`. */
export type Stopping = { readonly kind: "rounds" } | { readonly kind: "stall"; readonly patience: number; readonly tolerance: number };

/** A feed-forward network, trained by rounds of local gradient descent whose updates are bounded, weighted by rows and summed under masks. */
export interface NetworkClause {
  readonly kind: "network";
  /** Units of each hidden layer, from the input on. */
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly optimiser: Optimiser;
  /** Joint steps at most. */
  readonly rounds: number;
  /** Passes over its rows that a party makes in one round. */
  readonly localEpochs: number;
  /** Rows of one local step. */
  readonly batchSize: number;
  readonly localRate: number;
  /** Weight of `½‖w‖²` over all weights but biases, in each local step. */
  readonly weightDecay: number;
  /** The largest Euclidean norm of one party's update; a longer one is scaled down to it. */
  readonly clip: number;
  /** A party counts with its rows, and with no more than these. */
  readonly rowsCap: number;
  /** From which initial weights and the order of rows follow. */
  readonly seed: number;
  readonly stopping: Stopping;
  /** `shown`: each round also sums how many parties' updates were how long, and how well they agreed with the last joint step. */
  readonly strips: "hidden" | "shown";
  /** How its sums are kept private where the charter has noise. Without noise there is none. */
  readonly privacy?: NetworkPrivacy | undefined;
}

/**
 * Descent on noisy gradients over random samples of rows (DP-SGD, Abadi et al. 2016, CCS), one joint step a round: a party's local training of several steps
 * would be one step of all its rows at once in the eyes of any account by row, and is not done.
 */
export interface NetworkPrivacy {
  /** What the moments may tell of one row, in 10^-9 of ρ. */
  readonly momentsNanoRho: number;
  /** With which probability each row enters a round, by coins that only its node knows. */
  readonly sampleRate: number;
  /** The longest gradient of one row; a longer one is scaled down to it. */
  readonly gradientNorm: number;
  /** Deviation of the noise that is counted on, over `gradientNorm`. */
  readonly noiseMultiplier: number;
}
