import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { AuditSource } from "@cohortium/protocol/log/audit-tree";
import { parseCheckpointBody } from "@cohortium/protocol/log/checkpoint";
import { parseNote, parseNoteBytes, type Note } from "@cohortium/protocol/log/note";
import { bundlePath, entriesOf, TILE_WIDTH } from "@cohortium/protocol/log/tiles";
import { plainLine } from "../text/plain.js";
import { fileBytes } from "./file-bytes.js";

/** A log as files under one folder, as a coordinator publishes it. @throws Refusal USAGE_FOLDER if there is no such folder, or nothing of a log in it. */
export function logFolder(folder: string): AuditSource {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new Refusal({ code: "USAGE_FOLDER", title: "there is no such folder", detail: folder, fix: "name the folder of the published log" });
  }
  if (!existsSync(join(folder, "checkpoint")) && existsSync(join(folder, "public", "checkpoint"))) {
    throw new Refusal({ code: "USAGE_FOLDER", title: "this is a coordinator's folder, not its log", detail: folder, fix: `the log is in ${join(folder, "public")}` });
  }
  // With either of them it may be a damaged log, which is for the audit to say.
  if (!existsSync(join(folder, "checkpoint")) && !existsSync(join(folder, "tile"))) {
    throw new Refusal({ code: "USAGE_FOLDER", title: "this folder holds no log of a consortium", detail: `${folder} has neither a file named checkpoint nor a folder named tile`, fix: "name the folder of the published log; in a coordinator's folder it is public" });
  }
  return { read: (path) => fileBytes(join(folder, path)) };
}

/**
 * Whether a checkpoint that somebody kept is of this log at all: it cannot be held to another's. Nothing is verified, and whoever kept it of the very log that
 * this is said to be has learned that it is not.
 *
 * @throws Refusal USAGE_CHECKPOINT for a file that is no checkpoint, or one of another log.
 */
export function checkKept(kept: string, source: AuditSource, path: string): void {
  const theirs = originOf(() => parseNote(kept));
  if (theirs === null) throw new Refusal({ code: "USAGE_CHECKPOINT", title: "this file is no checkpoint", detail: path, fix: "name a copy of the file checkpoint that was kept of this log" });
  const bytes = source.read("checkpoint");
  const ours = bytes === null ? null : originOf(() => parseNoteBytes(bytes));
  if (ours === null || ours === theirs) return;
  throw new Refusal({
    code: "USAGE_CHECKPOINT", title: "the kept checkpoint is of another log", detail: `it is of ${plainLine(theirs)}, and the folder holds ${plainLine(ours)}`,
    fix: `name the folder or the checkpoint that goes with the other; if this folder was given to you as the log ${plainLine(theirs)}, it is not, and nothing here vouches for it`,
  });
}

function originOf(note: () => Note): string | null {
  try {
    return parseCheckpointBody(note().text).origin;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}

/**
 * The bytes of one entry. Nothing is verified.
 *
 * @throws Refusal LOG_UNREADABLE without a readable checkpoint or bundle, USAGE_ENTRY if the log does not go so far.
 */
export function entryAt(source: AuditSource, index: number): Uint8Array {
  const size = sizeOf(source);
  if (index >= size) throw new Refusal({ code: "USAGE_ENTRY", title: `there is no entry ${index}`, detail: `the log has ${size} entries, counted from 0`, fix: `name one below ${size}` });
  const place = Math.floor(index / TILE_WIDTH);
  const width = Math.min(TILE_WIDTH, size - place * TILE_WIDTH);
  const bundle = source.read(bundlePath({ index: place, width })) ?? source.read(bundlePath({ index: place, width: TILE_WIDTH }));
  const entry = bundle === null ? undefined : reading(() => [...entriesOf(bundle)])[index % TILE_WIDTH];
  if (entry === undefined) throw unreadable(`the file with entry ${index} is missing or cut`);
  return entry;
}

function sizeOf(source: AuditSource): number {
  const checkpoint = source.read("checkpoint");
  if (checkpoint === null) throw unreadable("there is no file named checkpoint");
  return reading(() => parseCheckpointBody(parseNoteBytes(checkpoint).text).size);
}

function reading<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw unreadable(error.message);
    throw error;
  }
}

function unreadable(detail: string): Refusal {
  return new Refusal({ code: "LOG_UNREADABLE", title: "the log cannot be read", detail, fix: "see what is wrong with: cohortium audit verify DIR" });
}
