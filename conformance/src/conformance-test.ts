/** The parts that a test of the suite is made of. */
import type { Kind, Store } from "@throughline/core";
import type { Bench } from "./bench.ts";

/** A store that the backend's author opened for one test: empty, and used by nobody else. */
export interface OpenStore {
  readonly store: Store;
  /** Opens the same database again, after the store was closed. Only for stores that outlive a close. */
  readonly reopen?: () => Promise<Store>;
  /** Opens the same database once more, beside the first store. Only for stores that can be shared. */
  readonly openAnother?: () => Promise<Store>;
  /** Lets go of everything; the store may be closed already. */
  readonly dispose: () => Promise<void>;
}

/** What a test gives to those who open its store. */
export interface OpenOptions {
  /** Record kinds of the suite's own, beside the product's. */
  readonly kinds: readonly Kind[];
  /** The test's clock, in milliseconds. For stores behind a guard of their own, such as a server's: it takes this time. */
  readonly now: () => number;
}

/** Opens an empty store. */
export type OpenForTest = (options: OpenOptions) => Promise<OpenStore>;

/** What some rules are about: a test that needs it is skipped where the store does not have it. */
export type Need = "reopen" | "openAnother";

export interface ConformanceTest {
  /** Begins with the rules that it checks: `[C1]`. */
  readonly title: string;
  readonly needs?: Need;
  /** Takes seconds, or writes megabytes. */
  readonly heavy?: boolean;
  readonly run: (bench: Bench) => Promise<void>;
}

interface TestTraits {
  readonly needs?: Need;
  readonly heavy?: boolean;
}

/** How a section declares a test. */
export type Declare = (title: string, run: (bench: Bench) => Promise<void>, traits?: TestTraits) => void;
