import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import { DatabaseSync } from "node:sqlite";

/** One line about what the numbers were taken on. */
export function describeMachine(): string {
  const database = new DatabaseSync(":memory:");
  const version = database.prepare("SELECT sqlite_version() AS version").get()?.["version"];
  database.close();
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${availableParallelism()} cores (${model}), ${memory} GB, ${platform()} ${arch()}, Node ${process.versions.node}, SQLite ${String(version)}`;
}
