import { expect } from "@jest/globals";
import type { Entry } from "../../src/log/entry.js";
import { replay } from "../../src/session/machine.js";
import type { World } from "../../src/testing/world.js";
import { conductor } from "../../src/conduct/conductor.js";
import { participant } from "../../src/conduct/participant.js";

type Unmasking = { readonly survivors: string; readonly self: string; readonly orphans: Readonly<Record<string, string>> };
type Result = { readonly survivors: string; readonly recovered: { readonly self: object; readonly orphans: object } };

/** What no run may ever break, whoever is silent, late or says things twice. */
export function expectSound(world: World): void {
  for (const round of roundsOf(world)) {
    expectOneSum(world, round);
    expectOneKindOfMask(world, round);
  }
  expectNeverMore(world);
  expectReplayable(world);
}

/** One list of survivors is agreed to, answered and summed in a round, by everybody and for good. */
function expectOneSum(world: World, round: number): void {
  const lists = [...said(world, round, "agreed").map(({ agree }) => body<Unmasking>(agree).survivors), ...said(world, round, "unmasked").map(({ unmask }) => body<Unmasking>(unmask).survivors)];
  expect(new Set(lists).size).toBeLessThanOrEqual(1);
  expect(world.log.filter((entry) => entry.statement.type === "round.result" && entry.statement.round === round).length).toBeLessThanOrEqual(1);
  for (const kind of ["uploaded", "agreed", "unmasked"] as const) {
    const senders = said(world, round, kind).map(({ from }) => from);
    expect(new Set(senders).size).toBe(senders.length);
  }
}

/** Of no party are the self mask and a pair mask revealed, nor a share of both, by all that left the nodes together. */
function expectOneKindOfMask(world: World, round: number): void {
  const answers = said(world, round, "unmasked");
  const results = world.log.filter((entry) => entry.statement.type === "round.result" && entry.statement.round === round).map((entry) => body<Result>(entry).recovered);
  const selfs = new Set([...answers.flatMap(({ from, selfShares }) => [from as string, ...Object.keys(selfShares)]), ...results.flatMap(({ self }) => Object.keys(self))]);
  const orphans = new Set([...answers.flatMap(({ unmask, boxShares }) => [...Object.keys(body<Unmasking>(unmask).orphans), ...Object.keys(boxShares)]),
    ...results.flatMap((recovered) => Object.keys(recovered.orphans))]);
  expect([...selfs].filter((name) => orphans.has(name))).toEqual([]);
}

/** Sums that are read are over the same companies as before or, where the charter lets a training go on, over fewer. */
function expectNeverMore(world: World): void {
  const lists = roundsOf(world).flatMap((round) => said(world, round, "unmasked").slice(0, 1).map(({ from, selfShares }) => [from as string, ...Object.keys(selfShares)]));
  lists.forEach((list, i) => {
    const before = lists[i - 1] ?? list;
    expect(list.filter((name) => !before.includes(name))).toEqual([]);
    if (world.coordinator.given.terms.dropouts === "end") expect(list).toHaveLength(before.length);
  });
}

/** What happened, happening again, ends in the same step: nothing outside the journal decides anything. */
function expectReplayable(world: World): void {
  expect(replay(conductor, world.coordinator.given, world.coordinator.journal)).toEqual(world.coordinator.step);
  for (const { given, journal, step } of world.nodes.values()) if (given !== null) expect(replay(participant, given, journal)).toEqual(step);
}

function said<K extends "uploaded" | "agreed" | "unmasked">(world: World, round: number, kind: K) {
  return [...world.nodes.values()].flatMap(({ sent }) => sent.flatMap((message) => {
    const entry = message.kind === "uploaded" ? message.upload : message.kind === "agreed" ? message.agree : message.kind === "unmasked" ? message.unmask : null;
    return message.kind === kind && entry?.statement.round === round ? [message as typeof message & { readonly kind: K }] : [];
  }));
}

function roundsOf(world: World): readonly number[] {
  return world.log.filter(({ statement }) => statement.type === "round.offer").map(({ statement }) => statement.round);
}

function body<T>({ statement }: Entry): T {
  return statement.body as T;
}
