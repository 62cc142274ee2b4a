/** What a caller gives about tools: their sessions, their clones, and the commands that users give. */
import * as v from "valibot";
import { withJsonNames } from "./json-names.ts";
import { pageSize } from "./page-size.ts";
import { cleanText, keyText, label, notDots } from "./text.ts";

const page = {
  /** Default: 50, at most 1,000. */
  limit: v.optional(pageSize),
  cursor: v.optional(v.string("must be text")),
};

const keys = {
  tool: label,
  /** Which of a tool's sessions is meant; null, or left out: its only one without a key. */
  key: v.optional(v.nullable(keyText)),
};

export const toolSessionInput = v.strictObject({ session: label, ...keys });
export const toolSessionList = v.strictObject({ session: label, ...page });

export const repoInput = v.strictObject({
  /** What names the clone; any text of up to 1,024 bytes but `.` and `..`. */
  key: v.pipe(keyText, notDots),
  url: cleanText(4_096),
  /** A branch, a tag or a commit. Default: the repository's own. */
  ref: v.optional(v.nullable(cleanText(1_024))),
  /** Where in the repository to search. Default: everywhere. */
  searchPath: v.optional(v.nullable(cleanText(4_096))),
  localPath: v.pipe(cleanText(4_096), v.nonEmpty("must not be empty")),
  /** The commit that is checked out, where it is known. */
  commit: v.optional(v.nullable(label)),
});

export const repoList = v.strictObject(page);

const command = v.pipe(cleanText(1_024), v.nonEmpty("must not be empty"));
export const commandInput = v.strictObject({ user: label, command });
export const commandList = v.strictObject({
  user: label,
  /** `count`, most used first (default), or `recent`, last use first. */
  order: v.optional(v.picklist(["count", "recent"], "must be count or recent")),
  ...page,
});

export type ToolSessionInput = v.InferInput<typeof toolSessionInput>;
export type ToolSessionListInput = v.InferInput<typeof toolSessionList>;
export type RepoInput = v.InferInput<typeof repoInput>;
export type RepoListInput = v.InferInput<typeof repoList>;
export type CommandInput = v.InferInput<typeof commandInput>;
export type CommandListInput = v.InferInput<typeof commandList>;

/** Over HTTP the path says whose they are. */
export const toolNames = { tool: "tool_name", key: "tool_key" } as const;
export const toolSessionJson: v.GenericSchema = withJsonNames(v.strictObject(keys), toolNames);
export const toolPageJson: v.GenericSchema = withJsonNames(v.strictObject(page));
export const repoNames = { key: "resource_key" } as const;
export const repoJson: v.GenericSchema = withJsonNames(repoInput, repoNames);
export const commandJson: v.GenericSchema = withJsonNames(v.strictObject({ command }));
export const commandListJson: v.GenericSchema = withJsonNames(
  v.strictObject({ order: commandList.entries.order, ...page }),
);
