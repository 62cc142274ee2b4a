import type { Importer } from "../importer.ts";
import { readClaudeCode } from "./read-claude-code.ts";
import { recognisesClaudeCode } from "./recognise-claude-code.ts";

/** Claude Code's session files: one file of JSON lines a session, and one for each side chain. */
export const claudeCode: Importer = {
  tool: "claude-code",
  extensions: [".jsonl"],
  defaultPaths: (environment, home) => [`${environment["CLAUDE_CONFIG_DIR"] || `${home}/.claude`}/projects`],
  recognises: recognisesClaudeCode,
  read: readClaudeCode,
};
