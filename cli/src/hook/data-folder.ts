import { homedir } from "node:os";
import { join } from "node:path";

/** The user's data folder, as `env-paths` has it: a package less to find for a command that has to start quickly. */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const name = "throughline";
  switch (process.platform) {
    case "darwin":
      return join(homedir(), "Library", "Application Support", name);
    case "win32":
      return join(environment["LOCALAPPDATA"] || join(homedir(), "AppData", "Local"), name, "Data");
    default:
      return join(environment["XDG_DATA_HOME"] || join(homedir(), ".local", "share"), name);
  }
}
