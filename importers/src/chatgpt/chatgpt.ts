import type { Importer } from "../importer.ts";
import { readChatgpt } from "./read-chatgpt.ts";
import { recognisesChatgpt } from "./recognise-chatgpt.ts";

/** Data exports of ChatGPT: a zip, or the JSON files in it, with every conversation of an account. */
export const chatgpt: Importer = {
  tool: "chatgpt",
  extensions: [".json", ".zip"],
  isExport: true,
  // Exports lie wherever they were downloaded to.
  defaultPaths: () => [],
  recognises: recognisesChatgpt,
  read: readChatgpt,
};
