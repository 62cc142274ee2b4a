import { homedir } from "node:os";

/** The user's data folder, as `env-paths` has it: a package less to find for a command that has to start quickly. */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const name = "throughline";
  switch (process.platform) {
    case "darwin":
      return `${homedir()}/Library/Application Support/${name}`;
    case "win32":
      return `${environment["LOCALAPPDATA"] || `${homedir()}/AppData/Local`}/${name}/Data`;
    default:
      return `${environment["XDG_DATA_HOME"] || `${homedir()}/.local/share`}/${name}`;
  }
}
