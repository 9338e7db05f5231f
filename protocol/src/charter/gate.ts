import type { Charter } from "./charter.js";
import type { ClauseId } from "./clauses.js";
import type { Digest, PartyId } from "../session/ids.js";
import { budgetOf } from "./privacy-budget.js";
import { quorumMin } from "./quorum.js";
import type { QueryKind } from "./statistics-clause.js";

/** What a coordinator asks of a node, as the signed offer says it, beside what the node works out for itself. */
export interface TrainingRequest {
  readonly question: string;
  readonly parties: readonly PartyId[];
  /** The company this training is to do without, or null. */
  readonly without: string | null;
  /** So many nodes open a sum of this session. */
  readonly threshold: number;
  /** The digest of the plan in the offer … */
  readonly planDigest: Digest;
  /** … and of the plan this node derives from the charter. */
  readonly ownPlanDigest: Digest;
  /** The most sums this session may release, `releasesOfTraining`. */
  readonly releases: number;
  /** What the whole training costs, in 10^-9 of ρ; 0 where the charter adds no noise. */
  readonly nanoRho: number;
}

/** What a coordinator asks of a node that is to help answer a question of statistics. Members of one name mean what they mean of a training. */
export interface StatisticRequest {
  readonly kind: QueryKind;
  readonly parties: readonly PartyId[];
  readonly threshold: number;
  readonly planDigest: Digest;
  readonly ownPlanDigest: Digest;
  /** The most sums the answer takes, `rounds` of the plan. */
  readonly releases: number;
  /** What the whole answer costs, in 10^-9 of ρ; 0 where the charter adds no noise. */
  readonly nanoRho: number;
}

/** What this node's own ledger says it has helped to release under this charter. */
export interface Usage {
  readonly releases: number;
}

/** The same with what it cost. */
export interface PrivacyUsage extends Usage {
  /** What answers and trainings so far have cost, in 10^-9 of ρ. Nothing comes back. */
  readonly chargedNanoRho: number;
  /** Whether this node's own configuration opens the reserve. Absent: it does not. */
  readonly reserve?: "kept" | "opened" | undefined;
}

export type Allowance =
  | { readonly kind: "allow" }
  | { readonly kind: "refuse"; readonly clause: ClauseId; readonly says: string; readonly fix: string };

/**
 * Whether a node may answer a training under this charter. No option turns a refusal into an answer.
 *
 * @param nowIso - The node's own clock, RFC 3339 in UTC. Any other text refuses.
 * Reveals: the clause that refused, to the coordinator that asked.
 */
export function allowTraining(charter: Charter, request: TrainingRequest, nowIso: string, usage: PrivacyUsage): Allowance {
  return period(charter, nowIso)
    ?? question(charter, request)
    ?? parties(charter, request)
    ?? leaveOneOut(charter, request)
    ?? quorum(charter, request)
    ?? plan(request)
    ?? budget(charter, request, usage)
    ?? privacyBudget(charter, request, usage)
    ?? { kind: "allow" };
}

/** Whether a node may help to answer a question of statistics under this charter. Otherwise as `allowTraining`. */
export function allowStatistic(charter: Charter, request: StatisticRequest, nowIso: string, usage: PrivacyUsage): Allowance {
  return period(charter, nowIso)
    ?? statistics(charter, request)
    ?? parties(charter, request)
    ?? quorum(charter, request)
    ?? plan(request)
    ?? budget(charter, request, usage)
    ?? privacyBudget(charter, request, usage)
    ?? { kind: "allow" };
}

// Each clause below is written as the condition to pass: NaN compares false, and must refuse.

function period({ notBefore, expires }: Charter, nowIso: string): Allowance | undefined {
  // The charter's instants are whole seconds in UTC; cut to their length, the order of the text is the order of time.
  const now = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z$/.exec(nowIso)?.[1];
  if (now !== undefined && notBefore.slice(0, -1) <= now && now < expires.slice(0, -1)) return undefined;
  const early = now !== undefined && now < notBefore.slice(0, -1);
  return refuse("request.period", `the charter holds from ${notBefore} to ${expires}`, early ? "wait until it begins" : "sign a new charter, or check this node's clock");
}

function question({ questions }: Charter, request: TrainingRequest): Allowance | undefined {
  const listed = questions.map(({ id }): string => id);
  if (listed.includes(request.question)) return undefined;
  return refuse("request.question", "the charter does not list this question", listed.length === 0 ? "sign a charter that lists a training" : `ask one of: ${listed.join(", ")}`);
}

