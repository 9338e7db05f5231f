import type { DataRule, Programs } from "../world/programs.js";

/** Each is loaded when it is needed: an auditor's laptop opens neither DuckDB nor gRPC. */
export const PROGRAMS: Programs = {
  initCoordinator: async (answers) => (await import("@cohortium/coordinator/init")).initCoordinator(answers),
  startCoordinator: async (input, shutdown) => (await import("@cohortium/coordinator/start")).startCoordinator(input, shutdown),
  coordinatorSettings: async () => (await import("@cohortium/coordinator/config")).coordinatorConfig,
  initNode: async (answers) => (await import("@cohortium/node/settings/init")).initNode(answers),
  checkHeader: async (path, delimiter) => (await import("@cohortium/node/data/check-header")).checkHeader(path, delimiter),
  enrollNode: async (folder, code, onProgress, signal) => (await import("@cohortium/node/settings/enroll")).enrollNode(folder, code, onProgress, signal),
  startNode: async (input, shutdown) => (await import("@cohortium/node/start")).startNode(input, shutdown),
  nodeSettings: async () => (await import("@cohortium/node/settings/config")).nodeConfig,
  openFeedDesk: async (input, onProgress) => (await import("@cohortium/node/desks/feed-desk")).openFeedDesk(input, onProgress),
  openDataDesk: async (input, onProgress) => (await import("@cohortium/node/desks/data-desk")).openDataDesk(input, onProgress),
  runCanary: async (input, progress) => (await import("../canary/canary.js")).runCanary(input, progress),
  dataRules: async () => {
    const [{ QUALITY_RULES }, { SCHEMA_RULES }] = await Promise.all([import("@cohortium/protocol/columns/quality-rules"), import("@cohortium/node/data/contract/schema-rules")]);
    const gate = Object.entries(QUALITY_RULES).map(([rule, { asks, fix, severity }]) => [rule, { asks, fix, weight: severity === "error" ? "refuses a training" : "warns" }] as const);
    const lint = Object.entries(SCHEMA_RULES).map(([rule, { asks, fix, level }]) => [rule, { asks, fix, weight: LINT_WEIGHTS[level] }] as const);
    return Object.fromEntries<DataRule>([...gate, ...lint]);
  },
};

const LINT_WEIGHTS = { fatal: "the contract cannot be used", error: "schema lint ends with exit code 3", warning: "is shown" } as const;
