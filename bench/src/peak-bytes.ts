import { readFileSync } from "node:fs";

/** The peak of this program alone: on Linux `maxRSS` begins with the memory of the process that started it, as fork counts as use. */
export function peakBytes(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  if (kib === undefined) throw new Error("/proc/self/status does not say the peak of resident memory");
  return Number(kib) * 1024;
}
