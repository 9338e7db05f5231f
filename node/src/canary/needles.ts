import { createHash } from "node:crypto";

/** A value that stands in one marked row and nowhere else. */
export interface Mark {
  readonly feed: "rows" | "transactions";
  readonly column: string;
  /** As the copy of the feed writes it. Never shown. */
  readonly text: string;
}

/** The ways in which a value could leave. Each is looked for. */
export const TRACES = [
  "text", "text in UTF-16", "hex", "base64", "digest", "digest in hex or base64", "double", "whole number of 64 bits", "fixed point of 64 bits",
] as const;
export type Trace = (typeof TRACES)[number];

/** Bytes to look for: which value, in which disguise. */
export interface Needle {
  readonly mark: Mark;
  readonly trace: Trace;
  readonly bytes: Uint8Array;
}

/** Shorter would be found by chance. */
const NEEDLE_BYTES_MIN = 6;
const DIGESTS = ["sha256", "sha512", "sha1", "md5"] as const;
/** Layouts round to whole multiples of 2^-k for some k of these. */
const SCALE_BITS = Array.from({ length: 53 }, (_, k) => k);
/** Below it, most bytes of a word are zeros, which stand anywhere. */
const FIXED_MIN = 2 ** 24;

/** Every disguise of one value; a number also as the numbers that are computed with. */
export function needlesOf(mark: Mark): readonly Needle[] {
  const needle = (trace: Trace) => (bytes: Uint8Array): Needle => ({ mark, trace, bytes });
  const texts = spellings(mark.text);
  const raw = texts.map((text) => new Uint8Array(Buffer.from(text)));
  const digests = raw.flatMap((bytes) => DIGESTS.map((name) => new Uint8Array(createHash(name).update(bytes).digest())));
  return [
    ...raw.map(needle("text")), ...texts.map((text) => new Uint8Array(Buffer.from(text, "utf16le"))).map(needle("text in UTF-16")),
    ...raw.flatMap(hexOf).map(needle("hex")), ...raw.flatMap(base64Of).map(needle("base64")),
    ...digests.map(needle("digest")), ...digests.flatMap((bytes) => [...hexOf(bytes), ...base64Of(bytes)]).map(needle("digest in hex or base64")),
    ...numberNeedles(mark, Number(mark.text)),
  ].filter(({ bytes }) => bytes.length >= NEEDLE_BYTES_MIN);
}

function numberNeedles(mark: Mark, value: number): readonly Needle[] {
  if (mark.text.trim() === "" || !Number.isFinite(value)) return [];
  const needle = (trace: Trace) => (bytes: Uint8Array): Needle => ({ mark, trace, bytes });
  const whole = Number.isSafeInteger(value) && Math.abs(value) >= FIXED_MIN ? words(BigInt(value)) : [];
  const isTelling = (scaled: number) => Number.isSafeInteger(scaled) && Math.abs(scaled) >= FIXED_MIN && scaled !== value;
  const fixed = SCALE_BITS.map((bits) => Math.round(value * 2 ** bits)).filter(isTelling);
  return [
    ...[value, Math.fround(value), Math.log1p(value), Math.log(value)].filter((one) => Number.isFinite(one)).flatMap(doubles).map(needle("double")),
    ...whole.map(needle("whole number of 64 bits")), ...fixed.flatMap((scaled) => words(BigInt(scaled))).map(needle("fixed point of 64 bits")),
  ];
}

/** A number is also written as this language writes it. */
function spellings(text: string): readonly string[] {
  const number = Number(text);
  return [...new Set([text, ...(text.trim() !== "" && Number.isFinite(number) ? [String(number)] : [])])];
}

function hexOf(bytes: Uint8Array): readonly Uint8Array[] {
  const hex = Buffer.from(bytes).toString("hex");
  return [hex, hex.toUpperCase()].map((text) => new Uint8Array(Buffer.from(text)));
}

/** Base64 of a longer text holds one of three forms of a part of it, by where the part begins; the characters that its neighbours also shape are left out. */
function base64Of(bytes: Uint8Array): readonly Uint8Array[] {
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64").replace(/=+$/, "");
    const inner = text.slice(offset === 0 ? 0 : offset + 1, (bytes.length + offset) % 3 === 0 ? undefined : -1);
    return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")].map((one) => new Uint8Array(Buffer.from(one)));
  });
}

function doubles(value: number): readonly Uint8Array[] {
  return bothOrders((view, isLittle) => view.setFloat64(0, value, isLittle));
}

function words(value: bigint): readonly Uint8Array[] {
  return bothOrders((view, isLittle) => view.setBigInt64(0, value, isLittle));
}

function bothOrders(write: (view: DataView, isLittle: boolean) => void): readonly Uint8Array[] {
  return [true, false].map((isLittle) => {
    const bytes = new Uint8Array(8);
    write(new DataView(bytes.buffer), isLittle);
    return bytes;
  });
}
