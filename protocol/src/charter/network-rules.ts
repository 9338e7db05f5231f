import type { Feature } from "./features.js";
import type { NetworkClause } from "./network-clause.js";
import type { PropensityQuestion } from "./charter.js";
import { pointer, type Problem } from "./clauses.js";
import type { Sections } from "./shape.js";
import { featuresOf } from "./recipe-lowering.js";

/** Each round shows every node the weights and, for SCAFFOLD, as many numbers again: 4 bytes each in base64 within `JSON_MAX_BYTES`. */
export const WEIGHTS_MAX = 65_536;
/** The mean update is known to this share of its bound in each coordinate, however few rows the parties bring. */
const RESOLUTION_BITS = 16;
/** Of a ring of 32 bits, one is for the sign and one to guard. */
const RING_BITS = 30;

/** What must hold between a network and the rest of its charter. */
export function networkProblems({ questions, parties, rows }: Sections): readonly Problem[] {
  return (questions ?? []).flatMap((question, i): readonly Problem[] => {
    const { model } = question;
    if (model.kind !== "network") return [];
    const at = pointer("questions", i, "model");
    return [
      ...size(question, model, at),
      ...localRate(model, at),
      ...(rows === undefined ? [] : cap(model, rows, at)),
      ...(rows === undefined || parties === undefined ? [] : resolution(model, parties.length, { rows, at })),
    ];
  });
}

/** How many weights a network over these columns has, biases included, with no column left out for want of spread. */
export function weightsOver(question: PropensityQuestion, { hidden }: Pick<NetworkClause, "hidden">): number {
  const sizes = [featuresOf(question).reduce((sum, feature) => sum + columnsIn(feature), 0), ...hidden, 1];
  return sizes.slice(1).reduce((sum, outputs, i) => sum + ((sizes[i] ?? 0) + 1) * outputs, 0);
}

function size(question: PropensityQuestion, clause: NetworkClause, at: string): readonly Problem[] {
  const weights = weightsOver(question, clause);
  if (weights <= WEIGHTS_MAX) return [];
  return [{ clause: "network.size", path: at + pointer("hidden"), says: `the network has ${weights} weights`, fix: `narrow its layers, or list fewer columns and categories: ${WEIGHTS_MAX} weights at most` }];
}

/** A step takes `localRate · (mu + weightDecay)` of the way back: more than 1 goes beyond where it pulls to, and from 2 on ever further. */
function localRate({ localRate: rate, weightDecay, optimiser }: NetworkClause, at: string): readonly Problem[] {
  const pull = weightDecay + (optimiser.kind === "fedprox" ? optimiser.mu : 0);
  if (rate * pull <= 1) return [];
  return [{
    clause: "network.local-rate", path: at + pointer("localRate"),
    says: "each local step would be pulled back further than to where it came from", fix: `write ${Math.floor(RATE_STEPS / pull) / RATE_STEPS} or less, or a smaller optimiser.mu`,
  }];
}

/** Rates are suggested to four digits after the point. */
const RATE_STEPS = 10_000;

function columnsIn(feature: Feature): number {
  switch (feature.kind) {
    case "numeric": return feature.missing === "indicate" ? 2 : 1;
    case "categorical": return feature.categories.length - 1;
  }
}

function cap({ rowsCap }: NetworkClause, { perPartyMax }: NonNullable<Sections["rows"]>, at: string): readonly Problem[] {
  if (rowsCap <= perPartyMax) return [];
  return [{ clause: "network.rows-cap", path: at + pointer("rowsCap"), says: "no company may bring as many rows as one may count with", fix: `write ${perPartyMax} or less` }];
}

/** Each of n parties' shares is rounded to 2^-30 · n of the bound, which the mean over few rows enlarges by `rowsCap / jointMin`. */
function resolution({ rowsCap }: NetworkClause, parties: number, { rows: { jointMin }, at }: { readonly rows: NonNullable<Sections["rows"]>; readonly at: string }): readonly Problem[] {
  const most = Math.floor((jointMin * 2 ** (RING_BITS - RESOLUTION_BITS)) / (parties * parties));
  if (rowsCap <= most) return [];
  return [{
    clause: "network.resolution", path: at + pointer("rowsCap"),
    says: `updates over ${jointMin} joint rows would be rounded too coarsely`, fix: `write ${most} or less, or raise rows.jointMin`,
  }];
}
