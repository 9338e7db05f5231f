import type { Strip } from "../advance.js";
import { COSINE_BINS, NORM_BINS, normBinFrom, type Strips } from "./strips.js";

/** The strips for those who watch a training: bins by name, with how many parties' updates fell into each. */
export function stripMeasure(strips: Strips | null): { readonly strips?: readonly Strip[] } {
  if (strips === null) return {};
  return {
    strips: [
      { what: "update norm, as a share of the bound", bins: Array.from(strips.norms, (parties, bin) => ({ bin: normName(bin), parties })) },
      { what: "cosine to the last joint step", bins: Array.from(strips.cosines, (parties, bin) => ({ bin: cosineName(bin), parties })) },
    ],
  };
}

function normName(bin: number): string {
  const from = normBinFrom(bin);
  return bin === NORM_BINS - 1 ? `${from} and more` : `${from} to ${normBinFrom(bin + 1)}`;
}

function cosineName(bin: number): string {
  const bins = COSINE_BINS - 1;
  return bin === bins ? "none" : `${(2 * bin) / bins - 1} to ${(2 * (bin + 1)) / bins - 1}`;
}
