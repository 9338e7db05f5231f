/** How sums hide their parts: under masks that cancel, or under encryption that all parties together open. */
export type Scheme = "masked" | "encrypted";

/** What a charter asks of every sum taken under it. Nodes, coordinator and auditor hold each other to it by the functions below. */
export interface SumTerms {
  readonly scheme: Scheme;
  readonly minimumParties: number;
  readonly quorum: number;
  /** Whether a training may go on without a company that fell silent after the first sum; see `Aggregation` in the charter. */
  readonly dropouts: "end" | "continue";
}

/**
 * What is asked of the sums of a training that does without one company: all the `others`, in each of them. With one more missing they would be
 * sums without two companies, which no charter allows.
 */
export function termsOfOthers<T extends SumTerms>(terms: T, others: number): T {
  return { ...terms, minimumParties: others };
}

/**
 * How many parties must agree on, and answer for, one survivors' list: t = max(quorum, ⌊2n/3⌋ + 1) (Bonawitz et al. 2017, §6.1, for an active
 * server): two lists cannot both reach t signatures while fewer than n/3 parties collude.
 *
 * @param parties - n, the size of the session's roster.
 */
export function thresholdFor(parties: number, quorum: number): number {
  return Math.max(quorum, Math.floor((2 * parties) / 3) + 1);
}

/**
 * The fewest survivors a sum may have. Once a first sum was read, a sum over fewer companies tells the difference: where the charter says that
 * dropouts end a training, all who were asked are needed. What all parties encrypted only all parties can open.
 */
export function survivorsNeeded(
  { scheme, minimumParties, dropouts }: Omit<SumTerms, "quorum">, threshold: number, round: { readonly number: number; readonly asked: number },
): number {
  const least = Math.max(PARTIES_MIN, minimumParties, threshold);
  const all = scheme === "encrypted" || (dropouts === "end" && round.number > FIRST_ROUND);
  return all ? Math.max(least, round.asked) : least;
}

/** The round before which nothing was read. */
export const FIRST_ROUND = 1;

/** A sum over fewer parties than this is refused: each of two could subtract its own part. */
export const PARTIES_MIN = 3;
