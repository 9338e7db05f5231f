/** What an attack does to a build that lacks the defence, and to ours. */
export interface Verdict {
  readonly attack: string;
  /** What the attack gains from the build without the defence. */
  readonly control: string;
  /** What it gains from ours. */
  readonly ours: string;
  /** What ours promises: the most that may be gained. */
  readonly promised: string;
  /** The attack works where it should: otherwise it proves nothing about ours. */
  readonly controlFalls: boolean;
  /** Null where nothing is promised yet, so that nothing can be broken: the number stands for itself. */
  readonly holds: boolean | null;
}

export type Attack = (quick: boolean) => Verdict | Promise<Verdict>;

export function isWrong({ controlFalls, holds }: Verdict): boolean {
  return !controlFalls || holds === false;
}

/** A share as a person reads it. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
