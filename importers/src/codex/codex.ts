import type { Importer } from "../importer.ts";
import { readCodex } from "./read-codex.ts";
import { recognisesCodex } from "./recognise-codex.ts";

/** The rollout files of OpenAI's Codex CLI: one file a session, of all generations. */
export const codex: Importer = {
  tool: "codex",
  extensions: [".jsonl", ".jsonl.zst", ".json"],
  defaultPaths: (environment, home) => {
    const folder = environment["CODEX_HOME"] || `${home}/.codex`;
    return [`${folder}/sessions`, `${folder}/archived_sessions`];
  },
  recognises: recognisesCodex,
  read: readCodex,
};
