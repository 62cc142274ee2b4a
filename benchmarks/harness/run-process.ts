import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { OpenSettings } from "./contestant.ts";
import type { Facts } from "./row.ts";

/** What a measuring process is asked to do. */
export interface ProcessRequest {
  readonly row: number;
  readonly task: string;
  readonly contestant: string;
  readonly settings: OpenSettings;
  readonly parameters: Facts;
}

/** What a measuring process says. */
export type ProcessReply =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly facts: Facts }
  | { readonly kind: "failed"; readonly message: string };

/** How the processes of a run are started and when they are given up. */
export interface ProcessOptions {
  readonly limitMs: number;
  /** True when the product is imported from its sources instead of its build. */
  readonly fromSources: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

const program = fileURLToPath(new URL("../process.ts", import.meta.url));

/** Runs a task in a process of its own. Fails when the task fails, dies, or takes longer than the limit. */
export async function runProcess(request: ProcessRequest, options: ProcessOptions): Promise<Facts> {
  const [facts] = await runProcessesTogether([request], options);
  if (facts === undefined) throw new Error("The process gave no answer");
  return facts;
}

/** Runs tasks at the same time, each in its own process; those that wait for others go on together. */
export async function runProcessesTogether(
  requests: readonly ProcessRequest[],
  options: ProcessOptions,
): Promise<Facts[]> {
  const children: ChildProcess[] = [];
  let waiting = 0;
  const becomeReady = () => {
    waiting += 1;
    if (waiting === requests.length) for (const child of children) child.send("go");
  };
  try {
    return await Promise.all(
      requests.map((request) => {
        const child = fork(program, [JSON.stringify(request)], {
          execArgv: options.fromSources ? ["--conditions=throughline-source"] : [],
          env: { ...process.env, ...options.environment, NODE_OPTIONS: "" },
          stdio: ["ignore", "ignore", "pipe", "ipc"],
        });
        children.push(child);
        return waitForAnswer(child, becomeReady, options.limitMs);
      }),
    );
  } finally {
    for (const child of children)
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  }
}

function waitForAnswer(child: ChildProcess, becomeReady: () => void, limitMs: number): Promise<Facts> {
  return new Promise((resolve, reject) => {
    let errorOutput = "";
    let answer: Facts | undefined;
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`no answer within ${Math.round(limitMs / 1000)} s`));
    }, limitMs);
    child.stderr?.on("data", (chunk: Buffer) => {
      errorOutput = (errorOutput + chunk.toString()).slice(-2000);
    });
    child.on("message", (reply: ProcessReply) => {
      if (reply.kind === "ready") becomeReady();
      else if (reply.kind === "done") answer = reply.facts;
      else reject(new Error(reply.message));
    });
    child.on("error", reject);
    // The end is awaited, not only the answer: the next contestant must not share the machine with this one.
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (answer === undefined) reject(new Error(`ended with ${signal ?? code}: ${errorOutput.trim()}`));
      else resolve(answer);
    });
  });
}