function statistics({ statistics: clause }: Charter, { kind }: StatisticRequest): Allowance | undefined {
  if (clause?.kinds.includes(kind) === true) return undefined;
  return refuse(
    "request.statistics",
    clause === undefined ? "the charter allows no statistics" : `the charter allows no question of the kind ${kind}`,
    clause === undefined ? "sign a charter with statistics" : `ask one of: ${clause.kinds.join(", ")}`,
  );
}

function parties(charter: Charter, request: Pick<TrainingRequest, "parties">): Allowance | undefined {
  const known = new Set(charter.parties.map(({ name }) => name));
  const asked = new Set(request.parties);
  const distinct = asked.size === request.parties.length && request.parties.every((party) => known.has(party));
  if (distinct && asked.size >= charter.minimumParties) return undefined;
  return refuse(
    "request.parties",
    distinct ? `${asked.size} parties take part, the charter asks for ${charter.minimumParties}` : "somebody takes part who is not in the charter, or twice",
    distinct ? "start the silent nodes, then launch again" : `choose among: ${[...known].join(", ")}`,
  );
}

function quorum(charter: Charter, { parties: { length: taking }, threshold }: Pick<TrainingRequest, "parties" | "threshold">): Allowance | undefined {
  const least = Math.max(charter.quorum, quorumMin(taking));
  if (Number.isInteger(threshold) && threshold >= least && threshold <= taking) return undefined;
  return refuse(
    "request.quorum",
    `a sum among ${taking} parties opens with ${least} or more of them, not with ${threshold}`,
    least <= taking ? `launch with a threshold of ${least} to ${taking}` : "start the silent nodes, then launch again",
  );
}

function leaveOneOut({ questions, parties: known }: Charter, { question: asked, parties: taking, without }: TrainingRequest): Allowance | undefined {
  if (without === null) return undefined;
  const allowed = questions.find(({ id }) => id === asked)?.evaluation.leaveOneOut === "allowed";
  const byTheOthers = known.some(({ name }) => name === without) && taking.length === known.length - 1 && taking.every((name) => name !== without);
  if (allowed && byTheOthers) return undefined;
  return refuse(
    "request.leave-one-out",
    allowed ? "a training without one company is one with all the others" : "the charter does not allow a training without one company",
    allowed ? `choose among: ${known.map(({ name }) => name).join(", ")}` : "sign a charter with evaluation.leaveOneOut: allowed and holdout: common; it says what that lays open",
  );
}

function plan({ planDigest, ownPlanDigest }: Pick<TrainingRequest, "planDigest" | "ownPlanDigest">): Allowance | undefined {
  if (planDigest === ownPlanDigest) return undefined;
  return refuse("request.plan", "the plan offered is not the plan that follows from the charter", "compare the coordinator's version with this node's");
}

function budget({ privacy }: Charter, request: Pick<TrainingRequest, "releases">, usage: Usage): Allowance | undefined {
  const { releasesMax } = privacy.budget;
  const counted = Number.isSafeInteger(request.releases) && request.releases >= 1 && Number.isSafeInteger(usage.releases) && usage.releases >= 0;
  if (counted && usage.releases + request.releases <= releasesMax) return undefined;
  return refuse(
    "request.budget",
    `${usage.releases} of ${releasesMax} sums are released, and this one may release ${request.releases}`,
    "sign a new charter with a larger budget",
  );
}

/** A charge of nothing under a budget of noise would be an exact answer, and a charge where there is no such budget one that nobody counts. */
function privacyBudget(charter: Charter, { nanoRho }: Pick<StatisticRequest, "nanoRho">, { chargedNanoRho, reserve }: PrivacyUsage): Allowance | undefined {
  const whole = budgetOf(charter);
  if (whole === null && nanoRho === 0) return undefined;
  const most = whole === null ? 0 : whole.nanoRho + (reserve === "opened" ? whole.reserveNanoRho : 0);
  const counted = Number.isSafeInteger(nanoRho) && nanoRho >= 1 && Number.isSafeInteger(chargedNanoRho) && chargedNanoRho >= 0;
  if (counted && chargedNanoRho + nanoRho <= most) return undefined;
  return refuse(
    "request.privacy-budget",
    `${chargedNanoRho} of ${most} nano-rho are spent, and this answer costs ${nanoRho}`,
    whole !== null && reserve !== "opened" && counted && chargedNanoRho + nanoRho <= whole.nanoRho + whole.reserveNanoRho
      ? "ask for less precision, or let every node's owner open the reserve (privacy.openReserve: true in node.yaml)" : "ask for less precision, or sign a new charter over other rows",
  );
}

function refuse(clause: ClauseId, says: string, fix: string): Allowance {
  return { kind: "refuse", clause, says, fix };
}
