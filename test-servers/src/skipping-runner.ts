import type { RunnerTask, RunnerTestSuite, VitestTestRunner } from "vitest";
import { TestRunner, inject } from "vitest";
import { MissingServerError } from "./missing-server.ts";
import type { AbsentServer, RunServer } from "./run-server.ts";

/**
 * Runs the tests of a project that needs a server. Where the server is missing, no test and no hook runs: each test is
 * skipped with the reason, or, where nothing may be missing, each file fails with it.
 */
// oxlint-disable-next-line import/no-default-export -- a runner is loaded by its default export
export default class SkippingRunner extends TestRunner {
  readonly #absent = findAbsent();

  override importFile(...given: Parameters<VitestTestRunner["importFile"]>): unknown {
    const [, source] = given;
    if (source === "collect" && this.#absent?.isFailure === true) {
      throw new MissingServerError(this.#absent.missing);
    }
    return super.importFile(...given);
  }

  override async onBeforeRunSuite(suite: RunnerTestSuite): Promise<void> {
    if (this.#absent?.isFailure === false) {
      const { beforeAll, afterAll, aroundAll } = TestRunner.getSuiteHooks(suite);
      for (const hooks of [beforeAll, afterAll, aroundAll]) hooks.length = 0;
      for (const task of suite.tasks) skip(task, `needs ${this.#absent.missing}`);
    }
    await super.onBeforeRunSuite(suite);
  }
}

function skip(task: RunnerTask, reason: string): void {
  if (task.type !== "test") return;
  task.mode = "skip";
  // Reporters read the note, though the type of a result does not name it.
  const result = { state: "skip" as const, note: reason };
  task.result = result;
}

function findAbsent(): AbsentServer | undefined {
  // Each project has been told of one of them.
  const told = [inject("postgres"), inject("mongodb")] as (RunServer | undefined)[];
  return told.find((server) => server !== undefined && "missing" in server);
}
