import type { ChannelOptions, MethodDefinition } from "@grpc/grpc-js";
import { FRAME_SIZE_MAX_BYTES } from "../wire/limits.js";

/** `cohortium.v1.ExchangeService/Exchange`: frames in, frames out. gRPC carries bytes; `wire/` alone decides what they mean. */
export const EXCHANGE: MethodDefinition<Uint8Array, Uint8Array> = {
  path: "/cohortium.v1.ExchangeService/Exchange",
  requestStream: true,
  responseStream: true,
  requestSerialize: toBuffer,
  requestDeserialize: (bytes) => bytes,
  responseSerialize: toBuffer,
  responseDeserialize: (bytes) => bytes,
};

/**
 * Options of both ends. A dead connection is noticed within ten seconds: a coordinator that is killed while a node writes leaves the node
 * with a socket on which Node's HTTP/2 sees neither an error nor an end.
 */
export const CHANNEL_OPTIONS: ChannelOptions = {
  "grpc.max_receive_message_length": FRAME_SIZE_MAX_BYTES,
  "grpc.max_send_message_length": FRAME_SIZE_MAX_BYTES,
  "grpc.keepalive_time_ms": 3_000,
  "grpc.keepalive_timeout_ms": 7_000,
};

/** A gRPC stream as a conversation sees it: whole frames in both directions. */
export interface FrameStream extends NodeJS.EventEmitter, AsyncIterable<Uint8Array> {
  /** False when the caller should wait for `drain`. */
  write(frame: Uint8Array): boolean;
  end(): unknown;
}

/** A view of the same memory: grpc-js takes nothing but Buffers. */
function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
