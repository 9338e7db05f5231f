import fast from "./jest.config.mjs";

/** The suites that start real processes or look at real data: `npm run test:slow`. */
export default {
  ...fast,
  testMatch: ["<rootDir>/*/test/**/*.slow.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "/dist/"],
  testTimeout: 120_000,
  testSequencer: "<rootDir>/scripts/jest-sequencer.mjs",
  passWithNoTests: true,
};
