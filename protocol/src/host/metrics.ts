/** The door to prom-client: what an operator may watch. Labels are phases, kinds and outcomes, never persons and never values. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

export interface Metrics {
  observeRoundPhase(phase: string, seconds: number): void;
  addEgressBytes(kind: string, bytes: number): void;
  countSession(outcome: string): void;
  setConnectedNodes(nodeCount: number): void;
  /** A further number that goes up and down. Once per name. */
  gauge<L extends string>(name: MetricName, help: string, labelNames: readonly L[]): { set(value: number, labels: Labels<L>): void };
  /** A further number that only grows. Once per name. */
  counter<L extends string>(name: MetricName, help: string, labelNames: readonly L[]): { add(amount: number, labels: Labels<L>): void };
  /** The text a scraper reads. */
  scrape(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export type MetricName = `cohortium_${string}`;
export type Labels<L extends string> = Readonly<Record<L, string>>;

/** Each process, and each process a test plays, has a registry of its own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: "cohortium_" });

  const phases = new Histogram({
    name: "cohortium_round_phase_seconds", help: "Time a round spent in one phase.", labelNames: ["phase"], buckets: PHASE_BUCKETS_SECONDS, registers,
  });
  const egress = new Counter({ name: "cohortium_egress_bytes_total", help: "Bytes that left through the egress gate.", labelNames: ["kind"], registers });
  const sessions = new Counter({ name: "cohortium_sessions_total", help: "Sessions that ended, by outcome.", labelNames: ["outcome"], registers });
  const nodes = new Gauge({ name: "cohortium_connected_nodes", help: "Nodes with an open connection.", registers });

  return {
    observeRoundPhase: (phase, seconds) => phases.observe({ phase }, seconds),
    addEgressBytes: (kind, bytes) => egress.inc({ kind }, bytes),
    countSession: (outcome) => sessions.inc({ outcome }),
    setConnectedNodes: (nodeCount) => nodes.set(nodeCount),
    gauge: (name, help, labelNames) => {
      const gauge = new Gauge({ name, help, labelNames, registers });
      return { set: (value, labels) => gauge.set(labels, value) };
    },
    counter: (name, help, labelNames) => {
      const counter = new Counter({ name, help, labelNames, registers });
      return { add: (amount, labels) => counter.inc(labels, amount) };
    },
    scrape: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

/** From a round on one machine to a partner on a slow line. */
const PHASE_BUCKETS_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300];
