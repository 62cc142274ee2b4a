import { defineConfig } from "oxlint";
import { importBoundaries, innerFiles } from "./scripts/import-boundaries.ts";

export default defineConfig({
  plugins: ["eslint", "typescript", "unicorn", "oxc", "import", "promise", "vitest"],
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: "error" },
  categories: { correctness: "error", suspicious: "error", perf: "error" },
  ignorePatterns: ["**/dist/**", "**/fixtures/**", "benchmarks/peers/node_modules/**"],
  rules: {
    // Types
    "typescript/no-explicit-any": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/no-unsafe-argument": "error",
    "typescript/no-unsafe-assignment": "error",
    "typescript/no-unsafe-call": "error",
    "typescript/no-unsafe-member-access": "error",
    "typescript/no-unsafe-return": "error",
    "typescript/only-throw-error": "error",
    "typescript/prefer-promise-reject-errors": "error",
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "typescript/consistent-type-imports": "error",
    "typescript/no-import-type-side-effects": "error",
    "typescript/ban-ts-comment": "error",
    "typescript/no-deprecated": "error",
    // Imports
    "import/no-cycle": "error",
    "import/no-default-export": "error",
    "import/no-duplicates": "error",
    "no-restricted-imports": ["error", { patterns: [innerFiles] }],
    "unicorn/prefer-node-protocol": "error",
    // Style that carries meaning
    eqeqeq: "error",
    "no-console": "error",
    "no-empty": "error",
    // The name that MongoDB gives to a document's key.
    "no-underscore-dangle": ["error", { allow: ["_id"] }],
    "no-unused-vars": "error",
    "no-var": "error",
    "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx", "hack"] }],
    "prefer-const": "error",
    "max-lines": ["error", { max: 400 }],
    "unicorn/filename-case": ["error", { case: "kebabCase" }],
    "vitest/valid-expect": ["error", { maxArgs: 2 }],
    "vitest/no-disabled-tests": "error",
    "vitest/no-focused-tests": "error",
    // Off: a store awaits in order on purpose; a narrowing needs its assertion; the compiler already sees a
    // switch that does not return; a copy in a map is no bottleneck; our objects have functions that do not
    // use `this`; a function that closes over nothing may still stand where it is read; a test may prove
    // that nothing throws, and take its title from the conformance suite.
    "no-await-in-loop": "off",
    "oxc/no-map-spread": "off",
    "typescript/consistent-return": "off",
    "typescript/unbound-method": "off",
    "typescript/no-unsafe-type-assertion": "off",
    "unicorn/consistent-function-scoping": "off",
    "vitest/expect-expect": "off",
    "vitest/valid-title": "off",
  },
  overrides: [
    { files: ["*.config.ts"], rules: { "import/no-default-export": "off" } },
    {
      files: ["cli/src/**", "scripts/**", "benchmarks/**", "examples/**"],
      rules: { "no-console": "off" },
    },
    {
      // Plain JavaScript for an old Node: it has no types to go by.
      files: ["**/*.mjs"],
      rules: {
        "typescript/no-unsafe-argument": "off",
        "typescript/no-unsafe-assignment": "off",
        "typescript/no-unsafe-call": "off",
        "typescript/no-unsafe-member-access": "off",
      },
    },
    ...importBoundaries(),
  ],
});
