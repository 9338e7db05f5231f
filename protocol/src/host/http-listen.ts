import type { Server } from "node:http";
import { Refusal } from "./refusal.js";

/** A server that is listening. */
export interface Listening {
  readonly host: string;
  /** The real one, also when 0 was asked for. */
  readonly port: number;
  /** Stops accepting, lets running requests end, then resolves. Long streams must have been told to end before. */
  close(): Promise<void>;
}

/** @throws Refusal NETWORK_PORT if the address cannot be had. */
export async function listen(server: Server, host: string, port: number): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: Error) => reject(cannotListen(host, port, cause)));
    server.listen(port, host, () => resolve());
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a listening TCP server has an address and a port");
  return { host, port: address.port, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeIdleConnections();
  });
}

function cannotListen(host: string, port: number, cause: Error): Refusal {
  return new Refusal({
    code: "NETWORK_PORT",
    title: "cannot listen",
    detail: `${host}:${port}: ${cause.message}`,
    fix: "stop what uses the port, or choose another in the configuration",
  }, { cause });
}
