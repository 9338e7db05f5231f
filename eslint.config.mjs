// What a machine can hold us to. A rule is here because it catches a fault, or because it keeps a file readable; spelling is nobody's business.
import comments from "@eslint-community/eslint-plugin-eslint-comments/configs";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";
import { assertionsInParsers } from "./scripts/lint/assertions-in-parsers.mjs";

const MATH_RANDOM = { object: "Math", property: "random", message: "not for keys, not for tests: draw from given entropy, or from fast-check" };
const DATE_NOW = { object: "Date", property: "now", message: "time is an argument: take `atMs`" };

const ENUM = { selector: "TSEnumDeclaration", message: "an enum is an object at run time: a union of strings, or an object `as const`" };
// `"name" in value` narrows a type; `name in table` looks a foreign word up, and finds `constructor` and array indices.
const IN = { selector: "BinaryExpression[operator='in'][left.type='Identifier']", message: "membership of a foreign word: Object.hasOwn, or a table" };
const NEW_DATE = { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "time is an argument: take `atMs`" };
const MEMBERSHIP = [ENUM, IN];

export default defineConfig(
  { ignores: ["**/dist/", "**/node_modules/", "**/gen/", "crypto/kernels/", "crypto/src/kernels-wasm.ts", ".cache/"] },
  comments.recommended,
  {
    name: "every file",
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@eslint-community/eslint-comments/require-description": "error",
      "@eslint-community/eslint-comments/no-unlimited-disable": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-empty": "error",
      "no-param-reassign": "error",
      "no-restricted-properties": ["error", MATH_RANDOM],
      // Long literals are published vectors and prose for people; long imports are nobody's reading.
      "max-len": ["error", { code: 160, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignorePattern: "^import " }],
    },
  },
  {
    name: "TypeScript",
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: "./tsconfig.lint.json", tsconfigRootDir: import.meta.dirname } },
    plugins: { cohortium: { rules: { "assertions-in-parsers": assertionsInParsers } } },
    rules: {
      "@typescript-eslint/ban-ts-comment": ["error", { "ts-expect-error": "allow-with-description" }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { allowDefaultCaseForExhaustiveSwitch: false, considerDefaultExhaustiveForUnions: false }],
      "@typescript-eslint/no-namespace": ["error", { allowDeclarations: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      // Our interfaces are objects of functions, and classes keep their state in #fields, where a lost `this` fails at the first call.
      "@typescript-eslint/unbound-method": "off",
      // Interfaces return promises so that one implementation may wait; another need not.
      "@typescript-eslint/require-await": "off",
      "cohortium/assertions-in-parsers": "error",
      "max-lines": ["error", 300],
      "max-lines-per-function": ["error", { max: 50, IIFEs: true }],
      "max-params": ["error", 4],
      "max-depth": ["error", 3],
      "no-restricted-syntax": ["error", ...MEMBERSHIP],
    },
  },
  {
    name: "libraries do not print",
    files: ["{crypto,protocol,coordinator,node}/src/**/*.ts"],
    rules: { "no-console": "error" },
  },
  {
    name: "pure code: no clock, no randomness",
    files: ["{crypto,protocol}/src/**/*.ts"],
    ignores: ["protocol/src/host/**"],
    rules: {
      "no-restricted-properties": ["error", MATH_RANDOM, DATE_NOW],
      "no-restricted-syntax": ["error", ...MEMBERSHIP, NEW_DATE],
    },
  },
  {
    name: "pure code: no platform",
    files: ["protocol/src/**/*.ts"],
    ignores: ["protocol/src/host/**"],
    rules: { "no-restricted-imports": ["error", { patterns: [{ group: ["node:*"], message: "the protocol is pure: bytes, time and entropy are arguments" }] }] },
  },
  {
    name: "tests, which may cast, take their time, and poke at anything",
    files: ["*/test/**/*.ts"],
    rules: {
      "cohortium/assertions-in-parsers": "off",
      "max-len": "off",
      "max-lines-per-function": "off",
      "max-params": "off",
      "no-restricted-syntax": ["error", ENUM],
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-base-to-string": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/restrict-template-expressions": "off",
    },
  },
);
