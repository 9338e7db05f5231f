import type { CharterParty } from "./charter.js";
import { ed25519Verifier, parseVerifierKey } from "../log/note.js";
import { canonicalBytes } from "@cohortium/crypto/canonical-json";
import { pointer, type Problem } from "./clauses.js";
import { encryptedProblems } from "./encrypted-rules.js";
import { JOINT_ROWS_MAX, PARTIES_MIN, ROUNDS_MAX, ROUND_SHARES_MAX } from "./limits.js";
import { networkProblems } from "./network-rules.js";
import { privacyProblems } from "./privacy-rules.js";
import { questionProblems } from "./question-rules.js";
import type { Sections } from "./shape.js";
import { statisticsProblems } from "./statistics-rules.js";
import { quorumMin } from "./quorum.js";
import type { Columns } from "./recipe.js";
import { releasesOfTraining } from "./release-count.js";
import { schemaJson, schemaOf } from "./columns-schema.js";
import { statementSizeMax } from "./statement-size.js";

/** What a schema cannot say because it ties keys together. A rule is silent where a section it needs is missing: that is reported already. */
export function problemsAcross(sections: Sections): readonly Problem[] {
  return [
    ...logKey(sections), ...minimumParties(sections), ...names(sections), ...order(sections.parties ?? []), ...keys(sections), ...quorum(sections),
    ...(sections.questions ?? []).flatMap((question, i) => questionProblems(question, pointer("questions", i))),
    ...rows(sections), ...headroom(sections), ...encryptedProblems(sections), ...budget(sections), ...rounds(sections), ...statements(sections),
    ...networkProblems(sections), ...statisticsProblems(sections), ...privacyProblems(sections), ...expiry(sections),
  ];
}

