import { selfTestGap, SELF_TEST_TOLERANCE } from "./self-test.js";
import { loadBackend, type Backend } from "./tensors.js";

/** The tensor backend of this process, and why it is that one. */
export interface Chosen {
  readonly backend: Backend;
  readonly notes: readonly string[];
}

/** How to get hold of a backend, and how far its result of a fixed training is from another's. */
export interface Trial {
  load(backend: Backend): Promise<boolean>;
  gap(backend: Backend, reference: Backend): Promise<number>;
}

/**
 * Native if the owner has installed it and it gives the same result, WebAssembly otherwise, plain JavaScript if that cannot be had either.
 *
 * @throws Error if not even plain JavaScript can be loaded, which only a broken installation can cause.
 */
export async function chooseBackend({ load, gap }: Trial): Promise<Chosen> {
  const reference: Backend = (await load("wasm")) ? "wasm" : "cpu";
  const notes: string[] = [];
  if (reference === "cpu") {
    if (!(await load("cpu"))) throw new Error("no tensor backend can be loaded");
    notes.push("the WebAssembly backend cannot be loaded; networks train in plain JavaScript, some times slower");
  }
  if (!(await load("tensorflow"))) return { backend: reference, notes };
  const apart = await gap("tensorflow", reference);
  // Written as the condition to use it, so that NaN does not.
  if (apart <= SELF_TEST_TOLERANCE) return { backend: "tensorflow", notes: [...notes, `the native backend is used: its weights of the self-test are within ${apart.toExponential(1)}`] };
  return { backend: reference, notes: [...notes, `the native backend is installed and not used: its weights of the self-test are ${apart.toExponential(1)} off, more than ${SELF_TEST_TOLERANCE}`] };
}

/** This process's own backends, tried by the self-test. */
export const THIS_PROCESS: Trial = { load: loadBackend, gap: selfTestGap };

let chosen: Promise<Chosen> | null = null;

/** The backend of this process. The engine is one for the process, and so is the choice. @param say - Hears the reasons, once. */
export function backendOfProcess(say: (note: string) => void): Promise<Backend> {
  chosen ??= chooseBackend(THIS_PROCESS).then((made) => {
    made.notes.forEach(say);
    return made;
  });
  return chosen.then(({ backend }) => backend);
}
