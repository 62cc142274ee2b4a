import { configurationError } from "./configuration-error.ts";
import type { ConfigurationFile } from "./configuration-file.ts";
import { type GivenSetting, type Layer, checkSetting, readText } from "./given-setting.ts";
import { didYouMean, similarNames } from "../arguments/similar-names.ts";
import type { Environment } from "./read-environment.ts";
import { type SettingName, fileName, settingNames, settings } from "./settings.ts";

/**
 * The settings that a configuration file gives, with `${NAME}` replaced from the environment.
 *
 * @throws ThroughlineError `invalid` with reason `configuration`, `unknown_setting` or `missing_variable`; the message
 * names the file, the key and what was expected.
 */
export function readConfigurationFile(file: ConfigurationFile, environment: Environment): Layer {
  const layer = new Map<SettingName, GivenSetting>();
  readKeys(file, environment, "", file.content, layer);
  return layer;
}

const nameOfKey = new Map<string, SettingName>(settingNames.map((name) => [fileName(name), name]));

function readKeys(
  file: ConfigurationFile,
  environment: Environment,
  parent: string,
  content: unknown,
  layer: Map<SettingName, GivenSetting>,
): void {
  if (typeof content !== "object" || content === null || Array.isArray(content) || content instanceof Date) {
    const what = parent === "" ? file.path : `${file.path}: ${parent}`;
    throw configurationError("configuration", `${what} must hold settings by name.`, { origin: file.path });
  }
  for (const [key, value] of Object.entries(content)) {
    const place = parent === "" ? key : `${parent}.${key}`;
    const name = nameOfKey.get(place);
    if (name !== undefined) layer.set(name, readValue(file, environment, name, value));
    else if (isSection(place)) readKeys(file, environment, place, value ?? {}, layer);
    else throw unknownKey(file, parent, place);
  }
}

function isSection(place: string): boolean {
  return [...nameOfKey.keys()].some((key) => key.startsWith(`${place}.`));
}

function unknownKey(file: ConfigurationFile, parent: string, place: string): Error {
  const start = parent === "" ? "" : `${parent}.`;
  const keys = [...nameOfKey.keys()];
  const here = keys
    .filter((key) => key.startsWith(start))
    .map((key) => key.slice(start.length).split(".")[0] ?? "");
  const known = [...new Set(here)].join(", ");
  const section = parent === "" ? "" : ` under ${parent}`;
  return configurationError(
    "unknown_setting",
    `${file.path}: ${place} is no setting. ${didYouMean(keysLike(place, keys, here, start))}There are${section}: ${known}.`,
    {
      origin: file.path,
      key: place,
    },
  );
}

/** Keys that may be meant: mistyped ones of this section, or those of that name in another. */
function keysLike(
  place: string,
  keys: readonly string[],
  here: readonly string[],
  start: string,
): readonly string[] {
  const last = place.slice(start.length);
  const elsewhere = keys.filter((key) => key.endsWith(`.${last}`));
  if (elsewhere.length > 0) return elsewhere;
  const near = similarNames(last, [...new Set(here)]).map((name) => start + name);
  return near.length > 0 ? near : similarNames(place, keys);
}

function readValue(
  file: ConfigurationFile,
  environment: Environment,
  name: SettingName,
  value: unknown,
): GivenSetting {
  const origin = { source: "file", name: `${file.path}: ${fileName(name)}` } as const;
  if (typeof value !== "string" || !value.includes("${")) return checkSetting(name, value, origin);
  const text = value.replace(/\$(\$?)\{([^}]*)\}/g, (whole, escape: string, variable: string) => {
    if (escape !== "") return whole.slice(1);
    const replacement = environment[variable];
    if (replacement !== undefined) return replacement;
    throw configurationError(
      "missing_variable",
      `${origin.name} uses \${${variable}}, which the environment lacks.`,
      {
        origin: file.path,
        key: fileName(name),
        variable,
      },
    );
  });
  return checkSetting(name, readText(settings[name], text), origin);
}
