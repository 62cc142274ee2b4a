/** The tools whose hooks can be set up, where they keep their settings, and what of theirs is worth an event. */
import { homedir } from "node:os";
import { join } from "node:path";
import type { HookTool } from "../hook-event.ts";
import type { WantedHook } from "./edit-hooks.ts";

export interface HookedTool {
  readonly name: string;
  /** Folder of the user's settings. */
  readonly folder: string;
  /** Folder of a project's settings, in the project. */
  readonly projectFolder: string;
  readonly file: string;
  readonly wanted: readonly WantedHook[];
  /** What the command is told. */
  readonly options: readonly string[];
  /** What the user has to do besides. */
  readonly note: string | undefined;
}

const claudeTools =
  "Read|NotebookRead|Edit|MultiEdit|Write|NotebookEdit|Grep|Glob|WebSearch|WebFetch|ToolSearch|ExitPlanMode|AskUserQuestion";

export function hookedTool(tool: HookTool, environment: NodeJS.ProcessEnv = process.env): HookedTool {
  const without = (...events: readonly string[]): readonly WantedHook[] =>
    events.map((event) => ({ event, matcher: undefined }));
  if (tool === "claude-code") {
    return {
      name: "Claude Code",
      folder: environment["CLAUDE_CONFIG_DIR"] || join(homedir(), ".claude"),
      projectFolder: ".claude",
      file: "settings.json",
      wanted: [
        { event: "PostToolUse", matcher: claudeTools },
        ...without("SessionStart", "Stop", "SubagentStop", "SessionEnd", "PreCompact"),
      ],
      options: [],
      note: undefined,
    };
  }
  return {
    name: "Codex",
    folder: environment["CODEX_HOME"] || join(homedir(), ".codex"),
    projectFolder: ".codex",
    file: "hooks.json",
    wanted: [
      { event: "PostToolUse", matcher: "apply_patch|view_image|web_search" },
      ...without("SessionStart", "Stop"),
    ],
    options: ["--tool", "codex"],
    note: "Codex runs a hook when you have trusted it with /hooks; older versions want codex_hooks = true under [features] in config.toml.",
  };
}
