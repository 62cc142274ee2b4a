import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

type ProcessEntry = { processId: number; parentId: number; isZombie: boolean };

/** Kills a process and all its children at once, as a machine that stops would, and waits until they are gone. */
export async function killTree(processId: number): Promise<void> {
  // Stopped first, so that it has no child that the list does not know.
  signal(processId, "SIGSTOP");
  const processes = [processId, ...listChildren(processId)];
  for (const each of processes) signal(each, "SIGKILL");
  while (processes.some(isAlive)) await sleep(5);
}

/** Whether the process runs. One that ended and was not yet waited for by its parent does not. */
function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
  } catch {
    return false;
  }
  return !listProcesses().some((entry) => entry.processId === processId && entry.isZombie);
}

/** Lists the direct children of a process. */
function listChildren(processId: number): number[] {
  return listProcesses()
    .filter((entry) => entry.parentId === processId)
    .map((entry) => entry.processId);
}

function signal(processId: number, name: NodeJS.Signals): void {
  try {
    process.kill(processId, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function listProcesses(): ProcessEntry[] {
  return process.platform === "linux" ? readProcFolder() : askPs();
}

/** Small Linux images have no `ps`, but all have this folder. */
function readProcFolder(): ProcessEntry[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        // The second field is the program's name in parentheses, which may hold spaces and parentheses.
        const [state, parentId] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return [{ processId: Number(name), parentId: Number(parentId), isZombie: state === "Z" }];
      } catch {
        return [];
      }
    });
}

function askPs(): ProcessEntry[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,state="], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const [processId, parentId, state] = line.trim().split(/\s+/);
    if (state === undefined) return [];
    return [{ processId: Number(processId), parentId: Number(parentId), isZombie: state.startsWith("Z") }];
  });
}
