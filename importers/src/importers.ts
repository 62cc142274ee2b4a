import { chatgpt } from "./chatgpt/chatgpt.ts";
import { claudeCode } from "./claude-code/claude-code.ts";
import { codex } from "./codex/codex.ts";
import type { Importer } from "./importer.ts";

/** Every tool that can be imported. The first that recognises a file reads it. */
export const importers: readonly Importer[] = [claudeCode, codex, chatgpt];

/** The importer for a file, by its first kilobytes: names and extensions are not trusted. */
export function findImporter(head: string): Importer | undefined {
  return importers.find((importer) => importer.recognises(head));
}

/** The importer of a tool, by the tool's name. */
export function importerNamed(tool: string): Importer | undefined {
  return importers.find((importer) => importer.tool === tool);
}
