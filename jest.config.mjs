/** One project for all workspaces; sources are mapped, so tests never see a stale build. */
export default {
  testEnvironment: "<rootDir>/scripts/jest-environment.mjs",
  extensionsToTreatAsEsm: [".ts"],
  testMatch: ["<rootDir>/*/test/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "/dist/", "\\.slow\\.test\\.ts$"],
  moduleNameMapper: {
    "^@cohortium/(crypto|protocol|coordinator|node|cli|examples|bench)/(.*)$": "<rootDir>/$1/src/$2.ts",
    "^(\\.{1,2}/.*)\\.js$": "$1",
  },
  transform: {
    "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "es6" } }],
  },
  setupFiles: ["<rootDir>/scripts/jest-seed.mjs"],
  maxWorkers: 2,
  // Several tests train on real rows; on a busy machine they take their time, and no test is about time.
  testTimeout: 30_000,
};
