import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endWithUs } from "./end-with-us.ts";
import { findFreePort } from "./free-port.ts";
import { killTree } from "./processes.ts";
import type { ServerUser } from "./unprivileged-user.ts";

/** Time for a start, with the recovery after a kill, on a slow and busy machine. */
const startLimitMilliseconds = 60_000;
const stopLimitMilliseconds = 10_000;

export interface PostgresPlace {
  /** The folder of the programs. */
  readonly programs: string;
  /** The folder that goes when the server goes. */
  readonly folder: string;
  readonly dataDirectory: string;
  readonly user: ServerUser;
  readonly settings: Readonly<Record<string, string>>;
}

/** The process of a server, which may come and go on the same data and port. */
export class PostgresProcess {
  port = 0;
  readonly #place: PostgresPlace;
  #running:
    | { child: ChildProcess; processId: number; ended: Promise<unknown>; release: () => void }
    | undefined;

  constructor(place: PostgresPlace) {
    this.#place = place;
  }

  async start(): Promise<void> {
    const isFirst = this.port === 0;
    for (let attempt = 1; ; attempt += 1) {
      if (isFirst) this.port = await findFreePort();
      this.#spawn();
      if (await this.#becomesReady()) return;
      await this.kill();
      // Somebody may have taken the port since it was found free. Only the first start may choose another.
      if (!isFirst || attempt === 3) throw new Error(`PostgreSQL did not start: ${await this.readLog()}`);
    }
  }

  /** Ends it as a shutdown does. A process that does not end in time is killed. */
  async end(): Promise<void> {
    if (this.#running === undefined) return;
    const { child, ended } = this.#running;
    child.ref();
    child.kill("SIGINT");
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
    // What is left names a process that is gone; by chance another may have its number by the time of a restart.
    await rm(join(this.#place.dataDirectory, "postmaster.pid"), { force: true });
  }

  async readLog(): Promise<string> {
    return readFile(join(this.#place.folder, "log"), "utf8");
  }

  #spawn(): void {
    const { programs, folder, dataDirectory, user } = this.#place;
    const settings = { ...this.#place.settings, port: String(this.port) };
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const log = openSync(join(folder, "log"), "a");
    const child = spawn(join(programs, "postgres"), ["-D", dataDirectory, ...flags], {
      ...user,
      cwd: "/",
      stdio: ["ignore", log, log],
      // An interrupt from the keyboard is for the tests, which then end the server.
      detached: true,
    });
    closeSync(log);
    if (child.pid === undefined) throw new Error(`cannot run ${join(programs, "postgres")}`);
    const { release } = endWithUs(child.pid, folder);
    this.#running = { child, processId: child.pid, ended: once(child, "exit"), release };
    // A program that forgets its server can end all the same.
    child.unref();
  }

  /** The server writes its state into the last line of a file, where `pg_ctl` reads it too. */
  async #becomesReady(): Promise<boolean> {
    const until = Date.now() + startLimitMilliseconds;
    while (Date.now() < until && this.#running !== undefined && !isGone(this.#running.child)) {
      const lines = await readFile(join(this.#place.dataDirectory, "postmaster.pid"), "utf8").then(
        (text) => text.split("\n"),
        () => [],
      );
      if (lines[7]?.trim() === "ready") return true;
      await sleep(20);
    }
    return false;
  }
}

function isGone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
