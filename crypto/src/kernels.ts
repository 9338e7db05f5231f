/** The door to our WebAssembly, built from `crypto/kernels` by `npm run generate`. */
import { fromBase64 } from "./bytes.js";
import { WORDS_WASM } from "./kernels-wasm.js";

// The little of the standard we use. Only TypeScript's DOM library declares it, and that would let browser globals into pure code.
declare namespace WebAssembly {
  class Module { constructor(bytes: Uint8Array); }
  class Instance { constructor(module: Module); readonly exports: Readonly<Record<string, unknown>>; }
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

/** The kernels of this thread. Their memory is scratch for one synchronous call: nobody may count on it between two. */
export function wordKernels(): WordKernels {
  threadKernels ??= parseWordKernels(new WebAssembly.Instance(new WebAssembly.Module(fromBase64(WORDS_WASM))).exports);
  return threadKernels;
}

// Made at the first call, because importing does no work. Every worker thread evaluates this module anew, so none shares the memory.
let threadKernels: WordKernels | undefined;

/** The compiler of the kernels vouches for the signatures; a test calls each. */
function parseWordKernels(exports: Readonly<Record<string, unknown>>): WordKernels {
  const { memory, ...kernels } = exports;
  return { ...kernels, memory: new Uint8Array((memory as { readonly buffer: ArrayBuffer }).buffer) } as WordKernels;
}
