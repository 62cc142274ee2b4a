import * as fc from "fast-check";
import { equal } from "../assertions.ts";
import type { OpenForTest } from "../conformance-test.ts";
import { testKinds } from "../kinds.ts";
import { TestClock } from "../test-clock.ts";
import type { Command } from "./command.ts";
import { commandSequences } from "./command-arbitraries.ts";
import { Subject } from "./subject.ts";

export interface CompareOptions {
  /** Opens the store that is to be right. */
  readonly reference: OpenForTest;
  /** Opens the store that is compared with it. */
  readonly open: OpenForTest;
  /** Sequences of commands to try. Default: 100. */
  readonly runs?: number;
  /** The most commands of a sequence. Default: 40. */
  readonly commandsLimit?: number;
  /** Repeats a run: the seed that a failure named. Default: another one each time. */
  readonly seed?: number;
  /** Repeats one sequence of that run: the path that a failure named. */
  readonly path?: string;
}

/**
 * Carries out random commands on two stores: every answer, error and feed entry has to be equal, but for scores and the
 * numbers in positions and cursors. A difference is shrunk to few commands.
 *
 * @throws Error with those commands, the first difference, and how to repeat it.
 */
export async function compareStores(options: CompareOptions): Promise<void> {
  const { runs = 100, commandsLimit = 40, seed, path } = options;
  const property = fc.asyncProperty(commandSequences(commandsLimit), async (sequence) => {
    await compareOnce(sequence, options);
  });
  const result = await fc.check(property, {
    numRuns: runs,
    ...(seed !== undefined && { seed }),
    ...(path !== undefined && { path }),
  });
  if (!result.failed) return;
  const [sequence = []] = result.counterexample ?? [];
  const difference =
    result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance);
  const repeat = `compareStores({ …, seed: ${result.seed}, path: "${result.counterexamplePath ?? ""}" })`;
  throw new Error(
    [
      `Two stores differ after ${sequence.length} commands (found in sequence ${result.numRuns}, shrunk ${result.numShrinks} times).`,
      ...sequence.map((command, index) => `${index + 1}. ${fc.stringify(command)}`),
      difference,
      `Repeat it: ${repeat}`,
    ].join("\n"),
    { cause: result.errorInstance },
  );
}

async function compareOnce(
  sequence: readonly Command[],
  { reference, open }: Pick<CompareOptions, "reference" | "open">,
): Promise<void> {
  const [rightClock, comparedClock] = [new TestClock(), new TestClock()];
  const [right, compared] = await Promise.all([
    reference({ kinds: testKinds, now: () => rightClock.now }),
    open({ kinds: testKinds, now: () => comparedClock.now }),
  ]);
  try {
    const [expected, actual] = [
      new Subject(right.store, rightClock),
      new Subject(compared.store, comparedClock),
    ];
    for (const [index, command] of sequence.entries()) {
      equal(await actual.run(command), await expected.run(command), `the answer to command ${index + 1}`);
    }
    const kinds = [...right.store.kinds.values()];
    for (const tenant of ["a", "b"]) {
      equal(
        await actual.holdings(tenant, kinds),
        await expected.holdings(tenant, kinds),
        `what tenant ${tenant} holds in the end`,
      );
    }
  } finally {
    await Promise.all([right.dispose(), compared.dispose()]);
  }
}
