import { applyMasks, MASK_KEY_BYTES, type MaskKey } from "@cohortium/crypto/masking";
import { ctrCipher } from "@cohortium/crypto/openssl";
import { zeroWords, type Ring } from "@cohortium/crypto/words";
import { interleave, pairedRatio, spreadOf } from "./measure.js";
import { column, power, range, three, type Row, type Section } from "./section.js";

/** Mask and add against nothing but making the same pads: how much of AES's own speed a party keeps. */
export function measureMasking(quick: boolean): Section {
  const cases = quick ? QUICK : FULL;
  const rings: readonly Ring[] = [32, 64];
  return {
    title: "1. Mask and add against raw AES-256-CTR",
    notes: [
      `ratio = speed of applyMasks ÷ speed of AES-256-CTR over the same bytes under as many keys; goal ≥ ${RATIO_GOAL}.`,
      "GB/s count bytes of pad, that is keys × vector. Both sides make one cipher per key, which is what short vectors pay for.",
    ],
    columns: [
      column("ring", "bits"), column("words", "words", power), column("keys", "keys"),
      column("maskGBps", "mask GB/s", three), column("aesGBps", "AES GB/s", three),
      column("ratio", "ratio", three), column("ratioRange", "min–max"), column("runs", "runs"), column("goal", "goal"),
    ],
    rows: rings.flatMap((ring) => cases.map(([words, keys]) => measureCase({ ring, words, keys, padBytes: quick ? 1.5e8 : 1e9 }))),
  };
}

/** Of the cipher's own speed. */
const RATIO_GOAL = 0.7;
/** As in `applyMasks`. Of 16, 64 and 256 KiB it is where the bare cipher is fastest most often, so the ratio is not flattered. */
const AES_CHUNK_BYTES = 64 * 1024;
/** Below this a turn is too short for the clock. */
const TURN_BYTES = 8e6;

type Case = readonly [words: number, keys: number];
const FULL: readonly Case[] = [[1e3, 3], [1e3, 10], [1e4, 10], [1e5, 10], [1e6, 3], [1e6, 10], [1e6, 50], [1e7, 10]];
const QUICK: readonly Case[] = [[1e3, 10], [1e5, 10], [1e6, 3], [1e6, 10]];

interface CaseGiven {
  readonly ring: Ring;
  readonly words: number;
  readonly keys: number;
  /** What each side may make over all runs. */
  readonly padBytes: number;
}

function measureCase({ ring, words, keys, padBytes }: CaseGiven): Row {
  const vector = zeroWords(ring, words);
  const masks = Array.from({ length: keys }, (_, i) => maskOf(i));
  const bytes = vector.byteLength * keys;
  const calls = Math.max(1, Math.round(TURN_BYTES / bytes));
  const runs = Math.min(41, Math.max(9, Math.floor(padBytes / (bytes * calls))));

  const subjects = [() => applyMasks(vector, masks, 0), () => makePads(masks, vector.byteLength)];
  const [masked = [], raw = []] = interleave(subjects, { warmUps: 2, runs, calls });
  const ratio = pairedRatio(raw, masked);
  return {
    ring, words, keys, maskGBps: bytes / spreadOf(masked).median / 1e6, aesGBps: bytes / spreadOf(raw).median / 1e6,
    ratio: ratio.median, ratioRange: range(ratio), runs, goal: ratio.median >= RATIO_GOAL ? "met" : "not met",
  };
}

function maskOf(index: number): MaskKey {
  return { key: new Uint8Array(MASK_KEY_BYTES).fill(index + 2), sign: index % 2 === 0 ? 1 : -1 };
}

function makePads(masks: readonly MaskKey[], bytes: number): void {
  for (const { key } of masks) {
    const cipher = ctrCipher(key, COUNTER_ZERO);
    for (let at = 0; at < bytes; at += AES_CHUNK_BYTES) cipher.update(ZEROS.subarray(0, Math.min(AES_CHUNK_BYTES, bytes - at)));
  }
}

const COUNTER_ZERO = new Uint8Array(16);
const ZEROS = new Uint8Array(AES_CHUNK_BYTES);
