import { coinsOf } from "@cohortium/crypto/dp/coins";
import { discreteGaussian, discreteLaplace, type Fraction } from "@cohortium/crypto/dp/discrete-noise";
import { openStream } from "@cohortium/crypto/entropy";
import { interleave, pairedRatio, spreadOf } from "../measure.js";
import { column, range, three, type Row, type Section } from "../section.js";

const ENTROPY = new Uint8Array(32).fill(7);
const SAMPLES = 4_000;
const WORD_BYTES = 8;

/** Exact noise against the generator that its coins come from. */
export function measureNoise(quick: boolean): Section {
  const runs = quick ? 5 : 25;
  const mechanisms: readonly (readonly [string, typeof discreteGaussian, readonly bigint[]])[] = [
    ["discrete Laplace, scale", discreteLaplace, [1n, 20n, 1_000n]], ["discrete Gaussian, σ²", discreteGaussian, [1n, 400n, 1_000_000n, 10n ** 15n]],
  ];
  return {
    title: "1. Exact noise against its raw generator",
    notes: [
      `raw = ${WORD_BYTES} bytes of the stream (AES-256-CTR) per sample, which an inexact sampler would turn into one; ratio = raw ÷ sampler, turn by turn.`,
      "Samples are exact, in big integers. A sum of 10^4 numbers needs so many of each company.",
    ],
    columns: [
      column("mechanism", "mechanism"), column("parameter", "parameter"), column("perSecond", "samples/s", three), column("rawPerSecond", "raw/s", three),
      column("ratio", "ratio", three), column("ratioRange", "min–max"), column("sumMs", "ms for 10^4", three), column("runs", "runs"),
    ],
    rows: mechanisms.flatMap(([mechanism, sampler, parameters]) => (
      parameters.map((parameter) => measured(mechanism, sampler, { numerator: parameter, denominator: 1n }, runs)))),
  };
}

function measured(mechanism: string, sampler: typeof discreteGaussian, scale: Fraction, runs: number): Row {
  const [coins, stream] = [coinsOf(ENTROPY, "bench"), openStream(ENTROPY, "bench/raw")];
  const [noise = [], raw = []] = interleave([() => { sampler(coins, scale); }, () => { stream(WORD_BYTES); }], { warmUps: 2, runs, calls: SAMPLES });
  const ratio = pairedRatio(raw, noise);
  const ms = spreadOf(noise).median;
  return {
    mechanism, parameter: String(scale.numerator), perSecond: 1_000 / ms, rawPerSecond: 1_000 / spreadOf(raw).median,
    ratio: ratio.median, ratioRange: range(ratio), sumMs: 1e4 * ms, runs,
  };
}
