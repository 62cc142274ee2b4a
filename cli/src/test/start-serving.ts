import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished } from "vitest";
import { startCommand } from "./run-command.ts";

export interface Serving {
  readonly child: ChildProcess;
  readonly url: string;
  /** What it said when it was ready. */
  readonly printed: Readonly<Record<string, unknown>>;
  /** The exit code. */
  readonly ended: Promise<number | null>;
}

/** Runs `serve` on a free port until the test is over. */
export async function startServing(folder: string, store: string): Promise<Serving> {
  const child = startCommand(folder, ["serve", "--port", "0", "--store", store, "--json"]);
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const ended = once(child, "exit").then(([code]) => code as number | null);
  if (child.stdout === null) throw new Error("The process has no pipe.");
  const [data] = (await once(child.stdout, "data")) as [Buffer];
  const printed = JSON.parse(data.toString()) as Readonly<Record<string, unknown>>;
  const url = String(printed["url"]);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  return { child, url, printed, ended };
}
