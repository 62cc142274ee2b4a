import { execFileSync } from "node:child_process";

/** Whom a server runs as: nothing for "as we do". */
export type ServerUser = { uid?: number; gid?: number };

/** PostgreSQL refuses to run as root. Then another user runs it, one that every system has. */
export function findServerUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    try {
      return { uid: askId("-u", name), gid: askId("-g", name) };
    } catch {
      // Not a user of this system.
    }
  }
  throw new Error(
    "PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody",
  );
}

function askId(option: string, user: string): number {
  return Number(
    execFileSync("id", [option, user], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
  );
}
