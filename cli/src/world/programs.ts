import type { CoordinatorInit } from "@cohortium/coordinator/init";
import type { Flag } from "@cohortium/protocol/host/config";
import type { Shutdown } from "@cohortium/protocol/host/shutdown";
import type { z } from "zod";
import type { DataDesk } from "@cohortium/node/desks/data-desk";
import type { CanaryInput, CanaryProgress, CanaryReport } from "../canary/canary.js";
import type { FeedDesk, FeedDeskInput } from "@cohortium/node/desks/feed-desk";
import type { NodeInit } from "@cohortium/node/settings/init";

/** Where a process's settings come from. */
export interface StartInput {
  readonly folder: string;
  readonly flags: readonly Flag[];
  readonly environment: NodeJS.ProcessEnv;
}

export interface Initialised {
  readonly folder: string;
  readonly configFile: string;
  readonly fingerprintWords: string;
}

export interface EnrolledNode {
  readonly party: string;
  readonly coordinator: string;
  readonly fingerprintWords: string;
}

/** The two programs this command line starts, without their inner life. */
export interface Programs {
  initCoordinator(answers: CoordinatorInit): Promise<Initialised>;
  startCoordinator(input: StartInput, shutdown: Shutdown): Promise<{ readonly ready: string }>;
  /** What `coordinator.yaml` may hold. */
  coordinatorSettings(): Promise<z.ZodObject>;
  initNode(answers: NodeInit): Promise<Initialised>;
  /** @throws Refusal CONFIG_DELIMITER if the file's header is one column. */
  checkHeader(path: string, delimiter: string): Promise<void>;
  enrollNode(folder: string, code: string, onProgress: (says: string) => void, signal: AbortSignal): Promise<EnrolledNode>;
  startNode(input: StartInput, shutdown: Shutdown): Promise<{ readonly ready: string }>;
  /** What `node.yaml` may hold. */
  nodeSettings(): Promise<z.ZodObject>;
  /** What is done with a node's feeds and contracts, whether it runs or not. */
  openFeedDesk(input: FeedDeskInput, onProgress: (says: string) => void): Promise<FeedDesk>;
  openDataDesk(input: StartInput, onProgress: (says: string) => void): Promise<DataDesk>;
  /** A rehearsal in a scratch folder, with marked rows. Opens a coordinator and three nodes in this process. */
  runCanary(input: CanaryInput, progress: CanaryProgress): Promise<CanaryReport>;
  /** The rules of the gate and of the lint, by id: what they ask and what to do. */
  dataRules(): Promise<Readonly<Record<string, DataRule>>>;
}

/** A rule of the gate or the lint, as its table has it. */
export interface DataRule {
  readonly asks: string;
  readonly fix: string;
  /** What a failure does, in words. */
  readonly weight: string;
}