function logKey({ operator }: Sections): readonly Problem[] {
  if (operator === undefined) return [];
  try {
    ed25519Verifier(parseVerifierKey(operator.logKey));
    return [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [{ clause: "operator.log-key", path: "/operator/logKey", says: error.message, fix: "write the verifier key that the coordinator prints" }];
  }
}

function minimumParties({ parties, minimumParties: minimum }: Sections): readonly Problem[] {
  const problems: Problem[] = [];
  if (parties !== undefined && parties.length < PARTIES_MIN) {
    const reason = parties.length === 2 ? ": of a sum of two, each subtracts its own part and reads the other's" : ", too few to hide one in a sum";
    problems.push({
      clause: "parties.minimum", path: "/parties",
      says: `there are ${parties.length} parties${reason}`, fix: "bring a third party into the charter",
    });
  }
  const most = parties === undefined ? Infinity : Math.max(PARTIES_MIN, parties.length);
  if (minimum !== undefined && !(minimum >= PARTIES_MIN && minimum <= most)) {
    problems.push({
      clause: "parties.minimum", path: "/minimumParties",
      says: `a minimum of ${minimum} ${minimum < PARTIES_MIN ? "would release sums that hide nothing" : "is more than there are parties"}`,
      fix: parties === undefined ? `write ${PARTIES_MIN} or more` : rangeText(PARTIES_MIN, most),
    });
  }
  return problems;
}

function names({ parties, operator }: Sections): readonly Problem[] {
  const seen = new Set<string>(operator === undefined ? [] : [operator.name]);
  return (parties ?? []).flatMap(({ name }, i): readonly Problem[] => {
    const repeated = seen.has(name);
    seen.add(name);
    return repeated ? [{
      clause: "parties.names-unique", path: pointer("parties", i, "name"),
      says: `"${name}" is taken`, fix: "give each party, and the operator, a name of its own",
    }] : [];
  });
}

function order(parties: readonly CharterParty[]): readonly Problem[] {
  const at = parties.findIndex((party, i) => party.name < (parties[i - 1]?.name ?? ""));
  if (at < 0) return [];
  const sorted = parties.map((party) => party.name).sort().join(", ");
  return [{
    clause: "parties.sorted", path: pointer("parties", at, "name"),
    says: "the parties are not in the order of their names", fix: `list them as ${sorted}`,
  }];
}

function keys({ parties, operator }: Sections): readonly Problem[] {
  const seen = new Set(operator === undefined ? [] : [operator.signingKey]);
  return (parties ?? []).flatMap((party, i) => (["signingKey", "agreementKey"] as const).flatMap((member): readonly Problem[] => {
    const repeated = seen.has(party[member]);
    seen.add(party[member]);
    return repeated ? [{
      clause: "parties.keys-unique", path: pointer("parties", i, member),
      says: "this key stands in the charter twice", fix: "write the keys that this party's own node enrolled",
    }] : [];
  }));
}

function quorum({ parties, minimumParties: minimum, quorum: asked }: Sections): readonly Problem[] {
  if (parties === undefined || minimum === undefined || asked === undefined || parties.length < PARTIES_MIN) return [];
  // A minimum beyond the parties is reported as such, and says nothing about the quorum.
  const least = Math.max(quorumMin(parties.length), minimum <= parties.length ? minimum : 0);
  if (asked >= least && asked <= parties.length) return [];
  const reason = asked > parties.length ? "is more than there are parties" : "could open a sum below the minimum, or two different sums of one round";
  return [{
    clause: "quorum.range", path: "/quorum",
    says: `a quorum of ${asked} ${reason}`,
    fix: rangeText(least, parties.length),
  }];
}

function rangeText(least: number, most: number): string {
  return least === most ? `write ${least}` : `write ${least} to ${most}`;
}

function rows({ rows: limits, parties }: Sections): readonly Problem[] {
  if (limits === undefined) return [];
  const problems: Problem[] = [];
  if (!(limits.perPartyMin <= limits.perPartyMax)) {
    problems.push({
      clause: "rows.order", path: "/rows/perPartyMin",
      says: "the least one party brings is above the most it may bring", fix: `write ${limits.perPartyMax} or less`,
    });
  }
  const jointMax = parties === undefined ? Infinity : parties.length * limits.perPartyMax;
  if (!(limits.jointMin <= jointMax)) {
    problems.push({
      clause: "rows.order", path: "/rows/jointMin",
      says: "all parties together may not bring so many rows", fix: `write ${jointMax} or less`,
    });
  }
  return problems;
}

function headroom({ rows: limits, parties }: Sections): readonly Problem[] {
  if (limits === undefined || parties === undefined || parties.length * limits.perPartyMax <= JOINT_ROWS_MAX) return [];
  const most = Math.floor(JOINT_ROWS_MAX / parties.length);
  return [{
    clause: "aggregation.headroom", path: "/rows/perPartyMax",
    says: "a sum over so many rows might not fit its words", fix: `write ${most} or less`,
  }];
}

function budget({ privacy, questions }: Sections): readonly Problem[] {
  if (privacy === undefined) return [];
  const { releasesMax } = privacy.budget;
  return (questions ?? []).flatMap(({ model }, i): readonly Problem[] => {
    const needed = releasesOfTraining(model);
    if (releasesMax >= needed) return [];
    return [{
      clause: "budget.covers-training", path: "/privacy/budget/releasesMax",
      says: `${releasesMax} sums end before one training of question ${i + 1} may: it takes up to ${needed}`,
      fix: `write ${needed} or more, or let the model take fewer steps`,
    }];
  });
}

function rounds({ parties, questions }: Sections): readonly Problem[] {
  const most = Math.min(ROUNDS_MAX, Math.floor(ROUND_SHARES_MAX / Math.max(1, parties?.length ?? 1)));
  return (questions ?? []).flatMap(({ model }, i): readonly Problem[] => {
    const needed = releasesOfTraining(model);
    if (needed <= most) return [];
    return [{
      clause: "training.rounds", path: pointer("questions", i, "model"),
      says: `one training may take ${needed} rounds, and with so many parties one set-up has seeds for ${most}`,
      fix: "let the model take fewer steps, or found a smaller circle",
    }];
  });
}

function statements({ questions, statistics, parties }: Sections): readonly Problem[] {
  const most = Math.floor(statementSizeMax(parties?.length ?? PARTIES_MIN) / 2);
  const stated: readonly (readonly [string, Columns])[] = [
    ...(questions ?? []).map((question, i) => [pointer("questions", i, "features"), question] as const),
    ...(statistics === undefined ? [] : [[pointer("statistics", "features"), statistics] as const]),
  ];
  return stated.flatMap(([path, columns]): readonly Problem[] => {
    const bytes = canonicalBytes(schemaJson(schemaOf(columns))).length;
    if (bytes <= most) return [];
    return [{
      clause: "statement.size", path,
      says: `what every company would have to state about these columns takes ${bytes} bytes`, fix: `write shorter names, or fewer columns: ${most} bytes at most`,
    }];
  });
}

function expiry({ notBefore, expires }: Sections): readonly Problem[] {
  // Both have one form, UTC to the second, so the order of the text is the order of time.
  if (notBefore === undefined || expires === undefined || notBefore < expires) return [];
  return [{ clause: "expiry.order", path: "/expires", says: "the charter would end before it begins", fix: `write a time after ${notBefore}` }];
}
