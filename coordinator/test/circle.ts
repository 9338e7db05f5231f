import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { duplexPair } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll } from "@jest/globals";
import { toBase64, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { Secret } from "@cohortium/crypto/secret";
import { CohortiumNode } from "@cohortium/node/node";
import { openNodeDatabase } from "@cohortium/node/database";
import { createRequest, newTlsKeyPem, publicKeyOf } from "@cohortium/protocol/host/certificates";
import { openAuthority } from "@cohortium/protocol/host/credentials";
import { Conversation, type Ending } from "@cohortium/protocol/host/conversation";
import { enrolmentWords, signClaim } from "@cohortium/protocol/host/enrolment";
import { joinCodeSigner, parseJoinCode } from "@cohortium/protocol/host/join-code";
import type { Logger } from "@cohortium/protocol/host/logger";
import { createMetrics } from "@cohortium/protocol/host/metrics";
import type { OutgoingLetter } from "@cohortium/protocol/host/outbox";
import type { Digest, PartyId, SessionId } from "@cohortium/protocol/session/ids";
import { scratchFolder } from "../../protocol/test/host/scratch-folder.js";
import { Coordinator } from "../src/coordinator.js";
import { openLogStore } from "../src/log-store.js";
import { openCoordinatorDatabase } from "../src/store.js";
import type { TrainingView } from "../src/training-view.js";
import { Uploads } from "../src/uploads.js";
import { agreementKeyOf, CENTRE, draft, keyText, NOW_MS, signerOf } from "./stage.js";
import { CHARTER_WORDS } from "@cohortium/node/data/recipe/own-words";
import { NO_NODE } from "@cohortium/node/data/import-rows";
import { DEFAULT_GATE } from "@cohortium/node/rows/session-rows";

/** A node whose uploads can be held back. */
class HeldNode extends CohortiumNode {
  isHeld = false;

  override pending(peer: PartyId, afterSeq: number): readonly OutgoingLetter[] {
    const letters = super.pending(peer, afterSeq);
    const held = this.isHeld ? letters.findIndex(({ bulk }) => bulk !== null) : -1;
    return held < 0 ? letters : letters.slice(0, held);
  }
}

/** A node, and its line to the coordinator while there is one. */
interface Member {
  readonly node: HeldNode;
  line: { readonly here: Conversation; readonly there: Conversation; readonly endings: Promise<readonly Ending[]> } | null;
}

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** A coordinator and nodes in one process: everything but TLS and the ports. They speak over real conversations. */
export class Circle {
  readonly coordinator: Coordinator;
  readonly folder = scratchFolder();
  /** What the coordinator's log says. */
  readonly lines: string[] = [];
  readonly #members = new Map<PartyId, Member>();

  private constructor(make: (circle: Circle) => Coordinator) {
    this.coordinator = make(this);
  }

  static async found(): Promise<Circle> {
    const authority = await openAuthority(scratchFolder(), "circle", NOW_MS);
    const logIdentity = { origin: "log.example/consortium", signer: signerOf("log") };
    const circle = new Circle((it) => {
      const uploads = new Uploads(it.folder);
      closing.push(() => uploads.close());
      return new Coordinator({
        self: CENTRE, signer: signerOf(CENTRE), logIdentity, authority, uploads, database: openCoordinatorDatabase(":memory:"), log: openLogStore(it.folder, logIdentity),
        logger: loggerInto(it.lines), metrics: createMetrics(), nowMs: () => NOW_MS, kick: (party) => it.#members.get(party)?.line?.there.kick(), decided: () => undefined,
      });
    });
    circle.coordinator.recover();
    closing.push(() => circle.#close());
    return circle;
  }

  /** A coordinator and these companies, enrolled, started and connected. */
  static async assembled(parties: readonly PartyId[]): Promise<Circle> {
    const circle = await Circle.found();
    for (const party of parties) {
      await circle.enrol(party);
      circle.start(party);
      circle.connect(party);
    }
    return circle;
  }

  /** Invites, asks, compares, approves. @param keysOf - Whose keys the node has; another name stands for a node that lost its folder. */
  async enrol(party: PartyId, keysOf: string = party): Promise<void> {
    const { enrolments, parties } = this.coordinator;
    const { id, secret } = parseJoinCode(enrolments.invite(party).code);
    const tlsKeyPem = await newTlsKeyPem();
    const claim = { codeId: id, party, csr: toBase64(await createRequest(tlsKeyPem, party)), signingKey: keyText(keysOf), agreementKey: toBase64(agreementKeyOf(keysOf)) };
    parties.saveRequest(signClaim(claim, signerOf(keysOf), joinCodeSigner(secret)), NOW_MS);
    await enrolments.approve(party, enrolmentWords(claim, await publicKeyOf(tlsKeyPem)));
  }

  /** A node over a folder of its own that is new. */
  start(party: PartyId, keysOf: string = party): void {
    const folder = scratchFolder();
    mkdirSync(join(folder, "spool"));
    const path = join(folder, "rows.csv");
    writeFileSync(path, csvOf(party));
    const line = () => this.#members.get(party)?.line;
    const node = new HeldNode({
      self: party, signer: signerOf(keysOf), agreementSecret: new Secret(sha256(utf8(`${keysOf} agreement`))), database: openNodeDatabase(":memory:"), spool: join(folder, "spool"),
      coordinator: { name: CENTRE, signingKey: signerOf(CENTRE).publicKey, logKey: this.coordinator.logKey },
      feed: { rows: { path, delimiter: ",", quote: "\"", keyColumn: null }, transactions: null, holdout: null, words: CHARTER_WORDS, gate: DEFAULT_GATE, named: null, settings: NO_NODE }, logger: loggerInto([]), metrics: createMetrics(), nowMs: () => NOW_MS,
      kick: () => line()?.here.kick(), cosign: (signature) => line()?.here.cosign(signature),
    });
    this.#members.set(party, { node, line: null });
  }

  /** Lays a line between a node and the coordinator; both introduce themselves. */
  connect(party: PartyId): void {
    const member = this.#member(party);
    const [nearer, farther] = duplexPair({ objectMode: true });
    const lineOf = { onGreeted: () => undefined, cut: () => [nearer, farther].forEach((end) => end.destroy()) };
    const [here, there] = [new Conversation(nearer, CENTRE, member.node, lineOf), new Conversation(farther, party, this.coordinator, lineOf)];
    member.line = { here, there, endings: Promise.all([here.run(), there.run()]) };
  }

  /** From now on nothing leaves this node from its next upload on, until it is released. */
  hold(party: PartyId): void {
    this.#member(party).node.isHeld = true;
  }

  release(party: PartyId): void {
    const { node, line } = this.#member(party);
    node.isHeld = false;
    line?.here.kick();
  }

  /** Ends the line. */
  async disconnect(party: PartyId): Promise<void> {
    const member = this.#member(party);
    const { line } = member;
    member.line = null;
    line?.there.refuse("WIRE_REPLACED", {});
    await line?.endings;
  }

  /** Waits until the line ends by itself. Returns the code with which the node refused the coordinator, or the other way round. */
  async refusal(party: PartyId): Promise<string> {
    const [ending] = await this.#member(party).line?.endings ?? [];
    return ending === undefined || ending.by === "network" ? "" : ending.code;
  }

  /** Proposes the tiny draft under this name and with these changes, has everybody sign, and waits until it is in force everywhere. */
  async agree(name: string, change: object = {}): Promise<Digest> {
    const digest = this.coordinator.charters.propose(draft({ name, ...change }));
    for (const [party, { node }] of this.#members) {
      await until(`${party} has the charter`, () => node.charters.views().some((view) => view.digest === digest));
      node.charters.sign(digest);
    }
    for (const [party, { node }] of this.#members) await until(`it is in force at ${party}`, () => node.charters.charterInForce(digest) !== null);
    return digest;
  }

  nodeOf(party: PartyId): CohortiumNode {
    return this.#member(party).node;
  }

  /** Waits for what a training comes to. */
  async ended(session: SessionId): Promise<TrainingView> {
    await until("the training ends", () => this.coordinator.trainings.view(session)?.state !== "running");
    const view = this.coordinator.trainings.view(session);
    if (view === null) throw new Error("a training that was launched is known");
    return view;
  }

  #member(party: PartyId): Member {
    const member = this.#members.get(party);
    if (member === undefined) throw new Error(`${party} has no node`);
    return member;
  }

  async #close(): Promise<void> {
    this.coordinator.trainings.close();
    for (const [party, { node }] of this.#members) {
      node.trainings.close();
      await this.disconnect(party);
    }
  }
}

export async function until(what: string, holds: () => boolean): Promise<void> {
  const startedMs = performance.now();
  while (!holds()) {
    if (performance.now() - startedMs > 240_000) throw new Error(`waited in vain until ${what}`);
    await sleep(2);
  }
}

/** Forty customers, of whom the older ones rather say yes; a little different for each party. */
function csvOf(party: PartyId): string {
  const rows = Array.from({ length: 40 }, (_, i) => {
    const age = 20 + ((i * 7 + party.length * 3) % 60);
    return `${age},${(age + (i % 3) * 20) > 65 ? "yes" : "no"}`;
  });
  return ["age,answer", ...rows, ""].join("\n");
}

function loggerInto(lines: string[]): Logger {
  const write = (message: string, fields: unknown = {}) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
  return logger;
}
