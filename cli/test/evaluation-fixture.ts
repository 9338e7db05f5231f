/** What a joint evaluation looks like on an admin port. */
const between = (low: number, high: number) => ({ low, high });

export const DECILE = {
  rows: 412.5, positives: 201.4, lift: 4.31, gain: 0.431, meanPredicted: 0.462, observed: 0.488,
  liftInterval: between(4.05, 4.57), gainInterval: between(0.387, 0.477), observedInterval: between(0.458, 0.517),
};

export const EVALUATION = {
  kind: "evaluated", rows: 4_125, positives: 467, auc: 0.79312, aucInterval: between(0.7685, 0.8177), ks: 0.4611, ksInterval: between(0.42, 0.5), calibrationError: 0.0123, edgeShare: 0.0004,
  roc: [{ falsePositives: 0, truePositives: 0 }, { falsePositives: 0.1, truePositives: 0.5 }, { falsePositives: 1, truePositives: 1 }],
  deciles: [DECILE, { ...DECILE, lift: 0.2, gain: 1, gainInterval: between(0.99, 1) }],
};
