/** The door to our WebAssembly, built from `crypto/kernels` by `npm run generate`. */
import { fromBase64 } from "./bytes.js";
import { RING_WASM, TREES_WASM, WORDS_WASM } from "./kernels-wasm.js";

// The little of the standard we use. Only TypeScript's DOM library declares it, and that would let browser globals into pure code.
declare namespace WebAssembly {
  class Module { constructor(bytes: Uint8Array); }
  class Memory {
    constructor(size: { readonly initial: number; readonly maximum: number; readonly shared: boolean });
    readonly buffer: ArrayBufferLike;
  }
  class Instance {
    constructor(module: Module, imports?: { readonly env: { readonly memory: SharedMemory } });
    readonly exports: Readonly<Record<string, unknown>>;
  }
}

/** a += b or a -= b over words, in place. Addresses and lengths in bytes of `memory`; see `crypto/kernels/words.ts` for the slack they need. */
export type Combine = (a: number, b: number, bytes: number) => void;

export interface WordKernels {
  readonly memory: Uint8Array;
  readonly add32: Combine;
  readonly subtract32: Combine;
  readonly add64: Combine;
  readonly subtract64: Combine;
}

/** Memory for the rows of one training, which may be handed to other threads. */
export interface SharedMemory {
  readonly buffer: ArrayBufferLike;
}

/**
 * The inner loops of growing trees. All addresses and lengths are in bytes of the memory, aligned to what lies there; `rows` and `count` count.
 * Pairs are a gradient and a hessian in units, 32 bits each; a sum of pairs is 64 bits each.
 */
export interface TreeKernels {
  /** Pairs of all rows from their margins (32-bit floats) and labels (bytes), as `quantise.ts` defines them. Rounded up to an even number of rows. */
  readonly gradients: (margins: number, labels: number, pairs: number, rows: number) => void;
  /** Adds the pairs of `count` rows, named by their numbers at `rows` (32 bits), to eight histograms of 256 sums. A row's eight bins stand together. */
  // eslint-disable-next-line max-params -- a WebAssembly function takes numbers, one by one
  readonly addEight: (bins: number, pairs: number, rows: number, count: number, sums: number) => void;
  /** Turns `count` 64-bit sums below 2^53 into doubles, in place. */
  readonly toDoubles: (sums: number, count: number) => void;
}

/** The most that `sharedMemory` gives. */
export const SHARED_MEMORY_MAX_BYTES = 2 ** 31;

/** Fresh memory, all zero, of at least so many bytes. @throws RangeError if it is more than there can be. */
export function sharedMemory(bytes: number): SharedMemory {
  if (!(bytes <= SHARED_MEMORY_MAX_BYTES)) throw new RangeError(`${bytes} bytes are more than the ${SHARED_MEMORY_MAX_BYTES} of one memory`);
  const pages = Math.ceil(bytes / PAGE_BYTES);
  return new WebAssembly.Memory({ initial: Math.max(1, pages), maximum: SHARED_MEMORY_MAX_BYTES / PAGE_BYTES, shared: true });
}

/** The kernels of trees over this memory, for the thread that calls. */
export function treeKernels(memory: SharedMemory): TreeKernels {
  return parseTreeKernels(new WebAssembly.Instance(new WebAssembly.Module(fromBase64(TREES_WASM)), { env: { memory } }).exports);
}

const PAGE_BYTES = 65_536;

/** Arithmetic on one polynomial modulo one prime; see `crypto/kernels/ring.ts` for what each argument is. */
export interface RingKernels {
  readonly memory: Uint8Array<ArrayBuffer>;
  forward(a: number, roots: number, q: bigint): void;
  inverse(a: number, roots: number, q: bigint, n: bigint, nQuotient: bigint): void;
  scale(a: number, w: bigint, quotient: bigint, q: bigint): void;
  multiply(a: number, b: number, q: bigint, qInverse: bigint): void;
  /** 1 if every word of b was below q. */
  add(a: number, b: number, q: bigint): number;
  negate(a: number, q: bigint): void;
  smudge(a: number, noise: number, q: bigint, oneQuotient: bigint, r: bigint, rQuotient: bigint, centre: bigint): void;
  decode(v: number, out: number, constants: number, t: bigint): number;
}

/** The kernels of this thread. Their memory is scratch for one synchronous call: nobody may count on it between two. */
export function wordKernels(): WordKernels {
  threadWords ??= parseWordKernels(exportsOf(WORDS_WASM));
  return threadWords;
}

/** The same for polynomials. `he/ring.ts` fills in the tables, and nobody else may use them. */
export function ringKernels(): RingKernels {
  threadRing ??= parseRingKernels(exportsOf(RING_WASM));
  return threadRing;
}

// Made at the first call, because importing does no work. Every worker thread evaluates this module anew, so none shares the memory.
let threadWords: WordKernels | undefined;
let threadRing: RingKernels | undefined;

function exportsOf(base64: string): Readonly<Record<string, unknown>> {
  return new WebAssembly.Instance(new WebAssembly.Module(fromBase64(base64))).exports;
}

/** The compiler of the kernels vouches for the signatures; a test calls each. */
function parseWordKernels({ memory, ...kernels }: Readonly<Record<string, unknown>>): WordKernels {
  return { ...kernels, memory: parseMemory(memory) } as WordKernels;
}

/** As above. */
function parseRingKernels({ memory, ...kernels }: Readonly<Record<string, unknown>>): RingKernels {
  return { ...kernels, memory: parseMemory(memory) } as RingKernels;
}

function parseMemory(memory: unknown): Uint8Array<ArrayBuffer> {
  return new Uint8Array((memory as { readonly buffer: ArrayBuffer }).buffer);
}

function parseTreeKernels(exports: Readonly<Record<string, unknown>>): TreeKernels {
  return { ...exports } as unknown as TreeKernels;
}
