import type { ExitCode } from "@cohortium/protocol/host/exit-codes";

/** What a command has to say at its end: `json` for programs, `text` for people. One of them goes to standard output. */
export interface Outcome {
  readonly json: unknown;
  readonly text: string;
  readonly exit: ExitCode;
}

export function done(json: unknown, text: string): Outcome {
  return { json, text, exit: 0 };
}
