import { openSeal, type Seal } from "@cohortium/crypto/seal";
import type { Terms } from "../../../src/aggregation/context.js";
import { signEntry, type Entry } from "../../../src/log/entry.js";
import type { PartyId } from "../../../src/session/ids.js";
import type { Machine, Shape, Step } from "../../../src/session/machine.js";
import { seedOf, World, type WorldGiven } from "../../../src/testing/world.js";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { conductor, type SessionConduct } from "../../../src/conduct/conductor.js";
import type { FromNode, ToNode } from "../../../src/conduct/messages.js";
import { participant, type SessionPart } from "../../../src/conduct/participant.js";
import { SHORT_PLAN, tinyWords } from "../../training/tiny-rows.js";

export const FIVE = ["ada", "bob", "cleo", "dot", "eve"] as PartyId[];
export const THREE = FIVE.slice(0, 3);
export const [ADA, BOB, CLEO] = THREE as [PartyId, PartyId, PartyId];
export const CENTRE = "coordinator" as PartyId;
export const AT_MS = 1_800_000_009_000;

export const termsFor = (parties: number, scheme: Terms["scheme"] = "encrypted"): Terms => ({ scheme, minimumParties: 3, quorum: parties, deadlineMs: 30_000, dropouts: "end" });

/** A short training of tiny rows in a seeded world: under encrypted sums, unless the terms say otherwise. */
export async function world(names: readonly PartyId[] = THREE, more: Partial<WorldGiven> = {}): Promise<World> {
  return worldWith(await openSeal(), names, more);
}

export function worldWith(seal: Seal, names: readonly PartyId[] = THREE, more: Partial<WorldGiven> = {}): World {
  const plan = { ...SHORT_PLAN, parties: names.length };
  return new World({ seed: 5, names, terms: termsFor(names.length), plan, answer: (party, ask) => tinyWords(party, ask, plan), seal, ...more });
}

/** A training that went well, and every state on its way. */
export class Recording {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
    if (world.run().kind !== "done") throw new Error("the recorded training must end well");
  }

  node(name: PartyId, isIt: (state: SessionPart["state"]) => boolean): Waiting<SessionPart> {
    const node = this.world.nodes.get(name)!;
    return firstWhere(participant, node.given!, node.journal, isIt);
  }

  /** The node waits in this phase of its round. */
  inPhase(name: PartyId, phase: string): Waiting<SessionPart> {
    return this.node(name, (state) => state.stage === "rounds" && state.current?.phase === phase);
  }

  coordinator(isIt: (state: SessionConduct["state"]) => boolean): Waiting<SessionConduct> {
    return firstWhere(conductor, this.world.coordinator.given, this.world.coordinator.journal, isIt);
  }

  /** What the coordinator sent a party, the first of its kind. */
  to<K extends ToNode["kind"]>(name: PartyId, kind: K, isIt: (message: ToNode & { readonly kind: K }) => boolean = () => true): ToNode & { readonly kind: K } {
    return this.world.coordinator.sent.filter((message): message is ToNode & { readonly kind: K } => message.kind === kind && message.to === name).find(isIt)!;
  }

  by<K extends FromNode["kind"]>(name: PartyId, kind: K, isIt: (message: FromNode & { readonly kind: K }) => boolean = () => true): FromNode & { readonly kind: K } {
    return this.world.nodes.get(name)!.sent.filter((message): message is FromNode & { readonly kind: K } => message.kind === kind).find(isIt)!;
  }
}

export const record = async (names: readonly PartyId[] = THREE) => new Recording(await world(names));

/** How a node ends, or where it waits, when it hears this. */
export const hears = (at: Waiting<SessionPart>, message: Exclude<ToNode, { readonly kind: "offer" }>) => ended(participant.step(at.state, { kind: "heard", message, atMs: AT_MS }));
export const ended = (step: Step<SessionPart> | Step<SessionConduct>) => (step.kind === "abort" ? step.fault.code : step.kind);

/** The same statement with other members, signed by the one who may say it. */
export function restated(entry: Entry, body: object, statement: object = {}): Entry {
  const next = { ...entry.statement, body: { ...(entry.statement.body as object), ...body }, ...statement } as Entry["statement"];
  return signEntry(next, signerFromSeed(seedOf(next.actor as PartyId, "signing")));
}

type Waiting<P extends Shape> = Step<P> & { readonly kind: "wait" };

function firstWhere<P extends Shape>(machine: Machine<P>, opened: P["given"], journal: readonly P["event"][], isIt: (state: P["state"]) => boolean): Waiting<P> {
  let step = machine.open(opened);
  for (const event of journal) {
    if (step.kind === "wait" && isIt(step.state)) return step;
    if (step.kind === "wait") step = machine.step(step.state, event);
  }
  throw new Error("the recorded training was never in such a state");
}
