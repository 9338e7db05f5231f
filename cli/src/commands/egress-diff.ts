import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { egress, type EgressLine } from "../answers/egress.js";
import { egressQuery } from "../found/egress-query.js";
import { adminOfRole } from "../found/place.js";
import { count } from "../text/amounts.js";
import { table } from "../text/table.js";
import { textOption, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";

interface Side {
  readonly name: string;
  readonly session: string;
  readonly round: string | undefined;
}

/** What left in one session or round and not in the other: lines are alike if they are of one kind, say the same, and, of whole sessions, in the same round. */
export async function diff({ folder, paint }: Context, names: readonly [string, string], options: Options): Promise<Outcome> {
  const sides = names.map((name) => sideOf(name, textOption(options, "session")));
  const admin = adminOfRole(folder, "node", "egress diff");
  const [a = [], b = []] = await Promise.all(sides.map((side) => linesOf(admin, side)));
  const isOfRounds = sides.every(({ round }) => round !== undefined);
  const [onlyA, onlyB] = [without(a, b, isOfRounds), without(b, a, isOfRounds)];
  const kinds = kindsOf(a, b);
  const json = { a: sides[0]?.name, b: sides[1]?.name, kinds, onlyInA: onlyA, onlyInB: onlyB };
  const [nameA, nameB] = names;
  const numbers = [`n in ${nameA}`, `n in ${nameB}`, "bytes", "bytes", "more"].map((title) => ({ head: title, right: true }));
  const head = [{ head: "kind" }, ...numbers];
  const rows = kinds.map(({ kind, messages, bytes: [bytesA, bytesB] }) => [
    kind, count(messages[0]), count(messages[1]), count(bytesA), count(bytesB), signedCount(bytesB - bytesA),
  ]);
  const isAlike = onlyA.length + onlyB.length === 0 && kinds.every(({ bytes: [bytesA, bytesB] }) => bytesA === bytesB);
  return done(json, [
    table(head, rows, { paint, empty: "Nothing has left this node in either." }), "",
    onlyText(nameA, onlyA), onlyText(nameB, onlyB),
    ...(isAlike ? ["What left is alike: the same kinds, the same meanings, the same number of bytes."] : []),
  ].filter((text) => text !== null).join("\n"));
}

function sideOf(name: string, session: string | undefined): Side {
  const [before = "", round, more] = name.split("/");
  const isRound = (text: string | undefined) => text !== undefined && /^\d{1,9}$/.test(text);
  if (session !== undefined && isRound(name)) return { name, session, round: name };
  if (session === undefined && more === undefined && (round === undefined || isRound(round)) && before !== "") return { name, session: before, round };
  throw new Refusal({
    code: "USAGE_DIFF", title: "it is not clear what is to be compared", detail: `"${name}"`,
    fix: "name two trainings or questions, such as 5e5e 77aa; two rounds, such as 5e5e/3 5e5e/4; or with --session two numbers of rounds",
  });
}

async function linesOf(admin: AdminClient, { session, round }: Side): Promise<readonly EgressLine[]> {
  return (await admin.get(await egressQuery(admin, { session, round }), egress)).lines;
}

/** Each line of `others` stands for one of `lines`: what left twice in one and once in the other is shown once. */
function without(lines: readonly EgressLine[], others: readonly EgressLine[], isOfRounds: boolean): readonly EgressLine[] {
  const likeness = ({ kind, meaning, round }: EgressLine) => JSON.stringify(isOfRounds ? [kind, meaning] : [kind, meaning, round]);
  const left = new Map<string, number>();
  for (const line of others) left.set(likeness(line), (left.get(likeness(line)) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(likeness(line)) ?? 0;
    left.set(likeness(line), count - 1);
    return count <= 0;
  });
}

interface OfKind {
  readonly kind: string;
  readonly messages: readonly [a: number, b: number];
  readonly bytes: readonly [a: number, b: number];
}

function kindsOf(a: readonly EgressLine[], b: readonly EgressLine[]): readonly OfKind[] {
  const kinds = [...new Set([...a, ...b].map(({ kind }) => kind))].sort();
  const sum = (lines: readonly EgressLine[], kind: string) => lines.reduce((total, line) => total + (line.kind === kind ? line.bytes : 0), 0);
  const number = (lines: readonly EgressLine[], kind: string) => lines.filter((line) => line.kind === kind).length;
  return kinds.map((kind) => ({ kind, messages: [number(a, kind), number(b, kind)], bytes: [sum(a, kind), sum(b, kind)] }));
}

function onlyText(name: string, lines: readonly EgressLine[]): string | null {
  if (lines.length === 0) return null;
  return [`Only in ${name}:`, ...lines.map(({ n, kind, round, bytes, meaning }) => `  line ${n}, round ${round}, ${kind}, ${count(bytes)} bytes: ${meaning}`)].join("\n");
}

function signedCount(value: number): string {
  return value === 0 ? "" : `${value < 0 ? "-" : "+"}${count(Math.abs(value))}`;
}
