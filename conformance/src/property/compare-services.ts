import { guardStore } from "@throughline/core";
import * as fc from "fast-check";
import { equal } from "../assertions.ts";
import type { OpenForTest } from "../conformance-test.ts";
import { testKinds } from "../kinds.ts";
import { TestClock } from "../test-clock.ts";
import type { CompareOptions } from "./compare-stores.ts";
import type { ServiceCommand } from "./service-command.ts";
import { serviceSequences } from "./service-sequences.ts";
import { ServiceSubject } from "./service-subject.ts";

/** What the property is about. */
type Sequence = [readonly ServiceCommand[]];

/**
 * Calls the services above two stores at random: sessions, messages, branches, forks, searches, deletions, clean-up. Every
 * answer and every refusal has to be equal, but for scores. A difference is shrunk to few calls.
 *
 * @throws Error with those calls, the first difference, and how to repeat it.
 */
export async function compareServices(options: CompareOptions): Promise<void> {
  const { runs = 100, commandsLimit = 40, seed, path } = options;
  const property = fc.asyncProperty(serviceSequences(commandsLimit), async (sequence) => {
    await compareOnce(sequence, options.reference, options.open);
  });
  const result = await fc.check<Sequence>(property, {
    numRuns: runs,
    // To shrink a difference on a slow store takes longer than a runner waits.
    plugins: [fc.interruptAfterTimeLimit(100_000, { failOnInterrupt: true }) as fc.Plugin<Sequence>],
    ...(seed !== undefined && { seed }),
    ...(path !== undefined && { path }),
  });
  if (!result.failed) return;
  const [sequence = []] = result.counterexample ?? [];
  const difference =
    result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance);
  throw new Error(
    [
      `The services differ after ${sequence.length} calls (found in sequence ${result.numRuns}, shrunk ${result.numShrinks} times).`,
      ...sequence.map((command, index) => `${index + 1}. ${fc.stringify(command)}`),
      difference,
      `Repeat it: compareServices({ …, seed: ${result.seed}, path: "${result.counterexamplePath ?? ""}" })`,
    ].join("\n"),
    { cause: result.errorInstance },
  );
}

async function compareOnce(
  sequence: readonly ServiceCommand[],
  reference: OpenForTest,
  open: OpenForTest,
): Promise<void> {
  const right = await openSubject(reference);
  try {
    const compared = await openSubject(open);
    try {
      for (const [index, command] of sequence.entries()) {
        const [expected, actual] = [await right.subject.run(command), await compared.subject.run(command)];
        equal(actual, expected, `the answer to call ${index + 1}`);
      }
    } finally {
      await compared.dispose();
    }
  } finally {
    await right.dispose();
  }
}

async function openSubject(open: OpenForTest) {
  const clock = new TestClock();
  const { store, dispose } = await open({ kinds: testKinds, now: () => clock.now });
  const guarded = guardStore(store, { clock: () => clock.now });
  return {
    subject: new ServiceSubject(guarded, clock),
    dispose: async () => {
      await guarded.close();
      await dispose();
    },
  };
}
