import { join } from "node:path";

/** The URL of the store that is used when nobody names one: a file in the user's data directory. */
export async function defaultStore(): Promise<string> {
  // Who names a store does not wait for this.
  const { default: envPaths } = await import("env-paths");
  return `sqlite:${join(envPaths("throughline", { suffix: "" }).data, "throughline.db")}`;
}
