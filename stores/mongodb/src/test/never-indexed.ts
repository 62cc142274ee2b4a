import type { PortableSearchOptions } from "@throughline/core";

/** The index follows a day later, so never in a test: its calls would be counted, and differ from run to run. */
export const neverIndexed: PortableSearchOptions = { idleMs: 86_400_000, settleMs: 86_400_000 };
