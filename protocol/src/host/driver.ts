import type { Entry } from "../log/entry.js";
import type { Fault } from "../session/fault.js";
import { opened, stepped, type Machine, type Shape, type Step } from "../session/machine.js";
import type { Journal } from "./journal.js";
import { transaction } from "./sqlite.js";

/** A message and the occasion it is said on. The same key always goes with the same message. */
export interface Keyed<Message> {
  readonly key: string;
  readonly message: Message;
}

export type Outcome<P extends Shape> =
  | { readonly kind: "done"; readonly result: P["result"] }
  | { readonly kind: "aborted"; readonly fault: Fault };

/**
 * The world, as a session needs it. No method may call back into the driver before it returns. After a crash, `publish`, `deliver` and
 * `conclude` see everything once more, with the same bytes, and MUST drop what they have seen; `perform` sees the last step's asks again.
 */
export interface Ports<P extends Shape> {
  /** Durable when it returns. */
  publish(entries: readonly Entry[]): void;
  /** Durable when it returns; from then on delivered at least once. */
  deliver(messages: readonly Keyed<P["send"]>[]): void;
  /** Starts work whose result will come back as an event. */
  perform(asks: readonly P["ask"][]): void;
  /** Replaces any earlier wake-up of this session. */
  wakeAt(atMs: number): void;
  /** MUST end the session in the journal. */
  conclude(outcome: Outcome<P>): void;
}

/** What a driver drives: a machine, and where its session is journalled. */
export interface Driven<P extends Shape> {
  readonly session: string;
  readonly machine: Machine<P>;
  readonly journal: Journal;
  readonly ports: Ports<P>;
}

/** Lets events happen to one session, so that a crash between any two lines loses nothing and contradicts nothing. */
export class SessionDriver<P extends Shape> {
  readonly #driven: Driven<P>;
  #step: Step<P>;
  /** True while a step is carried out, and for ever after one failed halfway: only a recovery can tell what was done. */
  #busy = false;

  private constructor(driven: Driven<P>, opening: Step<P>) {
    this.#driven = driven;
    this.#step = opening;
  }

  /** Begins a session that is already in the journal, without events. */
  static open<P extends Shape>(driven: Driven<P>, given: P["given"]): SessionDriver<P> {
    return SessionDriver.recover(driven, given, []);
  }

  /** Goes on with a session after a restart: says everything again, and asks for the last step's work again. */
  static recover<P extends Shape>(driven: Driven<P>, given: P["given"], events: readonly P["event"][]): SessionDriver<P> {
    const driver = new SessionDriver(driven, opened(driven.machine, given));
    driver.#say(0);
    events.forEach((event, index) => {
      if (driver.#step.kind !== "wait") return;
      driver.#step = stepped(driven.machine, driver.#step.state, event);
      driver.#say(index + 1);
    });
    driver.#act();
    return driver;
  }

  /** Whether the session waits for more events; once it is done or aborted it stays so. */
  get waits(): boolean {
    return this.#step.kind === "wait";
  }

  /** Where the session stands, for those who watch; null once it is over. */
  get state(): P["state"] | null {
    return this.#step.kind === "wait" ? this.#step.state : null;
  }

  /**
   * Lets one event happen, unless the session is over or `admit` says no.
   *
   * @param admit - Runs in the transaction that makes the event durable: whoever received a letter marks it as received here, and
   *   returns false for a repeat. Its mark stays also where the session is over.
   */
  advance(event: P["event"], admit: () => boolean): void {
    if (this.#busy) throw new Error("a session takes one event at a time, and none after a step failed halfway");
    // Journal first: whatever leaves is then a function of durable data, so no crash can make us contradict it.
    const n = this.#append(event, admit);
    if (n === null || this.#step.kind !== "wait") return;
    this.#busy = true;
    this.#step = stepped(this.#driven.machine, this.#step.state, event);
    this.#say(n);
    this.#act();
    this.#busy = false;
  }

  #append(event: P["event"], admit: () => boolean): number | null {
    const { journal, session } = this.#driven;
    return transaction(journal.database, () => (admit() && this.waits ? journal.append(session, event) : null));
  }

  #say(n: number): void {
    const { session, ports } = this.#driven;
    const { log, send } = this.#step;
    // The log first: messages cite its entries.
    if (log.length > 0) ports.publish(log);
    if (send.length > 0) ports.deliver(send.map((message, index) => ({ key: `${session}/${n}/${index}`, message })));
  }

  #act(): void {
    const { ports } = this.#driven;
    const step = this.#step;
    switch (step.kind) {
      case "wait":
        if (step.ask.length > 0) ports.perform(step.ask);
        ports.wakeAt(step.untilMs);
        return;
      case "done": return ports.conclude({ kind: "done", result: step.result });
      case "abort": return ports.conclude({ kind: "aborted", fault: step.fault });
    }
  }
}
