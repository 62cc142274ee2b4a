import { spawn } from "node:child_process";
import { Socket } from "node:net";

/**
 * Watches this process from a small shell, and ends a server and removes its folder once this process is gone, even if
 * it was killed: a test run that is broken off leaves nothing behind.
 */
export function endWithUs(processId: number, folder: string): { release: () => void } {
  // The shell's input is a pipe that only we hold open. It ends with us, and so does the shell's wait.
  // QUIT is PostgreSQL's way to end at once and leave no shared memory.
  const script = 'read -r line; kill -QUIT "$1"; sleep 1; kill -KILL "$1"; rm -rf "$2"';
  const watcher = spawn("/bin/sh", ["-c", script, "sh", String(processId), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    // In a session of its own, so that an interrupt from the keyboard does not reach it before its time.
    detached: true,
  });
  watcher.unref();
  if (watcher.stdin instanceof Socket) watcher.stdin.unref();
  return { release: () => void watcher.kill("SIGKILL") };
}
