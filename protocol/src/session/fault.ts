interface Meaning {
  /** Whose move it is: a misbehaving or silent `peer`, the `operator` who set the round up, the owner of the `data`, or `us` (a bug). */
  readonly blame: "peer" | "operator" | "data" | "us";
  readonly retry: boolean;
  readonly means: string;
  readonly fix: string;
}

/** Every way a session can end badly. The operator's page `protocol/spec/faults.md` is made from it, and a test provokes each. */
export const FAULTS = {
  AGGREGATION_TOO_FEW: { blame: "peer", retry: true, means: "fewer nodes answered in time than the charter asks", fix: "start the silent nodes, then launch again" },
  AGGREGATION_TWO_PARTIES: { blame: "operator", retry: false, means: "a sum of two parties hides nothing: each subtracts its own part", fix: "bring a third party into the charter" },
  AGGREGATION_EQUIVOCATION: { blame: "peer", retry: false, means: "a party said two different things about one round", fix: "read both signed entries in the log and ask that party" },
  AGGREGATION_BUNDLE: { blame: "peer", retry: false, means: "a key bundle is not signed by the party the charter names", fix: "check the party's keys against the charter" },
  AGGREGATION_SHARES: { blame: "peer", retry: true, means: "a sealed message from another node does not open", fix: "launch again; if it repeats, the sending node or the relay alters messages" },
  AGGREGATION_SURVIVORS: { blame: "peer", retry: false, means: "the list of survivors is not one this node may agree to", fix: "compare the list in the log with what this node uploaded" },
  AGGREGATION_SECOND_ANSWER: { blame: "peer", retry: false, means: "the coordinator asked for a second opening of one round", fix: "do not answer; compare the two requests in the log" },
  AGGREGATION_SIGNATURES: { blame: "peer", retry: false, means: "too few valid signatures stand under the list of survivors", fix: "compare the signed agreements in the log" },
  AGGREGATION_COMMITMENT: { blame: "peer", retry: false, means: "a key share or ciphertext was shown that nobody committed to before, or is missing where all are due", fix: "compare the commitments in the log with what was shown" },
  AGGREGATION_CIPHERTEXT: { blame: "peer", retry: false, means: "a party's key share, ciphertext or decryption is no row of numbers below their moduli", fix: "ask that party which version it runs; the log shows the bytes' root" },
  AGGREGATION_NOISE: { blame: "peer", retry: false, means: "more is left over under an opened sum than parties that follow the protocol leave; a malformed ciphertext can bring out what others encrypted", fix: "do not train again under encrypted sums with the same companies before the cause is found; sums under masks withstand this" },
  AGGREGATION_PART_MISSING: { blame: "peer", retry: true, means: "a company's part is missing, and encrypted sums open with every company's part or never", fix: "start the silent nodes, then launch again; a charter of masked sums can do without one" },
  AGGREGATION_LOST: { blame: "us", retry: true, means: "a ciphertext this node committed to is gone from its disk, and no other may stand in for it", fix: "check the disk, then launch again" },
  AGGREGATION_GUARD: { blame: "peer", retry: false, means: "the guard coordinate of a sum does not equal the number of survivors, so its masks did not cancel", fix: "compare the model and configuration hashes each node saw, in the log" },
  AGGREGATION_BOUNDS: { blame: "peer", retry: false, means: "a sum is larger than so many honest parties could make it", fix: "some party sent numbers outside its bounds; sums do not tell which: train without one party after another" },
  AGGREGATION_OVERFLOW: { blame: "operator", retry: false, means: "the sum of bounded values would not fit the ring", fix: "lower the row cap or the feature bounds in the charter" },
  TRAINING_ORDER: { blame: "peer", retry: false, means: "a message came that has no place in this phase", fix: "compare versions of both sides" },
  TRAINING_PLAN: { blame: "peer", retry: false, means: "the offer is not the plan that follows from the charter", fix: "compare the configuration hash with the charter" },
  TRAINING_SCHEMA: { blame: "operator", retry: false, means: "the companies' columns do not mean the same", fix: "let the company that is named convert the column or correct its contract, or sign a charter that says what the column holds" },
  TRAINING_MODEL: { blame: "peer", retry: false, means: "the model or the answer does not have the hash the log shows", fix: "the coordinator showed this node something else than it logged" },
  TRAINING_REPEAT: { blame: "operator", retry: false, means: "the same question on the same rows with other survivors would reveal the difference", fix: "sign a new version of the charter, or ask when the rows have changed" },
  TRAINING_ABSENT: { blame: "operator", retry: true, means: "this node did not take part to the end, so it has not checked what was released", fix: "take it from a partner that did, or launch again" },
  TRAINING_DIVERGED: { blame: "data", retry: false, means: "Newton's method did not reach the gradient tolerance, or a network's local training ran out of numbers or moved nothing", fix: "raise the ridge penalty or the iteration cap in the charter; of a network, lower localRate" },
  TRAINING_DEGENERATE: { blame: "data", retry: false, means: "the joint rows are fewer than the charter asks, or cannot give what was asked for, as rows of one class give no model", fix: "check the minimum rows of every partner, and of a training the label column" },
  NODE_REFUSED: { blame: "operator", retry: false, means: "a node refused, and names the clause", fix: "read the clause; change the charter or the request" },
  BUDGET_SPENT: { blame: "operator", retry: false, means: "the privacy budget does not cover this question", fix: "ask for less, or sign a new charter; at the node, cohortium budget show tells what is left and whose limit it is" },
  DATA_REFUSED: { blame: "data", retry: false, means: "a node's rows do not fit the charter", fix: "the node's own log names the file, column and rule" },
  DATA_CHANGED: { blame: "data", retry: true, means: "a node's rows changed while the session ran", fix: "leave the feed alone during a session, then launch again" },
  LOG_EVIDENCE: { blame: "peer", retry: false, means: "the coordinator's log proof does not verify", fix: "keep the node's checkpoint: it is evidence of a fork" },
  SESSION_EXPIRED: { blame: "operator", retry: true, means: "the charter or the session is past its expiry", fix: "sign a new charter, then launch again" },
  SESSION_BROKEN: { blame: "us", retry: false, means: "a step of the session failed in a way that nobody's message should cause", fix: "report it with the log of this process; other sessions go on" },
  SESSION_CANCELLED: { blame: "operator", retry: true, means: "somebody stopped the session", fix: "launch again when ready" },
} as const satisfies Record<string, Meaning>;

