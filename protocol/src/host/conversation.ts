import { once } from "node:events";
import type { PartyId } from "../session/ids.js";
import { encodeFrame, parseFrame, type Frame } from "../wire/frame.js";
import { PROTOCOL_VERSION, REFUSAL_DETAIL_LENGTH_MAX } from "../wire/limits.js";
import { WireError, type WireCode, type WireDetail } from "../wire/wire-error.js";
import { chunksOfFile } from "./bulk-chunks.js";
import type { ExchangeHost } from "./exchange-host.js";
import type { FrameStream } from "./exchange-method.js";
import { FrameRate } from "./frame-rate.js";
import type { OutgoingLetter } from "./outbox.js";

/** Why a conversation is over. `we` refused what came, `they` refused what we said, or the `network` (or a shutdown) ended it. */
export type Ending =
  | { readonly by: "us" | "peer"; readonly code: string; readonly detail: string }
  | { readonly by: "network"; readonly cause: unknown };

/** What a conversation asks of whoever opened its stream. */
export interface Line {
  /** Called once, when the peer has introduced itself. */
  onGreeted(): void;
  /** MUST break the stream, whatever the peer does. May be called again. */
  cut(): void;
}

/** How long a peer may take to introduce itself. */
const HELLO_TIMEOUT_MS = 10_000;
/** How long a refusal may take to reach the peer before the line is cut. */
export const REFUSAL_TIMEOUT_MS = 500;

/**
 * One stream between a node and the coordinator, the same at both ends: Hello from each side, then letters until the stream breaks.
 *
 * Promises that each letter in the outbox reaches the peer's host at least once and in order, over as many streams as it takes: what the
 * peer's Hello does not count is sent again, and a letter leaves the outbox only when the peer has acknowledged it.
 */
export class Conversation {
  readonly peer: PartyId;
  readonly #stream: FrameStream;
  readonly #host: ExchangeHost;
  readonly #line: Line;
  readonly #over = new AbortController();
  #ending: Ending | null = null;
  #greeted = false;
  #sentSeq = 0;
  #peerLogSize = 0;
  #ackDue = 0;
  #ackSent = 0;
  #cosignature: string | null = null;
  #news = false;
  #wake: () => void = () => undefined;
  /** Until the peer introduces itself, and again until it has read why we refuse. */
  #patience: NodeJS.Timeout | undefined;

