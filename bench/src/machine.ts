import { availableParallelism, cpus, totalmem } from "node:os";

/** Where the numbers come from; none of them means anything elsewhere. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly node: string;
  readonly openssl: string;
  readonly platform: string;
}

export function thisMachine(): Machine {
  return {
    cores: availableParallelism(), cpu: cpus()[0]?.model.trim() ?? "unknown", memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node, openssl: process.versions.openssl, platform: `${process.platform} ${process.arch}`,
  };
}

export function machineLines({ cores, cpu, memoryGiB, node, openssl, platform }: Machine): string {
  return [`machine  ${cores} cores, ${cpu}, ${memoryGiB} GiB, ${platform}`, `runtime  Node ${node}, OpenSSL ${openssl}; one thread`, ""].join("\n");
}
