import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { duplexPair } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Coordinator } from "@cohortium/coordinator/coordinator";
import { openLogStore } from "@cohortium/coordinator/log-store";
import { openCoordinatorDatabase } from "@cohortium/coordinator/store";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import { Uploads } from "@cohortium/coordinator/uploads";
import { x25519PublicKey } from "@cohortium/crypto/agreement";
import { toBase64 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { freshEntropy } from "@cohortium/crypto/entropy";
import { Secret } from "@cohortium/crypto/secret";
import { signerFromSeed, type Signer } from "@cohortium/crypto/signing";
import { CohortiumNode } from "@cohortium/node/node";
import type { Feed } from "@cohortium/node/rows/session-rows";
import { openNodeDatabase } from "@cohortium/node/database";
import { createRequest, newTlsKeyPem, publicKeyOf } from "@cohortium/protocol/host/certificates";
import { Conversation } from "@cohortium/protocol/host/conversation";
import { openAuthority } from "@cohortium/protocol/host/credentials";
import { enrolmentWords, signClaim } from "@cohortium/protocol/host/enrolment";
import type { FrameStream } from "@cohortium/protocol/host/exchange-method";
import { joinCodeSigner, parseJoinCode } from "@cohortium/protocol/host/join-code";
import type { Logger } from "@cohortium/protocol/host/logger";
import { createMetrics } from "@cohortium/protocol/host/metrics";
import type { OutgoingLetter } from "@cohortium/protocol/host/outbox";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { parsePartyId, parseSessionId, type Digest, type PartyId, type SessionId } from "@cohortium/protocol/session/ids";
import type { Query } from "@cohortium/protocol/statistics/query";
import { queryJson } from "@cohortium/protocol/statistics/query-schema";

/** Everything that left one node: frames as they went onto the line, and bulk once more in one piece, because a frame may cut a value in two. */
export interface Outgoing {
  readonly frames: Uint8Array[];
  readonly bulk: Uint8Array[];
}

/** A node whose bulk is read when the line first asks for it. */
class WatchedNode extends CohortiumNode {
  readonly #bulk: Uint8Array[];
  readonly #seen = new Set<number>();

  constructor(parts: ConstructorParameters<typeof CohortiumNode>[0], bulk: Uint8Array[]) {
    super(parts);
    this.#bulk = bulk;
  }

  override pending(peer: PartyId, afterSeq: number): readonly OutgoingLetter[] {
    const letters = super.pending(peer, afterSeq);
    for (const { seq, bulk } of letters) {
      if (bulk === null || this.#seen.has(seq)) continue;
      this.#seen.add(seq);
      this.#bulk.push(new Uint8Array(readFileSync(bulk.path)));
    }
    return letters;
  }
}

interface Member {
  readonly party: PartyId;
  readonly node: WatchedNode;
  readonly signer: Signer;
  readonly outgoing: Outgoing;
  readonly lines: string[];
  line: { readonly here: Conversation; readonly there: Conversation; readonly over: Promise<unknown> } | null;
}

/** Where it takes place. `signal` ends it, whatever it waits for. */
export interface RehearsalParts {
  readonly folder: string;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

interface OperatorKeys {
  readonly publicKey: Uint8Array;
  readonly uploads: Uploads;
}

const OPERATOR = parsePartyId("operator");
const POLL_MS = 25;

/**
 * A consortium in one process and one folder, with keys of its own: a coordinator, and nodes that are the product's but for the network below their
 * frames. Nothing of it leaves this process.
 */
export class Rehearsal {
  readonly folder: string;
  readonly coordinator: Coordinator;
  readonly #members = new Map<PartyId, Member>();
  readonly #nowMs: () => number;
  readonly #uploads: Uploads;
  readonly #signal: AbortSignal;
  readonly #operatorKey: Uint8Array;

  private constructor({ folder, nowMs, signal }: RehearsalParts, keys: OperatorKeys, make: (rehearsal: Rehearsal) => Coordinator) {
    this.folder = folder;
    this.#nowMs = nowMs;
    this.#signal = signal;
    this.#uploads = keys.uploads;
    this.#operatorKey = keys.publicKey;
    this.coordinator = make(this);
  }

  static async open(parts: RehearsalParts): Promise<Rehearsal> {
    const { folder, nowMs } = parts;
    const hub = join(folder, "hub");
    const published = join(hub, "public");
    mkdirSync(published, { recursive: true, mode: 0o700 });
    const authority = await openAuthority(hub, "rehearsal", nowMs());
    const [signer, logSigner] = [freshSigner(), freshSigner()];
    const logIdentity = { origin: "cohortium.log/rehearsal", signer: logSigner };
    const uploads = new Uploads(published);
    const rehearsal = new Rehearsal(parts, { publicKey: signer.publicKey, uploads }, (it) => new Coordinator({
      self: OPERATOR, signer, logIdentity, authority, uploads, database: openCoordinatorDatabase(join(hub, "coordinator.db")), log: openLogStore(published, logIdentity),
      logger: loggerInto([]), metrics: createMetrics(), nowMs, kick: (party) => it.#members.get(party)?.line?.there.kick(), decided: () => undefined,
    }));
    rehearsal.coordinator.recover();
    return rehearsal;
  }

  /** Enrols a company with fresh keys, starts its node over this feed, and connects it. */
  async join(party: PartyId, feed: Feed): Promise<void> {
    const [signer, agreement] = [freshSigner(), freshEntropy()];
    await this.#enrol(party, signer, x25519PublicKey(agreement));
    const folder = join(this.folder, party);
    mkdirSync(join(folder, "spool"), { recursive: true, mode: 0o700 });
    const [outgoing, lines]: [Outgoing, string[]] = [{ frames: [], bulk: [] }, []];
    const line = () => this.#members.get(party)?.line;
    const node = new WatchedNode({
      self: party, signer, agreementSecret: new Secret(agreement), database: openNodeDatabase(join(folder, "node.db")), spool: join(folder, "spool"),
      coordinator: { name: OPERATOR, signingKey: this.#operatorKey, logKey: this.coordinator.logKey },
      feed, logger: loggerInto(lines), metrics: createMetrics(), nowMs: this.#nowMs,
      kick: () => line()?.here.kick(), cosign: (signature) => line()?.here.cosign(signature),
    }, outgoing.bulk);
    const member: Member = { party, node, signer, outgoing, lines, line: null };
    this.#members.set(party, member);
    this.#connect(member);
  }

  /** Everybody signs what the operator proposes. @throws Refusal if the charter breaks a rule. */
  async agree(draft: Json): Promise<Digest> {
    const digest = this.coordinator.charters.propose(draft);
    for (const { party, node } of this.#members.values()) {
      await this.#until(`${party} has the charter`, () => node.charters.views().some((view) => view.digest === digest));
      node.charters.sign(digest);
    }
    for (const { party, node } of this.#members.values()) {
      await this.#until(`the charter is in force at ${party}`, () => node.charters.charterInForce(digest) !== null);
    }
    return digest;
  }

  /** Runs the charter's training to its end, whatever that is. */
  train(charter: Digest, onProgress: (says: string) => void): Promise<TrainingView> {
    return this.#followed(this.coordinator.launch(charter), onProgress);
  }

  /** Asks one question, as an operator would. @throws Refusal if the charter does not answer it. */
  ask(charter: Digest, query: Query, onProgress: (says: string) => void): Promise<TrainingView> {
    const { session } = this.coordinator.questions.ask({ charter, query: queryJson(query), fresh: true, request: null });
    return this.#followed(parseSessionId(session), onProgress);
  }

  async #followed(session: SessionId, onProgress: (says: string) => void): Promise<TrainingView> {
    await this.#until("a session ends", () => {
      const view = this.coordinator.trainings.view(session);
      if (view !== null) onProgress(view.says);
      return view !== null && view.state !== "running";
    });
    for (const { party, node } of this.#members.values()) await this.#until(`${party} has heard of the end`, () => node.trainings.statuses().length === 0);
    const view = this.coordinator.trainings.view(session);
    if (view === null) throw new Error("a session that was launched is known");
    return view;
  }

  member(party: PartyId): Pick<Member, "node" | "signer" | "outgoing" | "lines"> {
    const member = this.#members.get(party);
    if (member === undefined) throw new Error(`${party} has no node`);
    return member;
  }

  get operator(): PartyId {
    return OPERATOR;
  }

  async close(): Promise<void> {
    this.coordinator.trainings.close();
    for (const member of this.#members.values()) {
      member.node.trainings.close();
      member.line?.there.refuse("WIRE_REPLACED", {});
      await member.line?.over;
      member.node.store.database.close();
    }
    await this.#uploads.close();
  }

  async #enrol(party: PartyId, signer: Signer, agreementKey: Uint8Array): Promise<void> {
    const { enrolments, parties } = this.coordinator;
    const { id, secret } = parseJoinCode(enrolments.invite(party).code);
    const tlsKeyPem = await newTlsKeyPem();
    const csr = toBase64(await createRequest(tlsKeyPem, party));
    const claim = { codeId: id, party, csr, signingKey: toBase64(signer.publicKey), agreementKey: toBase64(agreementKey) };
    parties.saveRequest(signClaim(claim, signer, joinCodeSigner(secret)), this.#nowMs());
    await enrolments.approve(party, enrolmentWords(claim, await publicKeyOf(tlsKeyPem)));
  }

  #connect(member: Member): void {
    const [nearer, farther] = duplexPair({ objectMode: true });
    const lineOf = { onGreeted: () => undefined, cut: () => [nearer, farther].forEach((end) => end.destroy()) };
    const here = new Conversation(tapped(nearer, (frame) => member.outgoing.frames.push(frame.slice())), OPERATOR, member.node, lineOf);
    const there = new Conversation(farther, member.party, this.coordinator, lineOf);
    member.line = { here, there, over: Promise.all([here.run(), there.run()]) };
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.#signal.aborted) throw new Refusal({ code: "TIMEOUT_REHEARSAL", title: "the rehearsal did not come to its end", detail: `waited until ${what}` });
      await sleep(POLL_MS);
    }
  }
}

/** The same stream, with every frame that is written to it shown before. */
function tapped(stream: FrameStream, onFrame: (frame: Uint8Array) => void): FrameStream {
  return new Proxy(stream, {
    get: (target, name) => {
      if (name === "write") {
        return (frame: Uint8Array) => {
          onFrame(frame);
          return target.write(frame);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (...args: readonly unknown[]): unknown => Reflect.apply(value, target, args) : value;
    },
  });
}

function freshSigner(): Signer {
  return signerFromSeed(freshEntropy());
}

/** What a log would hold, to be looked through as well. */
function loggerInto(lines: string[]): Logger {
  const write = (message: string, fields: unknown = {}) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
  return logger;
}
