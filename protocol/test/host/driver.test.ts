import { expect, test } from "@jest/globals";
import { toHex, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { SessionDriver, type Driven, type Outcome, type Ports } from "../../src/host/driver.js";
import { Inbox } from "../../src/host/inbox.js";
import { Journal, JOURNAL_SCHEMA } from "../../src/host/journal.js";
import { Outbox } from "../../src/host/outbox.js";
import { openDatabase, type Database } from "../../src/host/sqlite.js";
import { signEntry, type Entry } from "../../src/log/entry.js";
import type { Digest, PartyId } from "../../src/session/ids.js";
import type { Machine, Step } from "../../src/session/machine.js";

const [MILL, HARBOUR] = ["mill", "harbour"] as [PartyId, PartyId];
const DIGEST = "1a".repeat(32) as Digest;
const signer = signerFromSeed(new Uint8Array(32).fill(5));

/** Adds numbers until their sum reaches a goal; tells two peers each sum, logs it, and asks the host for the next number. */
interface Counting {
  readonly given: { readonly goal: number };
  readonly state: { readonly goal: number; readonly sum: number };
  readonly event: { readonly kind: "add"; readonly number: number } | { readonly kind: "deadline" };
  readonly send: { readonly to: PartyId; readonly sum: number };
  readonly ask: { readonly next: number };
  readonly result: number;
}

const counting: Machine<Counting> = {
  open: ({ goal }) => tell({ goal, sum: 0 }),
  step(state, event) {
    switch (event.kind) {
      case "add": return tell({ ...state, sum: state.sum + event.number });
      case "deadline": return { kind: "abort", log: [], send: [], fault: { code: "AGGREGATION_TOO_FEW", detail: { sum: state.sum } } };
    }
  },
};

function tell(state: Counting["state"]): Step<Counting> {
  const said = {
    log: [signEntry({ v: 1, type: "round.result", actor: MILL, at: "2026-11-22T10:00:00.000Z", charter: "-", session: "-", round: 2, body: { sum: state.sum } }, signer)],
    send: [MILL, HARBOUR].map((to) => ({ to, sum: state.sum })),
  };
  return state.sum >= state.goal ? { kind: "done", ...said, result: state.sum } : { kind: "wait", ...said, state, ask: [{ next: state.sum + 1 }], untilMs: 1_000 + state.sum };
}

const EVENTS: readonly Counting["event"][] = [2, 3, 4, 5].map((number) => ({ kind: "add", number }));
const GIVEN = { goal: 12 };

/** A host that keeps the log and the outbox, and can be made to crash after its nth port call. */
class Host {
  readonly db: Database = openDatabase(":memory:", [JOURNAL_SCHEMA]);
  readonly journal = new Journal(this.db, () => 1_234);
  readonly inbox = new Inbox(this.db);
  readonly outbox = new Outbox(this.db);
  readonly log = new Map<string, Entry>();
  readonly calls: string[] = [];
  readonly outcomes: Outcome<Counting>[] = [];

  ports(crashAfterCalls = Infinity): Ports<Counting> {
    let calls = 0;
    const called = (what: string) => {
      this.calls.push(what);
      if (++calls >= crashAfterCalls) throw new Error("crash");
    };
    return {
      publish: (entries) => { for (const entry of entries) this.log.set(entry.id, entry); called(`publish ${entries.length}`); },
      deliver: (messages) => {
        for (const { key, message } of messages) {
          const payload = utf8(JSON.stringify(message));
          this.outbox.enqueue({ peer: message.to, key, payloadDigest: toHex(sha256(payload)) as Digest, bulk: null }, (seq) => utf8(`${seq} ${JSON.stringify(message)}`));
        }
        called(`deliver ${messages.map(({ key }) => key).join(" ")}`);
      },
      perform: (asks) => called(`perform ${asks.map(({ next }) => next).join(" ")}`),
      wakeAt: (atMs) => called(`wake ${atMs}`),
      conclude: (outcome) => { this.outcomes.push(outcome); this.journal.end("s", outcome); called("conclude"); },
    };
  }

  driven(ports: Ports<Counting>): Driven<Counting> {
    return { session: "s", machine: counting, journal: this.journal, ports };
  }

  open(ports = this.ports()): SessionDriver<Counting> {
    this.journal.openSession("s", "counter", { open: GIVEN, secret: utf8("entropy") });
    return SessionDriver.open(this.driven(ports), GIVEN);
  }

  recover(ports = this.ports()): SessionDriver<Counting> {
    return SessionDriver.recover(this.driven(ports), GIVEN, this.journal.events("s") as Counting["event"][]);
  }

  /** Feeds the events as letters 1, 2, …: those received before are repeats. */
  feed(driver: SessionDriver<Counting>): void {
    EVENTS.forEach((event, index) => driver.advance(event, () => this.inbox.accept(MILL, index + 1, DIGEST) === "new"));
  }

  said(): unknown {
    return { log: [...this.log.keys()], mill: this.outbox.pending(MILL, 0, 99), harbour: this.outbox.pending(HARBOUR, 0, 99), events: this.journal.events("s"), outcome: this.journal.outcome("s") };
  }
}

test("one event is journalled, logged, said, acted on, in that order", () => {
  const host = new Host();
  const driver = host.open({ ...host.ports(), publish: () => host.calls.push(`publish after ${host.journal.events("s").length} events`) });
  host.calls.length = 0;
  driver.advance({ kind: "add", number: 7 }, () => true);
  expect(host.calls).toEqual(["publish after 1 events", "deliver s/1/0 s/1/1", "perform 8", "wake 1007"]);
});

const smooth = new Host();
smooth.feed(smooth.open());
const CALLS = smooth.calls.length;

test("the run without a crash has 4 events and 19 port calls", () => {
  expect([smooth.journal.events("s").length, CALLS]).toEqual([4, 19]);
  expect(smooth.outcomes).toEqual([{ kind: "done", result: 14 }]);
});

test.each(Array.from({ length: CALLS }, (_, index) => index + 1))("a crash after port call %i changes nothing that anyone sees", (crashAfterCalls) => {
  const host = new Host();
  expect(() => host.feed(host.open(host.ports(crashAfterCalls)))).toThrow("crash");
  if (host.journal.openSessions().length > 0) host.feed(host.recover());
  expect(host.said()).toEqual(smooth.said());
});

test("a recovery says everything again but asks only for the last step's work", () => {
  const host = new Host();
  const driver = host.open();
  driver.advance({ kind: "add", number: 3 }, () => true);
  host.calls.length = 0;
  host.recover();
  expect(host.calls).toEqual(["publish 1", "deliver s/0/0 s/0/1", "publish 1", "deliver s/1/0 s/1/1", "perform 4", "wake 1003"]);
});

test("a repeated letter is no event", () => {
  const host = new Host();
  const driver = host.open();
  host.feed(driver);
  host.feed(driver);
  expect(host.said()).toEqual(smooth.said());
});

test("after the end, letters are marked as received and nothing else happens", () => {
  const host = new Host();
  const driver = host.open();
  driver.advance({ kind: "deadline" }, () => true);
  expect([driver.waits, host.outcomes]).toEqual([false, [{ kind: "aborted", fault: { code: "AGGREGATION_TOO_FEW", detail: { sum: 0 } } }]]);
  const calls = host.calls.length;
  driver.advance({ kind: "add", number: 2 }, () => host.inbox.accept(MILL, 1, DIGEST) === "new");
  expect([host.calls.length, host.journal.events("s").length, host.inbox.lastSeq(MILL)]).toEqual([calls, 1, 1]);
});

test("a refusal to admit changes nothing, and the session goes on", () => {
  const host = new Host();
  const driver = host.open();
  expect(() => driver.advance({ kind: "add", number: 2 }, () => { host.inbox.accept(MILL, 1, DIGEST); throw new Error("forged"); })).toThrow("forged");
  expect([host.journal.events("s"), host.inbox.lastSeq(MILL)]).toEqual([[], 0]);
  host.feed(driver);
  expect(host.said()).toEqual(smooth.said());
});

test("a step that failed halfway stops the driver, because only a recovery knows what was done", () => {
  const host = new Host();
  const driver = host.open(host.ports(6));
  expect(() => host.feed(driver)).toThrow("crash");
  expect(() => driver.advance({ kind: "deadline" }, () => true)).toThrow("halfway");
  expect(host.journal.events("s")).toHaveLength(1);
});

test("a port cannot slip in another event while one is being carried out", () => {
  const host = new Host();
  let reentry: unknown = null;
  const driver: SessionDriver<Counting> = host.open({
    ...host.ports(),
    wakeAt: (atMs) => {
      if (atMs > 1_000) try { driver.advance({ kind: "deadline" }, () => true); } catch (error) { reentry = error; }
    },
  });
  driver.advance({ kind: "add", number: 2 }, () => true);
  expect(String(reentry)).toContain("one event at a time");
  expect(host.journal.events("s")).toHaveLength(1);
});

test("a step that throws ends its own session, at every replay", () => {
  const host = new Host();
  const broken: Machine<Counting> = { ...counting, step: (state, event) => { if (event.kind === "add" && event.number === 3) throw new TypeError("12.5"); return counting.step(state, event); } };
  const driven = () => ({ session: "s", machine: broken, journal: host.journal, ports: { ...host.ports(), conclude: (outcome: Outcome<Counting>) => void host.outcomes.push(outcome) } });
  host.journal.openSession("s", "counting", { open: GIVEN, secret: new Uint8Array() });
  const driver = SessionDriver.open(driven(), GIVEN);
  driver.advance({ kind: "add", number: 2 }, () => true);
  driver.advance({ kind: "add", number: 3 }, () => true);
  SessionDriver.recover(driven(), GIVEN, host.journal.events("s") as readonly Counting["event"][]);
  // The error's words stay here: they may quote a value.
  expect(host.outcomes).toEqual(Array.from({ length: 2 }, () => ({ kind: "aborted", fault: { code: "SESSION_BROKEN", detail: { error: "TypeError" } } })));
});

test("an opening that throws ends its session too, and is no exception of the host", () => {
  const host = new Host();
  const broken: Machine<Counting> = { ...counting, open: () => { throw new RangeError("7"); } };
  const ports = { ...host.ports(), conclude: (outcome: Outcome<Counting>) => void host.outcomes.push(outcome) };
  host.journal.openSession("s", "counting", { open: GIVEN, secret: new Uint8Array() });
  expect(SessionDriver.open({ session: "s", machine: broken, journal: host.journal, ports }, GIVEN).waits).toBe(false);
  expect(host.outcomes).toEqual([{ kind: "aborted", fault: { code: "SESSION_BROKEN", detail: { error: "RangeError" } } }]);
});