  constructor(stream: FrameStream, peer: PartyId, host: ExchangeHost, line: Line) {
    this.#stream = stream;
    this.peer = peer;
    this.#host = host;
    this.#line = line;
    // grpc-js may emit an error when nobody reads any more; without a listener it would end the process.
    stream.on("error", (cause: unknown) => this.#end({ by: "network", cause }));
    stream.on("close", () => this.#end({ by: "network", cause: "closed" }));
  }

  /** Looks into the outbox again. */
  kick(): void {
    this.#news = true;
    this.#wake();
  }

  /** Sends a cosignature, unless the stream breaks first. A newer one replaces one that has not left yet. */
  cosign(line: string): void {
    this.#cosignature = line;
    this.kick();
  }

  /** Tells the peer why, and ends. */
  refuse(code: WireCode, detail: WireDetail): void {
    const text = Object.entries(detail).map(([name, value]) => `${name} ${value}`).join(", ");
    this.#end({ by: "us", code, detail: text });
  }

  /**
   * Carries the conversation until it is over, and cuts the line.
   *
   * @throws whatever the host throws, which is for the process to judge.
   */
  async run(): Promise<Ending> {
    this.#patience = setTimeout(() => this.refuse("WIRE_SILENT", {}), HELLO_TIMEOUT_MS);
    const lastSeqReceived = this.#host.lastSeqReceived(this.peer);
    this.#stream.write(encodeFrame({ kind: "hello", protocolVersion: PROTOCOL_VERSION, lastSeqReceived, logSize: this.#host.logSize() }));
    const halves = await Promise.allSettled([this.#guard(this.#hear()), this.#guard(this.#speak())]);
    this.#cut();
    for (const half of halves) if (half.status === "rejected") throw half.reason;
    return this.#ending ?? { by: "network", cause: "ended" };
  }

  /** Reads one frame at a time, so a slow host slows its peer down. Never waits for the writing side, or two full pipes would wait for each other. */
  async #hear(): Promise<void> {
    const frames = this.#stream[Symbol.asyncIterator]();
    const rate = new FrameRate(() => performance.now());
    for (let bytes = await this.#read(frames); bytes !== null; bytes = await this.#read(frames)) {
      await rate.admit();
      // What comes after our refusal is read and dropped, or the line would be cut before the peer has read why.
      if (this.#ending === null) await this.#takeBytes(bytes);
    }
  }

  async #takeBytes(bytes: Uint8Array): Promise<void> {
    try {
      await this.#take(parseFrame(bytes));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.refuse(error.code, error.detail);
    }
  }

  /** The next frame, or null when the line is broken. */
  async #read(frames: AsyncIterator<Uint8Array>): Promise<Uint8Array | null> {
    try {
      const next = await frames.next();
      return next.done === true ? null : next.value;
    } catch (cause) {
      this.#end({ by: "network", cause });
      return null;
    }
  }

  async #take(frame: Frame): Promise<void> {
    if (frame.kind !== "refusal" && this.#greeted === (frame.kind === "hello")) throw new WireError("WIRE_MALFORMED", { field: "hello" });
    switch (frame.kind) {
      case "hello": return this.#greet(frame);
      case "letter": return this.#takeLetter(frame);
      case "ack":
        if (!(frame.seq <= this.#sentSeq)) throw new WireError("WIRE_SEQUENCE", { acknowledged: frame.seq, sent: this.#sentSeq });
        return this.#host.acknowledged(this.peer, frame.seq);
      case "chunk": return this.#host.receiveChunk(this.peer, frame);
      case "cosignature": return this.#host.receiveCosignature(this.peer, frame.line);
      case "refusal": return this.#end({ by: "peer", code: frame.code, detail: frame.detail });
    }
  }

  #greet({ protocolVersion, lastSeqReceived, logSize }: Extract<Frame, { kind: "hello" }>): void {
    if (protocolVersion !== PROTOCOL_VERSION) throw new WireError("WIRE_VERSION", { got: protocolVersion, expected: PROTOCOL_VERSION });
    const doubt = this.#host.doubt(this.peer, logSize);
    if (doubt !== null) return this.#end({ by: "us", code: doubt.code, detail: doubt.detail });
    const sent = this.#host.highestSeq(this.peer);
    // Our outbox has forgotten letters the peer has read, as after restoring an old backup: new ones would contradict them.
    if (!(lastSeqReceived <= sent)) throw new WireError("WIRE_SEQUENCE", { received: lastSeqReceived, sent });
    this.#host.acknowledged(this.peer, lastSeqReceived);
    this.#sentSeq = lastSeqReceived;
    this.#peerLogSize = logSize;
    this.#greeted = true;
    clearTimeout(this.#patience);
    this.#line.onGreeted();
    this.kick();
  }

  async #takeLetter({ envelope, evidence }: Extract<Frame, { kind: "letter" }>): Promise<void> {
    const receipt = await this.#host.receive(this.peer, envelope, evidence);
    switch (receipt.kind) {
      case "received":
        this.#ackDue = Math.max(this.#ackDue, receipt.seq);
        return this.kick();
      case "refused": return this.#end({ by: "us", code: receipt.code, detail: receipt.detail });
    }
  }

  async #speak(): Promise<void> {
    for (;;) {
      await this.#rest();
      await this.#sayUrgent();
      if (!this.#greeted) continue;
      for (let letters = this.#unsent(); letters.length > 0; letters = this.#unsent()) {
        for (const letter of letters) await this.#sayLetter(letter);
      }
    }
  }

  #unsent(): readonly OutgoingLetter[] {
    return this.#host.pending(this.peer, this.#sentSeq);
  }

  async #sayLetter(letter: OutgoingLetter): Promise<void> {
    for await (const chunk of letter.bulk === null ? [] : chunksOfFile(letter.bulk)) {
      await this.#say({ kind: "chunk", ...chunk });
      await this.#sayUrgent();
    }
    // Made at the last moment, so that the proof leads from what the peer will have seen by then.
    const shown = this.#host.evidenceFor(this.peer, letter, this.#peerLogSize);
    this.#sentSeq = letter.seq;
    this.#peerLogSize = shown?.logSize ?? this.#peerLogSize;
    await this.#say({ kind: "letter", envelope: letter.envelope, evidence: shown?.evidence ?? null });
    await this.#sayUrgent();
  }

  /** Acknowledgements and cosignatures go between chunks: a long bulk must not hold up the peer's outbox. */
  async #sayUrgent(): Promise<void> {
    if (this.#ackDue > this.#ackSent) {
      this.#ackSent = this.#ackDue;
      await this.#say({ kind: "ack", seq: this.#ackSent });
    }
    if (this.#cosignature !== null && this.#greeted) {
      const line = this.#cosignature;
      this.#cosignature = null;
      await this.#say({ kind: "cosignature", line });
    }
  }

  async #say(frame: Frame): Promise<void> {
    const { signal } = this.#over;
    signal.throwIfAborted();
    if (this.#stream.write(encodeFrame(frame))) return;
    // Whatever interrupts the wait has ended the conversation.
    await once(this.#stream, "drain", { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }

  /** Until there is something to say, or the conversation is over. */
  async #rest(): Promise<void> {
    const { signal } = this.#over;
    signal.throwIfAborted();
    if (!this.#news) await new Promise<void>((resolve) => { this.#wake = resolve; });
    this.#news = false;
    signal.throwIfAborted();
  }

  /** What ends one half ends both. */
  async #guard(half: Promise<void>): Promise<void> {
    try {
      await half;
      this.#end({ by: "network", cause: "ended" });
    } catch (error) {
      if (error === this.#over.signal.reason) return;
      this.#end({ by: "network", cause: "our host failed" });
      throw error;
    }
  }

  /** The first reason stands. */
  #end(ending: Ending): void {
    if (this.#ending !== null) return;
    this.#ending = ending;
    this.#over.abort();
    this.#wake();
    if (ending.by !== "us") return this.#cut();
    this.#stream.write(encodeFrame({ kind: "refusal", code: ending.code, detail: ending.detail.slice(0, REFUSAL_DETAIL_LENGTH_MAX) }));
    this.#stream.end();
    // The peer hangs up when it has read why; one that does not is cut off.
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.#cut(), REFUSAL_TIMEOUT_MS);
  }

  #cut(): void {
    clearTimeout(this.#patience);
    this.#line.cut();
  }
}
