/** A sum of two hides nothing: each party subtracts its own part and reads the other's. */
export const PARTIES_MIN = 3;
/** Every pair of nodes agrees on a seed per session, so messages grow with the square; 64 parties are 2,016 pairs. */
export const PARTIES_MAX = 64;
/** One thing people read on one line: names, labels, units, categories. In UTF-16 units. */
export const WORDS_LENGTH_MAX = 100;
/** One paragraph that every signer reads to its end. In UTF-16 units. */
export const TEXT_LENGTH_MAX = 500;
/** The curvature of Newton's method has one number per pair of coefficients, so a sum grows with the square of the columns. */
export const FEATURES_MAX = 256;
/** Columns whose words nobody has listed. Each may be read out as far as the budget goes; with more of them nobody could say what was signed. */
export const OPEN_MAX = 16;
/** Characters that words of such a column are spelled in, and of how many of them: each takes a sum, and a share of the price. */
export const CHARACTERS_MAX = 64;
export const SPELLED_MAX = 32;
/** Each category is a coefficient of its own. */
export const CATEGORIES_MAX = 1_000;
/** More intervals than percentiles are a number again. */
export const BUCKETS_MAX = 100;
/** Ten years and a leap day or two: nobody's habits are older. In days. */
export const DAYS_MAX = 3_660;
/** Three measures over twenty spans of time; each is an aggregate of the whole second feed. */
export const WINDOWS_MAX = 64;
/** Newton's method converges in about ten steps or not at all. */
export const ITERATIONS_MAX = 100;
/** Scores within a bin count as ties: with fewer bins a joint AUC of exact sums is no longer that of the rows to the three digits people compare. */
export const SCORE_BINS_EXACT_MIN = 1_024;
/** Noise is added to every bin: of more bins more of it. With fewer, most scores are ties. */
export const SCORE_BINS_MIN = 32;
export const SCORE_BINS_NOISY_MAX = 256;
/** Histogram bins of the evaluation; more would come close to listing single scores. */
export const SCORE_BINS_MAX = 8_192;
/** More rows than persons on earth are a slip of the pen; doubles count them exactly. */
export const ROWS_MAX = 10_000_000_000;
/**
 * The sums must fit their rings below the guard bits: counts of scores stay below 2^30, and curvature below 2^62, where a column may vary
 * as little as the moments let pass, 1e-5 of half its range: (2e5)² / 4 a row.
 */
export const JOINT_ROWS_MAX = 2 ** 28 - 1;
/** Fewer rows than this in a cell point at persons. A charter may raise it, never lower it. */
export const CELL_ROWS_MIN = 10;
/**
 * How many times the charter's rows to a cell one company may ask for. The charter's number is what all have signed, so a stricter house rule is met up to
 * ten times it (100 where the charter says 10, more than any rule we know of); with as many as all rows together, one company alone could have every cell of
 * an answer withheld that the others have paid for, and nobody could take the charge back.
 */
export const CELL_ROWS_STATED_TIMES = 10;
/**
 * What one company publishes of its own rows alone, where a charter lets it, rests on this many held-out rows and this many of each class. Below,
 * a rank or two could be told from the numbers.
 */
export const SHARED_ROWS_MIN = 100;
export const SHARED_CLASS_ROWS_MIN = 20;
/** Beyond, a promise of privacy says nothing any more; providers of clean rooms draw the same line. */
export const EPSILON_MAX = 20;
/** One in a thousand persons laid bare would be no failure of a mechanism but its ordinary course. */
export const DELTA_MAX = 1e-3;
/** A standardised row's intercept alone is 1; a norm this large leaves nearly all rows as they are. */
export const ROW_NORM_MIN = 0.5;
export const ROW_NORM_MAX = 100;
/** Each noisy step has a share of the budget; on poor shares, more steps lead nowhere. */
export const NOISY_STEPS_MAX = 20;
/** In 10^-9 of ρ: below, a step's share would round down to nothing. */
export const TRAINING_NANO_RHO_MIN = 1_000;
/** A reserve above this is the budget. */
export const RESERVE_SHARE_MAX = 0.9;
/** Of the parties whose noise is counted on. With one, each party's noise is enough for its own rows by itself, whoever else pools: the local mode. */
export const HONEST_MIN = 1;
/** A million sums under one signature is no limit at all. */
export const RELEASES_MAX = 1_000_000;
/**
 * One training's rounds. A node commits to one seed a round in one log entry, 67 bytes each, and an entry's length has 16 bits
 * (c2sp.org/tlog-tiles).
 */
export const ROUNDS_MAX = 900;
/** Rounds times parties: 96 bytes of sealed shares each travel in one message of the set-up, which must stay below half an envelope. */
export const ROUND_SHARES_MAX = 6_400;
/**
 * Under encrypted sums, parties times ciphertexts of one sum: 192 KiB of each reach every node in every round, so these are 48 MiB.
 */
export const HALVES_PER_ROUND_MAX = 256;
/** A second is the least a busy node needs to answer; an hour, the most that others should wait. In milliseconds. */
export const DEADLINE_MIN_MS = 1_000;
export const DEADLINE_MAX_MS = 3_600_000;
/** Charters of `PARTIES_MAX` parties and `FEATURES_MAX` columns stay well below; a parser need not read more. In UTF-16 units of the YAML text. */
export const CHARTER_TEXT_LENGTH_MAX = 256 * 1_024;
/** Of the canonical form. A charter stands in one log entry, whose length has 16 bits (c2sp.org/tlog-tiles); the rest is the statement around it. */
export const CHARTER_SIZE_MAX_BYTES = 64_000;
/**
 * What a node states about its columns before a training. It stands in one log entry, whose length has 16 bits, and those of all parties in one
 * message of 2 MiB. Half of it is kept for what a data contract and the quality gate add.
 */
export const STATEMENT_SIZE_MAX_BYTES = 60_000;
export const STATEMENTS_SIZE_MAX_BYTES = 1_536 * 1_024;
/** A refusal names the path of a rule in the charter, or one difference between columns; it is no letter. In UTF-16 units. */
export const CLAUSE_LENGTH_MAX = 200;
