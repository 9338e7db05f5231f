import { expect, test } from "@jest/globals";
import { queryWords } from "../../src/statistics/query-words.js";
import { QUERIES, RFM_WITH_EDGES } from "./queries.js";

test.each([
  [QUERIES.profile, "who the rows with country “Germany” or “Spain” are beside all rows, by age and letter, with sums and means of spend and visits"],
  [{ ...QUERIES.profile, by: ["age"], measures: [] }, "who the rows with country “Germany” or “Spain” are beside all rows, by age"],
  [QUERIES.histogram, "how spend is spread over 3 cells, among all rows"],
  [QUERIES.quantiles, "what 25 %, 50 % and 75 % of rows with letter “blue” have at most of income"],
  [QUERIES.categories, "the 2 most frequent words of country, among all rows"],
  [QUERIES.rfm, "customers by recency (since), frequency (visits) and monetary value (spend), in fifths"],
  [RFM_WITH_EDGES, "customers by recency (since), frequency (visits) and monetary value (spend), in classes by given edges"],
  [QUERIES.experiment, "how the arms of letter compare with “none” in visits and spend, adjusted for income, from 2026-10-01 to 2026-10-31"],
  [QUERIES.drift, "how since is distributed, absent values included, and how far each company is from that"],
])("$kind is told as a person would ask it", (query, says) => {
  expect(queryWords(query)).toBe(says);
});
