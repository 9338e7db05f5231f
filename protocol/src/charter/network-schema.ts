import { z } from "zod";
import { TRAINING_NANO_RHO_MIN } from "./limits.js";
import type { NetworkClause } from "./network-clause.js";

/** Deeper and wider networks gain nothing on tables of this kind. */
const LAYERS_MAX = 3;
const UNITS_MAX = 256;
/** Rounds beyond this are for convergence that does not come. */
const NETWORK_ROUNDS_MAX = 500;
/** Local training between two joint steps; more of it drifts. */
const LOCAL_EPOCHS_MAX = 50;
const BATCH_MAX = 4_096;
/** A joint update this long on standardised columns has diverged. */
const CLIP_MAX = 100;

const serverRate = z.number().gt(0).max(10).describe("how far to go along the mean of the companies' updates, above 0 and at most 10; 1 is all the way");
const moment = z.number().min(0).lt(1);
const adaptive = {
  serverRate,
  beta1: moment.describe("how much of the last step's direction is kept, from 0 to below 1"),
  beta2: moment.describe("how much of the last step's squares is kept, from 0 to below 1"),
  tau: z.number().min(1e-6).max(1).describe("the floor under the adaptive steps, 0.000001 to 1"),
};

const optimiser = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal(["fedavg", "scaffold"]), serverRate }),
  z.strictObject({ kind: z.literal("fedprox"), serverRate, mu: z.number().gt(0).max(100).describe("how strongly local training is held back to the joint weights, above 0 and at most 100") }),
  z.strictObject({ kind: z.literal(["fedadam", "fedyogi"]), ...adaptive }),
]);

const stopping = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("rounds") }),
  z.strictObject({
    kind: z.literal("stall"),
    patience: z.int().min(1).max(100).describe("how many rounds in a row without progress end the training, 1 to 100"),
    tolerance: z.number().min(0).max(0.1).describe("the share of the best joint loss that counts as progress, 0 to 0.1"),
  }),
]);

/** What a charter says of a network. */
export const network = z.strictObject({
  kind: z.literal("network").describe("network, a feed-forward network"),
  hidden: z.array(z.int().min(1).max(UNITS_MAX)).min(1).max(LAYERS_MAX).describe("the units of each hidden layer: 1 to 3 numbers of 1 to 256"),
  activation: z.enum(["relu", "tanh"]).describe("what hidden units compute: relu or tanh"),
  optimiser: optimiser.describe("how updates become steps: kind fedavg, fedprox, fedadam, fedyogi or scaffold, with its numbers"),
  rounds: z.int().min(1).max(NETWORK_ROUNDS_MAX).describe("how many joint steps training may take, 1 to 500"),
  localEpochs: z.int().min(1).max(LOCAL_EPOCHS_MAX).describe("how often a company passes over its rows in one round, 1 to 50"),
  batchSize: z.int().min(1).max(BATCH_MAX).describe("the rows of one local step, 1 to 4,096"),
  localRate: z.number().min(1e-5).max(1).describe("how far a local step goes, 0.00001 to 1"),
  weightDecay: z.number().min(0).max(1).describe("the penalty on squared weights in each local step, 0 to 1"),
  clip: z.number().min(1e-3).max(CLIP_MAX).describe("the longest update one company may send, 0.001 to 100; longer ones are scaled down"),
  rowsCap: z.int().min(1).describe("the most rows one company counts with, a whole number"),
  seed: z.int().min(0).max(2 ** 32 - 1).describe("a whole number below 4,294,967,296 from which initial weights and the order of rows follow"),
  stopping: stopping.describe("rounds: train for all rounds; stall: end before, with patience and tolerance"),
  privacy: z.strictObject({
    momentsNanoRho: z.int().min(TRAINING_NANO_RHO_MIN).describe("what the columns' means and spreads may tell of one row, in 10^-9 of rho; a whole number from 1,000"),
    sampleRate: z.number().gt(0).max(0.5).describe("with which probability a row enters a round, above 0 and at most 0.5"),
    gradientNorm: z.number().min(0.01).max(100).describe("the norm that a row's longer gradient is scaled down to, 0.01 to 100"),
    noiseMultiplier: z.number().min(0.3).max(100).describe("the deviation of the noise over gradientNorm, 0.3 to 100"),
  }).optional().describe("momentsNanoRho, sampleRate, gradientNorm, noiseMultiplier: how sums are kept private where privacy.mechanism is discrete-gaussian; leave it out otherwise"),
  strips: z.enum(["hidden", "shown"]).describe("shown: each round also tells how many companies' updates were how long, and how they agreed with the last step"),
}) satisfies z.ZodType<NetworkClause>;
