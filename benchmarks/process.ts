/** The measuring process: does one task of one row with one contestant, answers, and ends. */
import { contestants } from "./contestants.ts";
import type { OpenSettings } from "./harness/contestant.ts";
import type { TaskContext } from "./harness/row.ts";
import type { ProcessReply, ProcessRequest } from "./harness/run-process.ts";
import { rows } from "./rows.ts";

async function answer(request: ProcessRequest): Promise<ProcessReply> {
  const task = rows.find((row) => row.number === request.row)?.tasks[request.task];
  const contestant = contestants.find(({ name }) => name === request.contestant);
  if (task === undefined || contestant === undefined) {
    return {
      kind: "failed",
      message: `No task "${request.task}" in row ${request.row} for "${request.contestant}"`,
    };
  }
  const context: TaskContext = {
    parameters: request.parameters,
    open: (settings: Partial<OpenSettings> = {}) => contestant.open({ ...request.settings, ...settings }),
    waitForOthers: () =>
      new Promise((resolve) => {
        process.once("message", () => resolve());
        send({ kind: "ready" });
      }),
  };
  try {
    return { kind: "done", facts: await task(context) };
  } catch (error) {
    return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}

function send(reply: ProcessReply, afterwards?: () => void): void {
  process.send?.(reply, undefined, undefined, () => afterwards?.());
}

const request = JSON.parse(process.argv[2] ?? "{}") as ProcessRequest;
// Some libraries keep timers running: the answer ends the process.
send(await answer(request), () => process.exit(0));
