import * as v from "valibot";
import { configurationError } from "./configuration-error.ts";
import { type Setting, type SettingName, fileName, settings } from "./settings.ts";

/** Where a value was given. */
export interface Origin {
  readonly source: "option" | "environment" | "file" | "default";
  /** The flag, the variable, or the file and the key in it; empty for a default. */
  readonly name: string;
}

export interface GivenSetting {
  readonly value: unknown;
  readonly origin: Origin;
}

/** What one place says: the command line, the environment, or a file. */
export type Layer = ReadonlyMap<SettingName, GivenSetting>;

/** Checks a value against its setting. @throws ThroughlineError `invalid` with reason `configuration` */
export function checkSetting(name: SettingName, value: unknown, origin: Origin): GivenSetting {
  const result = v.safeParse(settings[name].schema, value, { abortEarly: true });
  if (result.success) return { value: result.output, origin };
  const expected = result.issues[0].message;
  const shown = typeof value === "object" ? "" : `, not ${JSON.stringify(value)}`;
  // Text may be a secret, or hold one; a number or a word that is no number is not.
  const setting: Setting = settings[name];
  const isSecret = name === "connectionString" || name === "store" || setting.isSecret === true;
  throw configurationError("configuration", `${origin.name} ${expected}${isSecret ? "" : shown}.`, {
    setting: fileName(name),
    origin: origin.name,
    expected,
  });
}

/** The value that a text stands for, or the text where it stands for none: its check then says what was expected. */
export function readText(setting: Setting, text: string): unknown {
  if (setting.reads === "number") return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (setting.reads === "list") return text.split(",").map((item) => item.trim());
  if (setting.reads === "boolean") return booleans.get(text.toLowerCase()) ?? text;
  return text;
}

const booleans = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);
