import { readFileSync } from "node:fs";
import { toHex, utf8 } from "@cohortium/crypto/bytes";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { sha256 } from "@cohortium/crypto/hash";
import { bytesOfWords, wordsFromBytes, type Words } from "@cohortium/crypto/words";
import type { Member } from "@cohortium/protocol/aggregation/context";
import { sumStretch } from "@cohortium/protocol/aggregation/sum";
import { conductor, type SessionConduct } from "@cohortium/protocol/conduct/conductor";
import { participant, type SessionPart } from "@cohortium/protocol/conduct/participant";
import { uploadPath } from "@cohortium/protocol/log/audit-bytes";
import { signEntry, type Entry, type Statement } from "@cohortium/protocol/log/entry";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { charterAsJson, charterDigest } from "@cohortium/protocol/charter/digest";
import { membersOf, termsOf } from "@cohortium/protocol/charter/parties";
import type { PartyId, SessionId } from "@cohortium/protocol/session/ids";
import type { Step } from "@cohortium/protocol/session/machine";
import { statisticPlanOf } from "@cohortium/protocol/statistics/plan";
import type { Query } from "@cohortium/protocol/statistics/query";
import { filesOf, LOG_KEY, ORIGIN, type Files } from "../../protocol/test/log/small-log.js";
import { CENTRE, charterOf, MILL, NOW_MS, QUARRY, seedOf, SELF, signerOf } from "../../node/test/stage.js";
import { NOISY_JSON, place } from "../../node/test/sessions/statistic-stage.js";

export const PARTIES = [SELF, MILL, QUARRY];

/** Under the key that `filesOf` signs logs with. */
export const CHARTER = charterOf({ ...NOISY_JSON, operator: { ...NOISY_JSON.operator, logKey: LOG_KEY } });

/** 400 made-up people at each company. */
export const peopleOf = (party: PartyId) => ["region;visits;days;spend", ...Array.from({ length: 400 }, (_, i) => {
  const at = i + 400 * PARTIES.indexOf(party);
  return `${["north", "south", "west", "west"][at % 4]};${(at * 7) % 61};${(at * 11) % 91};${(at * 13) % 201}`;
})].join("\n");

/** Three companies with their folders, and a coordinator's log, in one process: question after question, by the machines and the nodes' own work. */
export class Circle {
  readonly nodes: ReadonlyMap<PartyId, ReturnType<typeof place>>;
  readonly log: Entry[] = [];
  readonly #uploads = new Map<string, Words>();
  readonly #charter: Charter;
  readonly #members: readonly Member[];

  constructor(people: (party: PartyId) => string, charter = CHARTER) {
    this.#charter = charter;
    this.#members = membersOf(charter, null);
    this.nodes = new Map(PARTIES.map((party) => [party, place(people(party))]));
    const digest = charterDigest(charter);
    const said = (actor: string, type: Statement["type"], body: Statement["body"], more: Partial<Statement>) =>
      this.log.push(signEntry({ v: 1, type, actor, at: "2026-12-15T09:00:00Z", charter: digest, session: "-", round: 0, body, ...more }, signerOf(actor)));
    said(CENTRE, "log.opened", { origin: ORIGIN, logKey: LOG_KEY, coordinator: CENTRE, signingKey: charter.operator.signingKey }, { charter: "-" });
    said(CENTRE, "charter", { digest, charter: charterAsJson(charter) }, {});
    for (const { name } of charter.parties) said(name, "charter.signature", { digest }, {});
  }

  /** The whole log as files, with the words that were uploaded. */
  files(): Files {
    const files = filesOf(this.log);
    for (const [root, words] of this.#uploads) files.set(uploadPath(root), bytesOfWords(words));
    return files;
  }

  /** Asks one question to its end. Each ask of a node is done by a process of its own, as after a crash. */
  async ask(query: Query, name: string): Promise<Step<SessionConduct>> {
    const session = toHex(sha256(utf8(name)).subarray(0, 16)) as SessionId;
    const plan = statisticPlanOf(this.#charter, query);
    const digest = charterDigest(this.#charter);
    const [terms, members] = [termsOf(this.#charter), this.#members];
    const speaker = (self: PartyId) => ({ self, session, charter: digest, signer: signerOf(self) });
    const inbox: (() => Promise<void>)[] = [];
    const parts = new Map<PartyId, { step: Step<SessionPart>; readonly done: Set<string> }>();
    let conduct: Step<SessionConduct> = conductor.open({ speaker: speaker(CENTRE), members, terms, plan, atMs: NOW_MS });

    const heardByConductor = (event: SessionConduct["event"]) => void inbox.push(async () => {
      if (conduct.kind === "wait") afterConduct(conduct = conductor.step(conduct.state, event));
    });
    const afterConduct = (step: Step<SessionConduct>) => {
      this.log.push(...step.log);
      for (const message of step.send) {
        const node = this.nodes.get(message.to)!;
        if (message.kind === "offer") {
          const opened = participant.open({
            speaker: speaker(message.to), coordinator: { name: CENTRE, signingKey: signerOf(CENTRE).publicKey }, members, terms, plan, offer: message.offer,
            entropy: sha256(utf8(`${name} at ${message.to}`)), agreementSecret: seedOf(message.to, "agreement"), atMs: NOW_MS, expiresAtMs: NOW_MS + 86_400_000,
          });
          parts.set(message.to, { step: opened, done: new Set() });
          afterPart(message.to, opened);
        } else inbox.push(async () => tell(message.to, { kind: "heard", message, atMs: NOW_MS }));
        node.egress.received.forgetAllBut([session]);
      }
      if (step.kind !== "wait") return;
      for (const ask of step.ask) {
        if (ask.kind !== "sum") throw new Error(`nobody here can ${ask.kind}`);
        const words = sumStretch(ask.uploads.map(({ root }) => this.#uploads.get(root)!), ask, ask.remove, 0);
        heardByConductor({ kind: "summed", round: ask.round, root: toHex(chunkRoot(bytesOfWords(words))), words, atMs: NOW_MS });
      }
    };
    const tell = (party: PartyId, event: SessionPart["event"]) => {
      const part = parts.get(party)!;
      if (part.step.kind !== "wait") return;
      part.step = participant.step(part.step.state, event);
      afterPart(party, part.step);
    };
    const afterPart = (party: PartyId, step: Step<SessionPart>) => {
      const node = this.nodes.get(party)!;
      step.send.forEach(heardByConductor);
      if (step.kind !== "wait") return;
      for (const ask of step.ask) {
        const key = "round" in ask ? `${ask.kind}/${ask.round}` : ask.kind;
        const { done } = parts.get(party)!;
        if (done.has(key)) continue;
        done.add(key);
        inbox.push(async () => {
          const work = node.work({ session, charter: this.#charter, query, self: party, entropy: sha256(utf8(`${name} at ${party}`)) });
          const event = await work.resultOf(ask);
          if (event.kind === "contributed") this.#uploads.set(event.root, wordsFromBytes(64, new Uint8Array(readFileSync(node.egress.ledger.release(session, event.round)!.path))));
          tell(party, event);
        });
      }
    };

    afterConduct(conduct);
    for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) await next();
    return conduct;
  }
}
