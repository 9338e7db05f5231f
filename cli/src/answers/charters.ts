import { z } from "zod";
import { digest, line } from "./text.js";

export const change = z.object({ clause: line, before: line.nullish(), after: line.nullish() });
export type Change = z.output<typeof change>;

/** What a draft would become. */
export const plannedCharter = z.object({ digest, words: z.array(line), charter: z.json(), changes: z.array(change) });

export const proposed = z.object({ digest });

const charterOfOperator = z.object({
  digest,
  name: line,
  state: z.enum(["proposed", "in-force", "refused"]),
  signatures: z.array(line),
  /** Parties that have neither signed nor refused. */
  waitingFor: z.array(line).default([]),
  refusals: z.array(z.object({ party: line, reason: line })),
  expires: line,
});
export type CharterOfOperator = z.output<typeof charterOfOperator>;
export const chartersOfOperator = z.object({ charters: z.array(charterOfOperator) });

const charterOfPartner = z.object({
  digest,
  name: line,
  state: z.enum(["proposed", "signed", "refused", "in-force"]),
  expires: line,
  words: z.array(line),
  /** Why this node refused; otherwise empty. */
  reason: line,
  /** What the same people bear already under other charters. */
  elsewhere: z.object({ nanoRho: z.number(), charters: z.number(), exactSums: z.number().default(0), epsilon: z.number(), delta: z.number() }).nullish(),
});
export type CharterOfPartner = z.output<typeof charterOfPartner>;
export const chartersOfPartner = z.object({ charters: z.array(charterOfPartner) });

/** What both processes' lists have in common. */
export const charterNames = z.object({ charters: z.array(z.object({ digest, name: line, state: line })) });
export type CharterName = z.output<typeof charterNames>["charters"][number];

/** One charter with its text, on either side. */
export const charterText = z.object({ digest, name: line, state: line, expires: line, words: z.array(line), charter: z.json() });

export const charterDecision = z.object({ digest, state: line });

/** That one person may stand in several rows, where the charter's noise covers one. */
const unheldRows = z.object({ code: line, because: line, means: line, side: line, fix: line });
export type UnheldRows = z.output<typeof unheldRows>;

/** Why a training under a charter would refuse this node's files, none if header and held-out file fit; and what its owner should know, and no node refuses. */
export const charterFit = z.object({
  problems: z.array(z.object({ file: line, path: line, code: line, says: line })),
  unheldRows: unheldRows.nullish(),
});
export type CharterFit = z.output<typeof charterFit>;
export type FitProblem = CharterFit["problems"][number];
