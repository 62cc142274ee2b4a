import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { appendFile, readFile } from "node:fs/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endWithUs } from "./end-with-us.ts";
import { findFreePort } from "./free-port.ts";
import { killTree } from "./processes.ts";
import type { ServerUser } from "./unprivileged-user.ts";

/** Time for a start, with the recovery after a kill, on a slow and busy machine. */
const startLimitMilliseconds = 60_000;
const stopLimitMilliseconds = 10_000;

export interface ServerPlan {
  /** For messages. */
  readonly name: string;
  /** The folder that goes when the server goes. Its log is written there. */
  readonly folder: string;
  readonly user: ServerUser;
  readonly command: (port: number) => { readonly file: string; readonly flags: readonly string[] };
  /** What the server writes to its log once it takes connections. */
  readonly readyLine: string;
  /** The signal that shuts it down in good order. */
  readonly stopSignal: NodeJS.Signals;
}

/** The process of a server, which may come and go on the same data and port. */
export class ServerProcess {
  /** 0 before the first start. */
  port = 0;
  readonly #plan: ServerPlan;
  #running:
    | { child: ChildProcess; processId: number; ended: Promise<unknown>; release: () => void }
    | undefined;

  constructor(plan: ServerPlan) {
    this.#plan = plan;
  }

  async start(): Promise<void> {
    const isFirst = this.port === 0;
    for (let attempt = 1; ; attempt += 1) {
      if (isFirst) this.port = await findFreePort();
      const logged = (await this.readLog()).length;
      this.#spawn();
      if (await this.#becomesReady(logged)) return;
      await this.kill();
      // Somebody may have taken the port since it was found free. Only the first start may choose another.
      if (!isFirst || attempt === 3) {
        throw new Error(`${this.#plan.name} did not start: ${await this.readLog()}`);
      }
    }
  }

  /** Ends it as a shutdown does. A process that does not end in time is killed. */
  async end(): Promise<void> {
    if (this.#running === undefined) return;
    const { child, ended } = this.#running;
    child.ref();
    child.kill(this.#plan.stopSignal);
    await Promise.race([ended, sleep(stopLimitMilliseconds, undefined, { ref: false })]);
    await this.kill();
  }

  async kill(): Promise<void> {
    if (this.#running === undefined) return;
    const { child, processId, ended, release } = this.#running;
    this.#running = undefined;
    child.ref();
    if (!isGone(child)) await killTree(processId);
    await ended;
    release();
  }

  async readLog(): Promise<string> {
    const path = join(this.#plan.folder, "log");
    await appendFile(path, "");
    return readFile(path, "utf8");
  }

  #spawn(): void {
    const { folder, user, command } = this.#plan;
    const { file, flags } = command(this.port);
    const log = openSync(join(folder, "log"), "a");
    const child = spawn(file, flags, {
      ...user,
      cwd: "/",
      // A server may watch its input, to end when we do.
      stdio: ["pipe", log, log],
      // An interrupt from the keyboard is for the tests, which then end the server.
      detached: true,
    });
    closeSync(log);
    if (child.pid === undefined) {
      child.once("error", () => {});
      throw new Error(`cannot run ${file}`);
    }
    const { release } = endWithUs(child.pid, folder);
    this.#running = { child, processId: child.pid, ended: once(child, "exit"), release };
    // A program that forgets its server can end all the same.
    child.unref();
    if (child.stdin instanceof Socket) child.stdin.unref();
  }

  async #becomesReady(logged: number): Promise<boolean> {
    const until = Date.now() + startLimitMilliseconds;
    while (Date.now() < until && this.#running !== undefined && !isGone(this.#running.child)) {
      const written = (await this.readLog()).slice(logged);
      if (written.includes(this.#plan.readyLine)) return true;
      await sleep(20);
    }
    return false;
  }
}

function isGone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
