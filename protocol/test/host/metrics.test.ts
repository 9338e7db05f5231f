import { expect, test } from "@jest/globals";
import { createMetrics } from "../../src/host/metrics.js";

test("a scrape shows what was counted, under the project's names", async () => {
  const metrics = createMetrics();
  metrics.observeRoundPhase("mask", 0.3);
  metrics.addEgressBytes("update", 4_096);
  metrics.addEgressBytes("update", 4);
  metrics.countSession("done");
  metrics.setConnectedNodes(3);
  metrics.gauge("cohortium_epsilon_spent_total", "Privacy spent.", ["subject"]).set(0.7, { subject: "customers" });
  metrics.counter("cohortium_log_entries_total", "Entries.", []).add(5, {});

  const { contentType, text } = await metrics.scrape();
  expect(contentType).toContain("text/plain");
  for (const line of [
    'cohortium_round_phase_seconds_bucket{le="0.5",phase="mask"} 1',
    'cohortium_round_phase_seconds_bucket{le="0.1",phase="mask"} 0',
    'cohortium_egress_bytes_total{kind="update"} 4100',
    'cohortium_sessions_total{outcome="done"} 1',
    "cohortium_connected_nodes 3",
    'cohortium_epsilon_spent_total{subject="customers"} 0.7',
    "cohortium_log_entries_total 5",
  ]) expect(text.split("\n")).toContain(line);
  expect(text).toMatch(/^cohortium_process_resident_memory_bytes /m);
});

test("two processes in one test do not share their numbers", async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.setConnectedNodes(9);
  expect((await other.scrape()).text).toContain("cohortium_connected_nodes 0");
});
