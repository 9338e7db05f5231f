import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A bad line between a node and its coordinator: carries TCP both ways, as late as `delayMs` says. It cannot read what it carries. */
export interface SlowLine {
  readonly port: number;
  delayMs: number;
  /** From now on nothing arrives, neither what is on its way nor what is said, until `release` breaks every connection. */
  hold(): void;
  release(): void;
  /** Breaks every connection there is now, as a router that restarts does. */
  cut(): void;
  close(): Promise<void>;
}

export async function openSlowLine(coordinatorPort: number): Promise<SlowLine> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(coordinatorPort, "127.0.0.1");
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      carry(from, to, { delayMs: () => line.delayMs, isHeld: () => isHeld });
      from.on("error", () => undefined);
      // What is still on the way is lost with the line.
      from.on("close", () => { to.destroy(); sockets.delete(from); });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  let isHeld = false;
  const cut = () => sockets.forEach((socket) => socket.destroy());
  const line: SlowLine = {
    port: typeof address === "object" && address !== null ? address.port : 0, delayMs: 0, cut,
    hold: () => { isHeld = true; },
    release: () => {
      // What was held is a hole in its stream.
      if (isHeld) cut();
      isHeld = false;
    },
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return line;
}

/** Late, but in order; not at all while the line is held. */
function carry(from: Socket, to: Socket, { delayMs, isHeld }: { readonly delayMs: () => number; readonly isHeld: () => boolean }): void {
  let lastMs = 0;
  from.on("data", (bytes) => {
    lastMs = Math.max(lastMs, Date.now() + delayMs());
    setTimeout(() => { if (!to.destroyed && !isHeld()) to.write(bytes); }, Math.max(0, lastMs - Date.now()));
  });
  from.on("end", () => setTimeout(() => to.end(), Math.max(0, lastMs - Date.now())));
}
