import { memberOf } from "@cohortium/crypto/json-member";
import { parseBody, type Body } from "@cohortium/protocol/log/bodies";
import type { Statement } from "@cohortium/protocol/log/entry";
import { parsePartnerNumbers } from "@cohortium/protocol/training/partner-numbers";
import { count, quality, short } from "../text/amounts.js";
import { plainLine } from "../text/plain.js";
import { WITHHELD } from "./partners.js";

/** A log entry as a sentence: who said what, when, in which session. */
export function entrySentence(statement: Statement): string {
  const { actor, at, session, round } = statement;
  const read = parseBody(statement);
  const said = read.ok ? says(read.body) : `says something of type ${statement.type} that cannot be read: ${read.problems.join("; ")}`;
  const where = session === "-" ? "" : `, in session ${short(session)}${round > 0 ? `, round ${round}` : ""}`;
  return plainLine(`${at}: ${actor} ${said}${where}.`);
}

function says(body: Body): string {
  switch (body.kind) {
    case "log.opened": return `opens the log ${body.origin} under the key ${body.logKey}`;
    case "enrolment": return `lets ${body.party} in, with the certificate ${short(body.certificate)}`;
    case "revocation": return `takes the certificate ${short(body.certificate)} of ${body.party} back: ${body.reason}`;
    case "charter": return `proposes the charter ${short(body.digest)} to ${body.parties.map(({ name }) => name).join(", ")}`;
    case "charter.signature": return `signs the charter ${short(body.digest)}`;
    case "charter.refusal": return `refuses the charter ${short(body.digest)}: ${body.reason}`;
    case "session.offer": return offerWords(body);
    case "session.data": return "states what its columns mean, and commits to its table";
    case "bundle": return "shows fresh public keys";
    case "key.commit": return `commits to its share of the joint key, with the root ${short(body.share)}`;
    case "roster": return `lists who takes part: ${body.parties.join(", ")}; ${body.threshold} must help to open a sum, ${body.minimum} at least must remain`;
    case "shares": return `commits to its mask seeds of ${body.selfSeeds.length} rounds`;
    case "ready": return `lists whose shares reached everybody: ${body.parties.join(", ")}`;
    case "round.offer": return `asks ${body.parties.join(", ")} for a sum of ${count(body.words)} numbers (${body.purpose})`;
    case "round.upload": return `uploads ${count(body.words)} masked numbers with the root ${short(body.root)}`;
    case "round.sealed": return `commits to ${count(body.words)} encrypted numbers, with the roots ${short(body.c0)} and ${short(body.c1)}`;
    case "round.survivors": return `lists whose numbers are summed: ${[...body.uploads.keys()].join(", ")}`;
    case "round.agree": return "agrees to that list and to no other";
    case "round.unmask": return `helps to open the sum${body.orphans.size === 0 ? "" : `, also for ${[...body.orphans.keys()].join(", ")}, which dropped out`}`;
    case "round.decryption": return `decrypts its part of the sum, with the root ${short(body.root)}`;
    case "round.result": return `publishes the sum of ${count(body.words)} numbers with the root ${short(body.root)}${recovered(body)}`;
    case "model": return `keeps model ${short(body.hash)}, step ${body.iteration} (${body.purpose})`;
    case "session.close": return body.released.kind === "model" ? `closes the training with model ${short(body.released.model)}` : `closes the session with answer ${short(body.released.answer)}`;
    case "comparison": return comparedWords(body);
    case "session.abort": return `ends the session without a result: ${body.code}${body.because === "" ? "" : `, because ${body.because}`}`;
  }
}

function offerWords({ question, without, query }: Extract<Body, { readonly kind: "session.offer" }>): string {
  if (query === null) return `offers a training${without === "" ? "" : ` without ${without}`}: ${question}`;
  const kind = memberOf(query, "kind");
  return `asks a question of statistics: ${typeof kind === "string" ? kind : "of no kind"}`;
}

function comparedWords({ model, numbers }: Extract<Body, { readonly kind: "comparison" }>): string {
  const read = parsePartnerNumbers(numbers);
  if (read === null) return "publishes something about its gain that is not of the form agreed";
  if (read.kind === "withheld") return `publishes nothing about its gain from model ${short(model)}: ${WITHHELD[read.because]}`;
  return `publishes its gain from model ${short(model)}: an AUC of ${quality(read.alone.auc)} alone, ${quality(read.joint.auc)} with the joint model, on about ${count(read.rows)} held-out rows`;
}

function recovered({ recovered: { self } }: Extract<Body, { readonly kind: "round.result" }>): string {
  return self.size === 0 ? "" : `, with the masks of ${[...self.keys()].join(", ")} rebuilt from shares`;
}
