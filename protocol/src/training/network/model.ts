import { fromBase64, toBase64 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { Feature } from "../../charter/features.js";
import { parseScaling, scaledColumns, type ScaledColumn, type Scaling } from "../scaling.js";
import type { Activation, NetworkClause } from "../../charter/network-clause.js";
import { layersOf, weightCount, type Layer } from "./shape.js";

/** A feed-forward network over standardised columns whose last layer gives the logit of the positive label. */
export interface NetworkModel extends Scaling {
  readonly kind: "network";
  /** Joint steps taken since the initial weights. */
  readonly iteration: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** Layer by layer, as `layersOf` says. */
  readonly weights: Float32Array;
}

/** What a network takes in: the columns that were not dropped, without the intercept, whose place the biases take. */
export function inputColumns(features: readonly Feature[], scaling: Scaling): readonly ScaledColumn[] {
  return scaledColumns(features, scaling).filter(({ column }) => column.kind !== "intercept");
}

/** The layers of a network over these columns. */
export function layersOver(features: readonly Feature[], scaling: Scaling, hidden: readonly number[]): readonly Layer[] {
  return layersOf(inputColumns(features, scaling).length, hidden);
}

/** The model as JSON. Weights are 32-bit floats, little-endian, in base64. */
export function networkJson({ weights, ...rest }: NetworkModel): { readonly [member: string]: Json } {
  return { ...rest, weights: floatsText(weights) };
}

/** Reads a model that claims to be the charter's network over `features`. @throws RangeError if it is not such a model. */
export function parseNetworkModel(record: Readonly<Record<string, unknown>>, features: readonly Feature[], { hidden, activation }: NetworkForm): NetworkModel {
  if (Object.keys(record).sort().join() !== MEMBERS.join() || record["kind"] !== "network") throw new RangeError("not a network");
  const scaling = parseScaling(record, features);
  const layers = record["hidden"];
  const asAgreed = Array.isArray(layers) && layers.length === hidden.length && hidden.every((units, i) => layers[i] === units) && record["activation"] === activation;
  if (!asAgreed) throw new RangeError("the network's layers are not the charter's");
  const iteration = record["iteration"];
  if (typeof iteration !== "number" || !Number.isSafeInteger(iteration) || iteration < 0) throw new RangeError("an iteration is a whole number");
  const weights = parseFloats(record["weights"], weightCount(layersOver(features, scaling, hidden)));
  if (!weights.every((weight) => Math.abs(weight) <= WEIGHT_ABS_MAX)) throw new RangeError("a weight is beyond what training allows");
  return { kind: "network", iteration, ...scaling, hidden, activation, weights };
}

/** What the charter fixes of a network's form. */
export type NetworkForm = Pick<NetworkClause, "hidden" | "activation">;

/**
 * A joint step to larger weights counts as diverged. Standardised values stay below 2e5, so the logit of a network of three layers of 256 units
 * stays below 1e45: finite in a double, whatever the rows.
 */
export const WEIGHT_ABS_MAX = 2 ** 20;

/** 32-bit floats as text: little-endian, base64. */
export function floatsText(floats: Float32Array): string {
  const bytes = new Uint8Array(floats.length * FLOAT_BYTES);
  const view = new DataView(bytes.buffer);
  floats.forEach((value, i) => view.setFloat32(i * FLOAT_BYTES, value, true));
  return toBase64(bytes);
}

/** The inverse of `floatsText`. @throws RangeError unless it is `length` finite numbers. */
export function parseFloats(raw: unknown, length: number): Float32Array {
  if (typeof raw !== "string") throw new RangeError("numbers are written in base64");
  const bytes = fromBase64(raw);
  if (bytes.length !== length * FLOAT_BYTES) throw new RangeError(`${bytes.length} bytes are not ${length} numbers`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const floats = Float32Array.from({ length }, (_, i) => view.getFloat32(i * FLOAT_BYTES, true));
  if (!floats.every(Number.isFinite)) throw new RangeError("a model's numbers are finite");
  return floats;
}

const FLOAT_BYTES = 4;
const MEMBERS = ["activation", "columns", "deviations", "dropped", "hidden", "iteration", "kind", "means", "weights"];
