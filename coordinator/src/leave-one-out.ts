import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { partyToLeaveOut } from "@cohortium/protocol/charter/parties";
import type { PartyId } from "@cohortium/protocol/session/ids";
import { quorumMin } from "@cohortium/protocol/charter/quorum";

/**
 * The company that a training is to do without.
 *
 * @throws Refusal unless the charter allows a training without that company, and the others are enough for it.
 */
export function companyToLeaveOut(charter: Charter, without: string): PartyId {
  const rule = "request.leave-one-out";
  if (!charter.questions.every(({ evaluation }) => evaluation.leaveOneOut === "allowed")) {
    throw new Refusal({
      code: "CHARTER_LEAVE_ONE_OUT", title: "this charter does not allow a training without one company", detail: `it has no evaluation.leaveOneOut`, rule,
      fix: "propose a charter with evaluation.leaveOneOut: allowed and holdout: common; its words say what that lays open",
    });
  }
  const party = partyToLeaveOut(charter, without);
  const names = charter.parties.map(({ name }) => name).join(", ");
  if (party === undefined) throw new Refusal({ code: "REQUEST_PARTY", title: "no such company in this charter", detail: without, rule, fix: `choose among: ${names}` });
  const [left, needed] = [charter.parties.length - 1, Math.max(charter.minimumParties, charter.quorum, quorumMin(charter.parties.length - 1))];
  if (left >= needed) return party;
  throw new Refusal({
    code: "CHARTER_LEAVE_ONE_OUT", title: "too few companies would be left", detail: `${left} are left, the charter asks for ${needed}`, rule,
    fix: "propose a charter with more companies, or a smaller quorum",
  });
}
