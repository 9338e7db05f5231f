import { connect as connectHttp2, type ClientHttp2Stream } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeFrame, parseFrame, type Frame } from "@cohortium/protocol/wire/frame";

/** What somebody presents to the coordinator's exchange port. */
export interface Presented {
  readonly privateKeyPem?: string;
  readonly certificatePem?: string;
  readonly authorityPem: string;
}

/** A stream to the exchange made by hand, HTTP/2 with gRPC's five-byte prefix, so that nothing on our side keeps to any rule. */
export interface RawStream {
  /** Every frame that came, in order. */
  readonly frames: readonly Frame[];
  sendFrame(frame: Frame): void;
  /** Any bytes as one message. */
  sendMessage(bytes: Uint8Array): void;
  /** When it was over: the gRPC status, or the error of TLS or TCP. */
  readonly over: Promise<string>;
  close(): void;
}

export function openRawStream(port: number, { privateKeyPem: key, certificatePem: cert, authorityPem: ca }: Presented): RawStream {
  const session = connectHttp2(`https://localhost:${port}`, { key, cert, ca, minVersion: "TLSv1.3" });
  const stream = session.request({ ":method": "POST", ":path": "/cohortium.v1.ExchangeService/Exchange", "content-type": "application/grpc", te: "trailers" });
  const frames: Frame[] = [];
  readFrames(stream, frames);
  const over = new Promise<string>((resolve) => {
    stream.once("trailers", (trailers) => resolve(`grpc-status ${String(trailers["grpc-status"])}`));
    for (const side of [session, stream]) side.once("error", (error: Error & { code?: string }) => resolve(error.code ?? error.message));
    stream.once("close", () => resolve("closed"));
  }).finally(() => session.destroy());
  const sendMessage = (bytes: Uint8Array) => {
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(bytes.length, 1);
    if (!stream.destroyed) stream.write(Buffer.concat([prefix, bytes]));
  };
  return { frames, sendFrame: (frame) => sendMessage(encodeFrame(frame)), sendMessage, over, close: () => session.destroy() };
}

/** The code of the refusal that ended the stream; "" if it ended without one. */
export async function refusalOf(stream: RawStream): Promise<string> {
  await Promise.race([stream.over, sleep(30_000, undefined, { ref: false })]);
  stream.close();
  const last = stream.frames.at(-1);
  return last?.kind === "refusal" ? last.code : "";
}

function readFrames(stream: ClientHttp2Stream, frames: Frame[]): void {
  let rest = Buffer.alloc(0);
  stream.on("data", (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
      const end = 5 + rest.readUInt32BE(1);
      frames.push(parseFrame(rest.subarray(5, end)));
      rest = rest.subarray(end);
    }
  });
}
