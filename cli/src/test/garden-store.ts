import { join } from "node:path";
import { openThroughline } from "../open-throughline.ts";
import { clearSettings } from "./clear-settings.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface Garden {
  readonly folder: string;
  /** Url of a store with the two sessions. */
  readonly store: string;
  readonly roses: string;
  readonly snails: string;
}

/** A store with two small sessions, in a folder of its own. */
export async function gardenStore(): Promise<Garden> {
  clearSettings();
  const folder = temporaryFolder();
  const store = `sqlite:${join(folder, "garden.db")}`;
  const throughline = await openThroughline(store);
  const roses = await throughline.sessions.create({
    tool: "web-chat",
    project: "garden",
    model: "m",
    title: "Prune the 薔薇\u001b[31m roses",
    externalKey: "chat-1",
    tags: ["spring"],
    metadata: { bed: 3 },
  });
  await throughline.messages.append(roses.id, [
    { role: "user", content: "When do I prune the roses?" },
    {
      role: "assistant",
      content: [
        { type: "text", text: "In early spring.\u001b]0;bell\u0007" },
        { type: "tool-call", toolCallId: "c1", toolName: "calendar", input: { month: 3 } },
      ],
    },
    {
      role: "tool",
      content: [{ type: "tool-result", toolCallId: "c1", toolName: "calendar", output: "free" }],
    },
  ]);
  const snails = await throughline.sessions.create({ tool: "web-chat", title: "Snails", pinned: true });
  await throughline.messages.append(snails.id, [
    { role: "user", content: "How many snails live here?" },
    { role: "user", content: "Instructions of the tool.", metadata: { injected: true } },
  ]);
  await throughline.close();
  return { folder, store, roses: roses.id, snails: snails.id };
}
