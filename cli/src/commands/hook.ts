/** `throughline hook install` and `uninstall`. */
import { join, resolve } from "node:path";
import { ThroughlineError } from "@throughline/core";
import { resolveConfiguration } from "../configuration/resolve-configuration.ts";
import { exitCodes } from "../exit-codes.ts";
import type { HookTool } from "../hook/hook-event.ts";
import { UnknownSettings, addHooks, removeHooks } from "../hook/install/edit-hooks.ts";
import { hookCommand } from "../hook/install/hook-command.ts";
import { type HookedTool, hookedTool } from "../hook/install/hook-tools.ts";
import { readSettingsFile, replaceSettingsFile } from "../hook/install/settings-file.ts";
import { maskSecrets } from "../mask-secrets.ts";
import { parseStoreUrl, storeUrlOf } from "../stores/store-url.ts";
import { printable } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import type { CommonOptions } from "../with-throughline.ts";

export interface HookSetUpOptions extends CommonOptions {
  /** The settings of the project in the working folder, instead of the user's. */
  readonly project?: boolean;
  /** The file itself. */
  readonly settings?: string;
}

export async function installHooks(tool: HookTool, options: HookSetUpOptions): Promise<number> {
  const hooked = hookedTool(tool);
  const store = options.store ?? (await storeOfFile());
  const command = hookCommand([...hooked.options, ...storeOption(store)]);
  const { file, isChanged, backup } = change(hooked, options, (text) =>
    addHooks(text, hooked.wanted, command),
  );
  if (options.json === true) {
    const events = hooked.wanted.map(({ event }) => event);
    await printJson({ tool, file, changed: isChanged, backup, command, events });
    return exitCodes.success;
  }
  const when = isChanged ? "calls this from its next session on" : "calls this already";
  await print([
    `${hooked.name} ${when}: ${command}`,
    ...describe(file, backup),
    ...(hooked.note === undefined ? [] : [hooked.note]),
  ]);
  return exitCodes.success;
}

export async function uninstallHooks(tool: HookTool, options: HookSetUpOptions): Promise<number> {
  const hooked = hookedTool(tool);
  const { file, isChanged, backup } = change(hooked, options, removeHooks);
  if (options.json === true) {
    await printJson({ tool, file, changed: isChanged, backup });
    return exitCodes.success;
  }
  const what = isChanged ? "does not call throughline hook any more." : "does not call throughline hook.";
  await print([`${hooked.name} ${what}`, ...describe(file, backup)]);
  return exitCodes.success;
}

interface Changed {
  readonly file: string;
  readonly isChanged: boolean;
  readonly backup: string | null;
}

/** Changes the settings; where nothing changes, nothing is written. */
function change(hooked: HookedTool, options: HookSetUpOptions, edit: (text: string) => string): Changed {
  const file = settingsFile(hooked, options);
  const text = readSettingsFile(file) ?? "";
  const mark = text.startsWith("\ufeff") ? "\ufeff" : "";
  const before = text.slice(mark.length);
  const settings = before.trim() === "" ? "{}\n" : before;
  const after = editSettings(file, settings, edit);
  if (after === settings) return { file, isChanged: false, backup: null };
  return { file, isChanged: true, backup: replaceSettingsFile(file, mark + after, new Date()) };
}

function settingsFile({ folder, projectFolder, file }: HookedTool, options: HookSetUpOptions): string {
  if (options.settings !== undefined) return resolve(options.settings);
  return options.project === true ? resolve(projectFolder, file) : join(resolve(folder), file);
}

function editSettings(file: string, text: string, edit: (text: string) => string): string {
  try {
    return edit(text);
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof UnknownSettings)) throw error;
    const problem = hasComments(text) ? "they have comments, which JSON has not" : error.message;
    const message = `The settings in ${file} are left as they are: ${problem}. Mend them, or write the hooks there yourself.`;
    throw new ThroughlineError("invalid", message, { reason: "tool_settings", cause: error });
  }
}

function hasComments(text: string): boolean {
  return /\/[/*]/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, '""'));
}

/** The store that a configuration file names for the working folder: a hook itself follows no file of a folder that it works in. */
async function storeOfFile(): Promise<string | undefined> {
  const { settings, origins } = await resolveConfiguration();
  return origins.get("store")?.source === "file" ? settings.store : undefined;
}

/** A path has to hold wherever the tool works, and what is secret is not for such a file. */
function storeOption(given: string | undefined): readonly string[] {
  if (given === undefined) return [];
  const url = storeUrlOf(given);
  const location = parseStoreUrl(url);
  if (maskSecrets(url) !== url) {
    throw new ThroughlineError(
      "invalid",
      "The URL of the store has a secret, and the tool's settings are no place for it: name the store in throughline.yaml in your home folder, or in THROUGHLINE_STORE.",
      { reason: "store_url" },
    );
  }
  return ["--store", location.type === "sqlite" ? `sqlite:${resolve(location.path)}` : url];
}

function describe(file: string, backup: string | null): readonly string[] {
  return [`Settings: ${file}`, ...(backup === null ? [] : [`As they were: ${backup}`])];
}

async function print(lines: readonly string[]): Promise<void> {
  await writeOutput(`${lines.map(printable).join("\n")}\n`);
}
