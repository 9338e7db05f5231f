/** A cohort of more conditions is a description of persons. */
export const CONDITIONS_MAX = 16;
/** As many words as a column may have. */
export const WORDS_MAX = 1_000;
/** Each dimension takes two parts of the budget; with more, nothing is left for any of them. */
export const DIMENSIONS_MAX = 32;
export const MEASURES_MAX = 32;
/** Cells of a histogram. Two tell apart no more than a mean does; more than the most are noise. */
export const BINS_MIN = 2;
export const BINS_MAX = 1_024;
/** Percentiles, with room at both ends. */
export const PROBABILITIES_MAX = 101;
export const TOP_MAX = 1_000;
/** ρ of 1,000 protects nothing; no charter's budget is a hundredth of it. In 10^-9 of ρ. */
export const NANO_RHO_MAX = 1_000_000_000_000;
/** Cells in which recency, frequency and monetary value are first counted. */
export const RFM_BINS = 64;
/** Scores run from 1 to so many, the best. */
export const SCORES = 5;
/**
 * An answer has some 200 bytes for each number it is read off from, and travels in one message; looking for what must be withheld with a cell takes
 * time by the cube of them, a few seconds for so many. Two parts of 1,000 words fit.
 */
export const NUMBERS_MAX = 2_048;
/** A query stands in one log entry, whose length has 16 bits, with the offer around it. */
export const QUERY_SIZE_MAX_BYTES = 32_000;
