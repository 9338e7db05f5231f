import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freshEntropy } from "@cohortium/crypto/entropy";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import { prepareCopies, type Prepared } from "@cohortium/node/canary/prepare";
import { needlesOf, TRACES, type Needle, type Trace } from "@cohortium/node/canary/needles";
import { Search } from "@cohortium/node/canary/search";
import type { Flag } from "@cohortium/protocol/host/config";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { parsePartyId, type Digest } from "@cohortium/protocol/session/ids";
import { bytes as bytesText, count } from "../text/amounts.js";
import { coverageOf, questionText, type Coverage } from "./coverage.js";
import { proveSearch, type Proof } from "./prove.js";
import { rehearsedKinds, type PlannedKind } from "./queries.js";
import { Rehearsal } from "./rehearsal.js";
import { shortened } from "./shortened.js";

export interface CanaryInput {
  /** The node's folder. Its settings and feeds are read; nothing in it is changed. */
  readonly folder: string;
  readonly flags: readonly Flag[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly charter: Charter;
  readonly marked: number;
  readonly sampleMax: number;
  /** Send some values on purpose, to see that the search finds them. */
  readonly prove: boolean;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/** A disguise in which a marked value was found, and where. Values themselves are not told. */
export interface Finding {
  readonly trace: Trace;
  readonly feed: string;
  readonly column: string;
  readonly where: string;
}

/** What was looked through. */
export interface Looked {
  readonly where: string;
  readonly pieces: number;
  readonly bytes: number;
}

export interface CanaryReport {
  readonly charter: string;
  readonly rows: number;
  readonly marked: number;
  readonly columns: readonly { readonly feed: string; readonly column: string; readonly isMarked: boolean; readonly says: string }[];
  readonly traces: readonly Trace[];
  readonly values: number;
  readonly needles: number;
  /** What was rehearsed: the training, and one question of each kind. */
  readonly sessions: readonly { readonly what: string; readonly state: TrainingView["state"]; readonly rounds: number; readonly says: string }[];
  /** How much of what the charter allows that is. */
  readonly coverage: Coverage;
  readonly looked: readonly Looked[];
  /** The same search over the copy itself: how many of the values it finds there. */
  readonly control: { readonly values: number; readonly found: number };
  readonly found: readonly Finding[];
  readonly proofs: readonly Proof[];
}

/** What a person who waits is told: a line when something else begins, and between these what is true at the moment. */
export interface CanaryProgress {
  stage(says: string): void;
  now(says: string): void;
}

const STAND_INS = ["stand-in-one", "stand-in-two"].map(parsePartyId);

/**
 * A rehearsal of the charter's training, in this process and a scratch folder that is removed: this company's node over a copy of its own feed with
 * marked rows, and two stand-ins over the copy without. Every byte that leaves the node is looked through for every disguise of every marked value.
 *
 * @throws Refusal CANARY_… if nothing left that could be looked through, or what opening the feeds or agreeing on the charter throws.
 */
export async function runCanary(input: CanaryInput, progress: CanaryProgress): Promise<CanaryReport> {
  const parent = join(input.folder, "scratch");
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const scratch = mkdtempSync(join(parent, "canary-"));
  try {
    progress.stage("copies the feed and marks rows …");
    const prepared = await prepareCopies({ ...input, to: join(scratch, "feeds"), random, onProgress: progress.now });
    return await rehearsed(input, prepared, { scratch, progress });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Around {
  readonly scratch: string;
  readonly progress: CanaryProgress;
}

async function rehearsed(input: CanaryInput, prepared: Prepared, { scratch, progress }: Around): Promise<CanaryReport> {
  const { copy, feedOver } = prepared;
  const self = parsePartyId(prepared.party);
  const place = join(scratch, "consortium");
  const rehearsal = await Rehearsal.open({ folder: place, nowMs: input.nowMs, signal: input.signal });
  try {
    progress.stage(`founds a consortium with two stand-ins, over ${count(copy.rows)} rows …`);
    await rehearsal.join(self, feedOver(copy.marked));
    for (const party of STAND_INS) await rehearsal.join(party, feedOver(copy.unmarked));
    const charter = await rehearsal.agree(shortened(input.charter, [self, ...STAND_INS], { nowMs: input.nowMs(), rows: copy.rows }));
    const kinds = rehearsedKinds(input.charter);
    const sessions = await sessionsUnder(charter, { trains: input.charter.questions.length > 0, kinds }, { rehearsal, progress });
    const { outgoing, lines } = rehearsal.member(self);
    if (outgoing.bulk.length === 0) throw nothingLeft(sessions, [self, ...STAND_INS].flatMap((party) => rehearsal.member(party).lines));

    const needles = copy.marks.flatMap(needlesOf);
    const search = new Search(needles);
    const places = [
      { where: "frames on the line", pieces: outgoing.frames }, { where: "vectors and ciphertexts in one piece", pieces: outgoing.bulk },
      { where: "the coordinator's folder", pieces: filesIn(join(place, "hub")) }, { where: "the stand-ins' folders", pieces: STAND_INS.flatMap((party) => filesIn(join(place, party))) },
      { where: "this node's journal and ledger", pieces: filesIn(join(place, self)) }, { where: "this node's log", pieces: lines.map((line) => new Uint8Array(Buffer.from(line))) },
    ];
    const found = places.flatMap(({ where, pieces }) => {
      progress.stage(`looks for ${count(needles.length)} disguises of marked values in ${where}, ${bytesText(sizeOf(pieces))} …`);
      return findings(pieces.flatMap((bytes) => search.in(bytes)), where);
    });
    if (input.prove) progress.stage("sends marked values on purpose, and looks for them …");
    return {
      charter: input.charter.name, rows: copy.rows, marked: input.marked, columns: columnsOf(prepared), traces: TRACES,
      values: copy.marks.length, needles: needles.length,
      sessions, coverage: coverageOf(sessions, kinds), found,
      looked: places.map(({ where, pieces }) => ({ where, pieces: pieces.length, bytes: sizeOf(pieces) })),
      control: controlOf(needles, filesIn(join(scratch, "feeds")), search),
      proofs: input.prove ? await proveSearch(rehearsal, { self, charter, needles, search, recipient: STAND_INS[0] ?? self }) : [],
    };
  } finally {
    await rehearsal.close();
  }
}

interface Stage {
  readonly rehearsal: Rehearsal;
  readonly progress: CanaryProgress;
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

interface Course {
  readonly trains: boolean;
  readonly kinds: readonly PlannedKind[];
}

async function sessionsUnder(digest: Digest, { trains, kinds }: Course, { rehearsal, progress }: Stage): Promise<CanaryReport["sessions"]> {
  const told = (what: string, { state, rounds, round, says }: TrainingView) => ({ what, state, rounds: Math.max(rounds.length, round), says });
  const sessions: CanaryReport["sessions"][number][] = [];
  if (trains) {
    progress.stage("rehearses the training, with fewer steps …");
    sessions.push(told("the training", await rehearsal.train(digest, progress.now)));
  }
  const queries = kinds.flatMap((kind) => (kind.plan === "ask" ? [kind.query] : []));
  for (const [i, query] of queries.entries()) {
    progress.stage(`rehearses question ${i + 1} of ${queries.length}: ${query.kind} …`);
    sessions.push(told(questionText(query.kind), await rehearsal.ask(digest, query, progress.now)));
  }
  return sessions;
}

function findings(needles: readonly Needle[], where: string): readonly Finding[] {
  const all = needles.map(({ trace, mark: { feed, column } }): Finding => ({ trace, feed, column, where }));
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** The search finds each value in the copy that it was written into; otherwise it would be blind, and finding nothing would mean nothing. */
function controlOf(needles: readonly Needle[], copies: readonly Uint8Array[], search: Search): CanaryReport["control"] {
  const there = new Set(copies.flatMap((bytes) => search.in(bytes)).map(({ mark }) => mark));
  return { values: new Set(needles.map(({ mark }) => mark)).size, found: there.size };
}

function columnsOf({ copy }: Prepared): CanaryReport["columns"] {
  return copy.columns.map(({ feed, column, mark }) => {
    switch (mark.kind) {
      case "key": case "token": return { feed, column, isMarked: true, says: "a word nobody else has" };
      case "number": return { feed, column, isMarked: true, says: "a number nobody else has" };
      case "granted": return { feed, column, isMarked: false, says: "the word of those who agreed" };
      case "kept": return { feed, column, isMarked: false, says: mark.because };
    }
  });
}

function nothingLeft(sessions: CanaryReport["sessions"], lines: readonly string[]): Refusal {
  const why = lines.find((line) => line.includes("\"because\"") && !line.includes("ended without")) ?? sessions.map(({ says }) => says).join("; ");
  return new Refusal({ code: "QUALITY_CANARY", title: "the rehearsal computed nothing, so nothing can be said of what leaves", detail: why, fix: "see what a training would refuse with: cohortium quality run; then run this again" });
}

function filesIn(folder: string): readonly Uint8Array[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => new Uint8Array(readFileSync(join(entry.parentPath, entry.name))));
}

const WORD = 2 ** 32;

/** From the system's generator: a mark that somebody could guess could also stand in a feed. */
function random(): number {
  const { buffer, byteOffset } = freshEntropy();
  return new DataView(buffer, byteOffset).getUint32(0) / WORD;
}

