import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { LogisticModel } from "@cohortium/protocol/training/logistic/model";
import { z } from "zod";
import { LocalConsortium, type LocalPartner } from "../../src/consortium/local-consortium.js";
import type { LocalProcess } from "../../src/consortium/processes.js";
import { csvOf, tinyRows } from "./tiny-data.js";

/** Real processes over tiny rows, in a folder that `end` removes. */
export interface TinyConsortium {
  readonly consortium: LocalConsortium;
  readonly folder: string;
  /** The folder the coordinator publishes. */
  readonly published: string;
  rowsFile(party: string): string;
  end(): Promise<void>;
}

/** Where a write costs nothing: a killed process loses no page the kernel has, so nothing here depends on the disk. */
const MEMORY = "/dev/shm";

/** Founds a coordinator and folders for nodes that still have to enrol. The rows of a party follow from its place in `names`; `held` is the text of a file they all judge on. */
export async function foundTiny(names: readonly string[], { rows = 300, held = null }: { readonly rows?: number; readonly held?: string | null } = {}): Promise<TinyConsortium> {
  const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "cohortium-e2e-"));
  const rowsFile = (party: string) => join(folder, `${party}-data`, "rows.csv");
  const holdout = held === null ? null : join(folder, "held.csv");
  if (holdout !== null && held !== null) writeFileSync(holdout, held);
  const partners: LocalPartner[] = names.map((name, i) => {
    mkdirSync(join(folder, `${name}-data`), { recursive: true });
    writeFileSync(rowsFile(name), csvOf(tinyRows(i + 1, rows)));
    return { name, rows: rowsFile(name), holdout };
  });
  const consortium = await LocalConsortium.found(folder, "test-circle", partners);
  return {
    consortium, folder, rowsFile, published: join(folder, "coordinator", "public"),
    end: async () => {
      // Also what a test has paused.
      for (const process of [...consortium.nodes, consortium.coordinator]) await process.stop("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What the tests compare with: the nodes enrolled, this charter agreed on, and one training of it to its end. */
export async function trainedOnce({ consortium }: TinyConsortium, draft: Json): Promise<{ readonly charter: string; readonly undisturbed: TrainingView }> {
  await consortium.enrol(NO_STEPS);
  const charter = await consortium.agree(draft);
  return { charter, undisturbed: await consortium.follow(await consortium.launch(charter), () => undefined) };
}

export const NO_STEPS = { enrolled: () => undefined };

/** Changes a text in a process's configuration file. It counts from the next start. */
export function reconfigure({ folder, role }: LocalProcess, change: (yaml: string) => string): void {
  const file = join(folder, `${role}.yaml`);
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

/** Where the coordinator waits for enrolled nodes. */
export function exchangePortOf({ consortium }: TinyConsortium): number {
  return Number(/exchange: \{ port: (\d+) \}/.exec(readFileSync(join(consortium.coordinator.folder, "coordinator.yaml"), "utf8"))?.[1]);
}

/** Kills a process as a power cut would, and starts it again. */
export async function crash(process: LocalProcess): Promise<void> {
  await process.stop("SIGKILL");
  await process.start();
}

/** Waits also for a node that makes its longest pause between two attempts to connect, on a machine that has much else to do. */
export async function untilTrue(what: string, holds: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  const startedMs = Date.now();
  while (!(await holds())) {
    if (Date.now() - startedMs > withinMs) throw new Error(`waited ${withinMs / 1_000} s in vain until ${what}`);
    // Whoever asks without a pause has the machine answer instead of getting on.
    await sleep(15);
  }
}

/** The model a training ended with, as the coordinator keeps it. */
export async function modelOf({ coordinator }: LocalConsortium, view: TrainingView): Promise<LogisticModel> {
  if (view.model === null) throw new Error(`no model: ${view.says}`);
  const { model } = await coordinator.admin.get(`/v1/models/${view.model}`, z.object({ model: z.any() }));
  return model as LogisticModel;
}

export interface LedgerLine { readonly session: string; readonly round: number; readonly kind: string; readonly digest: string }

/** A node's own list of what left it. */
export async function ledgerOf(node: LocalProcess, session: string): Promise<readonly LedgerLine[]> {
  return (await node.admin.get(`/v1/egress?session=${session}`, z.object({ lines: z.array(z.any()) }))).lines as LedgerLine[];
}

/** What a node's own account was charged for a session, sum by sum. */
export async function chargesAt(node: LocalProcess, session: string): Promise<readonly { readonly round: number; readonly nanoRho: number }[]> {
  const charge = z.object({ session: z.string(), round: z.number(), nanoRho: z.number() });
  const { charges } = await node.admin.get("/v1/budget/ledger", z.object({ charges: z.array(charge) }));
  return charges.filter((one) => one.session === session);
}

/** The newest checkpoint a node has accepted: what an auditor anchors on. */
export async function checkpointOf(node: LocalProcess): Promise<{ readonly size: number; readonly checkpoint: string }> {
  return node.admin.get("/v1/checkpoint", z.object({ size: z.number(), checkpoint: z.string() }));
}

export async function nodeStatus(node: LocalProcess) {
  return node.admin.get("/v1/status", z.object({
    link: z.object({ kind: z.string(), says: z.string() }),
    log: z.object({ size: z.number(), distrust: z.string().nullable() }),
    trainings: z.array(z.object({ session: z.string(), doing: z.string() })),
  }));
}

export function processLog(process: LocalProcess): string {
  return readFileSync(join(process.folder, "process.log"), "utf8");
}
