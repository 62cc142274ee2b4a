/** What a caller gives for the settings of a session. */
import * as v from "valibot";
import { withJsonNames } from "./json-names.ts";
import { metadata } from "./json-value.ts";
import { cleanText, label } from "./text.ts";

/** Bytes of UTF-8. */
const promptBytes = 1024 * 1024;

const allowedTools = v.pipe(
  v.array(label, "must be a list of texts"),
  v.maxLength(1_000, "must have at most 1,000 tools"),
);
const permissionMode = v.picklist(["auto", "confirm", "deny"], "must be auto, confirm or deny");
const systemPrompt = v.nullable(cleanText(promptBytes));
const model = v.nullable(label);

/** Settings as a whole: what is left out is as in a session without settings. */
export const settingsInput = v.strictObject({
  /** Names of the tools that may be used, at most 1,000. Default: none are named. */
  allowedTools: v.optional(allowedTools),
  /** Whether tools run by themselves, after a question, or not at all. Default: `auto`. */
  permissionMode: v.optional(permissionMode),
  /** At most 1 MiB. Default: null. */
  systemPrompt: v.optional(systemPrompt),
  /** Default: null, the session's own. */
  model: v.optional(model),
  /** Names of servers to whatever is needed to reach them: at most 64 KiB of JSON. Default: none. */
  mcpServers: v.optional(metadata),
});

/** A JSON merge patch (RFC 7396): null brings a default back, and takes a server out. */
export const settingsPatch = v.strictObject({
  allowedTools: v.optional(v.nullable(allowedTools)),
  permissionMode: v.optional(v.nullable(permissionMode)),
  systemPrompt: v.optional(systemPrompt),
  model: v.optional(model),
  mcpServers: v.optional(v.nullable(metadata)),
});

export type SettingsInput = v.InferInput<typeof settingsInput>;
export type SettingsPatch = v.InferInput<typeof settingsPatch>;

export const settingsJson: v.GenericSchema = withJsonNames(settingsInput);
export const settingsPatchJson: v.GenericSchema = withJsonNames(settingsPatch);
