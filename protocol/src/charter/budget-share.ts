/**
 * A part of a privacy budget as a share, as everybody is told it: of ρ, and of the charter's budget without its reserve. Two digits say it, a trifle is not
 * nothing, and what is nearly all is not all.
 */
export function budgetShare(part: number, budget: number): string {
  const percent = (100 * part) / budget;
  if (!(budget > 0)) return "all";
  if (percent > 0 && percent < 0.01) return "less than 0.01 %";
  if (percent > 99 && percent < 100) return `${Math.floor(percent * 10) / 10} %`;
  return `${percent < 100 ? Number(percent.toPrecision(2)) : Math.round(percent)} %`;
}