export type FaultCode = keyof typeof FAULTS;

/** `detail` holds counts, names of parties and clauses. Never payloads, never keys, never records. */
export interface Fault {
  readonly code: FaultCode;
  readonly detail: Readonly<Record<string, string | number>>;
}

/** What a fault means. Of a refusal by a node, what the node's own fault means: that is whom and what to act on. */
export function meaningOf({ code, detail }: Fault): Meaning {
  const cause = FAULT_CODES.find((known) => known === detail["refusal"]);
  return code === "NODE_REFUSED" && cause !== undefined ? FAULTS[cause] : FAULTS[code];
}

/** One sentence for people: what happened, whose side, what to do. */
export function explain(fault: Fault): string {
  const { fix, blame } = meaningOf(fault);
  return `${happened(fault)}; side: ${blame}; to do: ${fix}`;
}

/** The first part of that: what happened. For whoever shows the side and what to do apart. */
export function happened(fault: Fault): string {
  const { means } = meaningOf(fault);
  const { party, refusal, clause, ...counts } = fault.detail;
  const who = party === undefined ? fault.code : `${fault.code}: ${party} refused with ${refusal ?? "no code"}${clause === undefined ? "" : ` (${clause})`}`;
  const detail = Object.entries(party === undefined ? fault.detail : counts).map(([key, value]) => `${key} ${value}`).join(", ");
  return `${who}: ${means}${detail === "" ? "" : ` (${detail})`}`;
}

/** As it is kept and shown by whoever ran the session: what happened, and apart from that whose side it is and what to do. */
export function faultJson(fault: Fault) {
  const { fix, blame } = meaningOf(fault);
  return { code: fault.code, cause: fault.detail["refusal"] ?? fault.code, says: happened(fault), fix, side: blame };
}

const FAULT_CODES = parseCodes(Object.keys(FAULTS));

function parseCodes(keys: readonly string[]): readonly FaultCode[] {
  return keys as readonly FaultCode[];
}
