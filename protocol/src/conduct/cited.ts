import type { Entry } from "../log/entry.js";
import type { MembershipToNode } from "../session/membership.js";
import type { ToNode } from "./messages.js";

/** The log entries a message to a node relies on. A node does not act on the message before it was shown that all of them are in the log. */
export function citedEntries(message: ToNode | MembershipToNode): readonly Entry[] {
  switch (message.kind) {
    case "offer": return [message.offer];
    case "statements": return message.statements;
    case "roster": return [message.roster, ...message.bundles];
    case "ciphertexts": return [];
    case "shares": return [message.ready];
    case "round": return [message.offer];
    case "survivors": return [message.survivors, ...message.uploads];
    case "unmask": case "decrypt": return message.agreements;
    case "commitments": return [message.roster, ...message.commitments];
    case "relayed": return [message.entry];
    case "keys-ready": return [message.ready];
    case "closed": return [message.close];
    case "aborted": return [message.abort];
    case "charter-proposed": return [message.proposal];
    case "comparison-published": return [message.comparison];
    case "charter-in-force": return [message.proposal, ...message.signatures];
  }
}
