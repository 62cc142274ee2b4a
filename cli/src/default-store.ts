import { join } from "node:path";
import envPaths from "env-paths";

/** The URL of the store that is used when nobody names one: a file in the user's data directory. */
export function defaultStore(): string {
  return `sqlite:${join(envPaths("throughline", { suffix: "" }).data, "throughline.db")}`;
}
