/** The command that a tool's settings name. */
import { realpathSync } from "node:fs";
import { basename, delimiter, join, sep } from "node:path";
import { commandFile } from "../../package-facts.ts";

/**
 * What calls this installation: by its name where a shell finds it, else with the paths of Node and of this program. A
 * folder of `node_modules` is on the path only for the moment.
 */
export function hookCommand(
  options: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const own = realPath(commandFile);
  const folders = (environment["PATH"] ?? "").split(delimiter);
  const isFound = folders.some(
    (folder) => !folder.includes(`node_modules${sep}.bin`) && realPath(join(folder, "throughline")) === own,
  );
  const program = isFound ? ["throughline"] : [process.execPath, commandFile];
  return [...program, "hook", ...options].map(quote).join(" ");
}

/** Whether a command is one of ours, wherever it was installed then: it calls the program, and does nothing else. */
export function isHookCommand(command: unknown): boolean {
  if (typeof command !== "string") return false;
  const words = splitWords(command);
  const at = words.findIndex((word) =>
    /^throughline(\.[a-z]+)?$/i.test(basename(word.replaceAll("\\", "/"))),
  );
  return (
    (at === 0 || (at === 1 && /^node(\.exe)?$/i.test(basename((words[0] ?? "").replaceAll("\\", "/"))))) &&
    words[at + 1] === "hook" &&
    !words.slice(at + 2).some((word) => /[;&|<>]/.test(word))
  );
}

function splitWords(command: string): readonly string[] {
  const found = command.matchAll(/'((?:[^']|'\\'')*)'|"((?:[^"\\]|\\.)*)"|(\S+)/g);
  return Array.from(
    found,
    ([, single, double, plain]) => single?.replaceAll(`'\\''`, "'") ?? double ?? plain ?? "",
  );
}

function quote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return process.platform === "win32" ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
