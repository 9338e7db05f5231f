// Our accounts of privacy against dp-accounting and Opacus, at settings that were drawn and not chosen.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sigmaOfGaussian } from "../../protocol/dist/budget/analytic-gaussian.js";
import { epsilonOfRho } from "../../protocol/dist/budget/concentrated.js";
import { lossesOfSampledGaussian, lossOfDiscreteGaussian, lossOfDiscreteLaplace } from "../../protocol/dist/budget/mechanisms.js";
import { composed, epsilonOfLosses } from "../../protocol/dist/budget/privacy-loss.js";
import { epsilonOfRdp, rdpOf } from "../../protocol/dist/budget/rdp.js";

export const name = "privacy";

const SETTINGS = 12;
const SEED = 20_261_127;

export async function* checks({ python, scratch }) {
  const settings = drawn();
  const path = join(scratch, "settings.json");
  writeFileSync(path, JSON.stringify(settings));
  const said = python("privacy_accounts.py", path);
  const of = (kind) => settings.flatMap((setting, i) => (setting.kind === kind ? [{ setting, theirs: said[i] }] : []));
  yield* divergences(of("sampled"));
  yield* losses(of);
  yield worst("ε of ρ is dp-accounting's over 20,000 orders, and never above", of("rho"), ({ setting, theirs }) => {
    const ours = epsilonOfRho(setting.rho, setting.delta);
    return { gap: apart(ours, theirs.epsilon), holds: ours <= theirs.epsilon * (1 + 1e-9) };
  }, 1e-4);
  yield worst("the σ of Gaussian noise is dp-accounting's", of("gaussian"), ({ setting: { epsilon, delta }, theirs }) => (
    { gap: apart(sigmaOfGaussian(epsilon, delta), theirs.sigma), holds: true }), 1e-6);
}

function* divergences(sampled) {
  const pairs = sampled.flatMap(({ setting, theirs }) => setting.orders.map((order, i) => ({
    order, ours: setting.steps * rdpOf(setting, order), opacus: theirs.opacus[i], google: theirs.google[i],
    rest: (setting.steps * 2 * Math.exp(-30)) / (order - 1),
  })));
  // Opacus ends its series at terms of e^-30, which is seen where the divergence itself is small; 30 digits by quadrature confirm ours there.
  yield worst("Rényi divergences of sampled Gaussian noise are Opacus's, but for where its series ends", pairs, ({ ours, opacus, rest }) => (
    { gap: Math.max(0, Math.abs(ours - opacus) - rest) / ours, holds: true }), 1e-9);
  const whole = pairs.filter(({ order }) => Number.isInteger(order));
  yield worst("at whole orders they are dp-accounting's", whole, ({ ours, google }) => ({ gap: apart(ours, google), holds: true }), 1e-9);
  const others = pairs.filter(({ order, google }) => !Number.isInteger(order) && google !== null);
  yield worst("at other orders dp-accounting, which rounds up there, is never below", others, ({ ours, google }) => (
    { gap: apart(ours, google), holds: ours <= google * (1 + 1e-9) }), Infinity);
  yield worst("ε of these divergences is Opacus's", sampled, ({ setting, theirs }) => ({
    gap: apart(epsilonOfRdp((order) => setting.steps * rdpOf(setting, order), setting.delta, setting.orders).epsilon, theirs.opacusEpsilon), holds: true,
  }), 1e-9);
}

function* losses(of) {
  yield worst("ε of the privacy loss of sampled Gaussian noise is dp-accounting's", of("sampled"), ({ setting, theirs }) => ({
    gap: apart(epsilonOfLosses(lossesOfSampledGaussian(setting).map((loss) => composed(loss, setting.steps)), setting.delta), theirs.epsilon), holds: true,
  }), 1e-4);
  // dp-accounting rounds each loss of noise on the integers up to its grid, by up to 1e-4 a step; ours are dealt to both neighbours.
  yield worst("that of discrete Laplace noise is at most dp-accounting's, and 1e-4 a step below at most", of("laplace"), ({ setting, theirs }) => (
    below(lossOfDiscreteLaplace(setting.epsilon, setting.sensitivity), setting, theirs.epsilon)), 1e-4);
  yield worst("that of discrete Gaussian noise too", of("gauss"), ({ setting, theirs }) => (
    below(lossOfDiscreteGaussian(setting.sigma, setting.sensitivity), setting, theirs.epsilon)), 1e-4);
}

function below(loss, { steps, delta }, theirs) {
  const ours = epsilonOfLosses([composed(loss, steps)], delta);
  return { gap: (theirs - ours) / steps, holds: ours <= theirs * (1 + 1e-6) };
}

/** One line for the worst of all: a check of which the reader sees by how much it holds. */
function worst(what, cases, measure, limit) {
  const measured = cases.map(measure);
  const gap = Math.max(...measured.map((one) => one.gap));
  const ok = cases.length > 0 && measured.every(({ holds }) => holds) && gap <= limit;
  return { ok, says: `${what}: ${cases.length} values, at most ${gap.toExponential(1)} apart` };
}

function apart(ours, theirs) {
  return Math.abs(ours / theirs - 1);
}

function drawn() {
  let state = SEED;
  const uniform = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const between = (low, high) => low * (high / low) ** uniform();
  const whole = (low, high) => Math.round(between(low, high));
  const fractional = () => Number((1 + between(0.2, 10)).toFixed(3));
  const orders = () => [1.5, 2, ...Array.from({ length: 8 }, fractional), ...[5, 12, 24, 48].map((most) => whole(2, most))];
  return Array.from({ length: SETTINGS }, () => [
    { kind: "sampled", q: between(0.001, 0.5), sigma: between(0.7, 6), steps: whole(1, 3000), delta: between(1e-8, 1e-4), orders: orders() },
    { kind: "laplace", epsilon: between(0.05, 1), sensitivity: whole(1, 4), steps: whole(1, 60), delta: between(1e-8, 1e-4) },
    { kind: "gauss", sigma: between(1, 20), sensitivity: whole(1, 3), steps: whole(1, 40), delta: between(1e-8, 1e-4) },
    { kind: "rho", rho: between(1e-4, 5), delta: between(1e-9, 1e-3) },
    { kind: "gaussian", epsilon: between(0.05, 6), delta: between(1e-9, 1e-3) },
  ]).flat();
}
