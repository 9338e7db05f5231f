import { isShown, type Answer, type Cell, type ExperimentAnswer, type ProfileAnswer, type QuantilesAnswer, type RfmAnswer, type WordsAnswer } from "./answer.js";

/** What an answer is to be read with, in plain sentences: on how much it rests, how exact it is, and what of it is withheld and why. */
export function sentencesOf(answer: Answer): readonly string[] {
  return [basis(answer), exactness(answer), ...ofKind(answer), ...withheldOf(answer), ...dominance(answer)];
}

function basis({ rows, firms, cellRows }: Answer): string {
  const people = isShown(rows) ? `${roundedFor(rows)} people` : `a number of people that is withheld (k = ${cellRows})`;
  return `Based on ${people} in ${firms} ${firms === 1 ? "firm" : "firms"}; one row is one person, so whoever is at two firms counts twice.`;
}

function exactness(answer: Answer): string {
  const { noise, kind } = answer;
  if (noise && kind === "rfm" && hasFoundEdges(answer)) return NOISY_FIFTHS;
  const sample = kind === "experiment" ? " of chance in the sample" : "";
  if (noise) {
    const counted = sample === "" ? "" : ` and the part${sample}`;
    return `Noise was added by every firm; before cells are chosen for display, each true number lies in its interval with 95 % confidence, which counts the noise${counted} in.`;
  }
  return sample === "" ? "No noise was added: the numbers are exact sums." : `No noise was added: the sums are exact, and the 95 % intervals are those${sample}.`;
}

/** The edges of RFM are questions of their own, and what they are depends on noise as well. */
const NOISY_FIFTHS = "Noise was added by every firm, also to the counts that the edges were found in. By the edges shown, each true number lies in its interval with 95 % confidence, before cells are chosen for display. The people's own fifths may have other edges, and other people between them: that is not in the intervals, which hold the numbers by those fifths less often.";

function hasFoundEdges({ scores }: RfmAnswer): boolean {
  return scores.some(({ edges }) => edges.some(({ low, high }) => low < high));
}

function ofKind(answer: Answer): readonly string[] {
  switch (answer.kind) {
    case "profile": return isEverybody(answer) ? [] : ["An index of 100 means as frequent (or as large) in the cohort as among all rows."];
    case "histogram": return ["A cell goes from its first edge, included, to the next, excluded; the last edge belongs to the last cell."];
    case "quantiles": return quantilesSentences(answer);
    case "categories": return answer.others === null ? [] : ["Only words whose numbers are shown are named. A word that would be withheld is counted among the others, and which one it is is not said."];
    case "words": return wordsSentences(answer);
    case "rfm": return rfmSentences(answer);
    case "experiment": return experimentSentences(answer);
    case "drift": return ["Each firm compares its own rows with this at home; what comes out stays there."];
  }
}

/** Whether a profile's cohort is all rows, so that it compares nothing. */
export function isEverybody({ share }: Pick<ProfileAnswer, "share">): boolean {
  return isShown(share) && share.low === 1 && share.high === 1;
}

function quantilesSentences({ quantiles, cellRows }: QuantilesAnswer): readonly string[] {
  const withheld = quantiles.some(({ at }) => !isShown(at));
  return [
    `Quantiles are read off cells of ${cellRows} people or more, so each is exact to the width of its cell, which its interval shows; its value is the middle.`,
    ...(withheld ? [`A quantile with fewer than ${cellRows} people above or below it, or between it and the one before, is withheld.`] : []),
  ];
}

function wordsSentences({ least, sure, length, crowded }: WordsAnswer): readonly string[] {
  return [
    `The firms' rows were added up before any name was looked for, so nobody learns which firm holds a word. Beginnings with fewer than ${Math.ceil(least)} rows, noise included, were not followed: a word with ${Math.ceil(sure)} rows or more is found with a probability of 95 %, and one with fewer may be missing.`,
    `Only ${length} characters of a word were looked at: a word that has as many may go on.`,
    ...(crowded ? ["More beginnings had enough rows than there was room for; the most frequent were followed."] : []),
  ];
}

function rfmSentences(answer: RfmAnswer): readonly string[] {
  return [
    "5 is the best score on all three: most recent, most frequent, highest spend. A value equal to an edge stays below it.",
    hasFoundEdges(answer) ? "The edges are ends of cells: a row whose value lies between an edge and the ends of its interval may be one score off." : "The edges were given with the question.",
  ];
}

function experimentSentences({ sampleRatio, effects }: ExperimentAnswer): readonly string[] {
  const adjusted = effects.some((effect) => effect.adjusted !== null);
  return [
    ratioSentence(sampleRatio),
    ...(adjusted ? ["Adjusted effects use what was known before the test (CUPED); they estimate the same, with less scatter."] : []),
  ];
}

function ratioSentence(sampleRatio: ExperimentAnswer["sampleRatio"]): string {
  if (!("alarm" in sampleRatio)) return "The sizes of the arms cannot be checked, as some are withheld.";
  const { chiSquare, degrees, p, alarm } = sampleRatio;
  const numbers = `chi-square ${chiSquare.toFixed(2)} on ${degrees}, p ${p < 0.0001 ? "below 0.0001" : p.toFixed(4)}`;
  return alarm
    ? `The arms do not have the sizes they were meant to have (${numbers}): do not believe any effect before the cause is found.`
    : `The arms have the sizes they were meant to have (${numbers}).`;
}

function withheldOf(answer: Answer): readonly string[] {
  const count = countWithheld(answer);
  if (count === 0) return [];
  const numbers = count === 1 ? "One number is" : `${count} numbers are`;
  const { cellRows: k } = answer;
  return [`${numbers} withheld (k = ${k}): a cell has fewer than ${k} people, or one that has would follow from it. Which of the two is not said, as that would tell numbers. Withheld is not zero.`];
}

/** Rows are counted, not what each brings: without noise a sum may show what one of them is. */
function dominance(answer: Answer): readonly string[] {
  const { kind, noise, cellRows } = answer;
  const hasSums = kind === "rfm" || kind === "experiment" || (kind === "profile" && answer.measures.length > 0);
  return noise || !hasSums ? [] : [`A sum or mean over ${cellRows} people or more may still be nearly all one person's: how it is spread is not looked at.`];
}

/** Numbers in their own right: not the explanations above. */
function countWithheld(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  if (Object.hasOwn(value, "withheld")) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + countWithheld(inner), 0);
}

function roundedFor({ value, low, high }: Extract<Cell, { readonly value: number }>): string {
  const whole = Math.round(value).toLocaleString("en-US");
  return low < high ? `about ${whole} (${Math.round(low).toLocaleString("en-US")} to ${Math.round(high).toLocaleString("en-US")})` : whole;
}
