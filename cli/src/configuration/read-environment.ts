import { didYouMean, similarNames } from "../arguments/similar-names.ts";
import { configurationError } from "./configuration-error.ts";
import { type GivenSetting, type Layer, checkSetting, readText } from "./given-setting.ts";
import { type Setting, type SettingName, settingNames, settings } from "./settings.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables of our prefix that are no settings of the store. */
const otherVariables: ReadonlyMap<string, string> = new Map([
  ["THROUGHLINE_DEBUG", "`1` shows the stack of an error"],
]);

const prefix = "THROUGHLINE_";

/**
 * The settings that the environment gives. An empty variable is one that is not set.
 *
 * @throws ThroughlineError `invalid` with reason `configuration`, or `unknown_setting` for a variable that begins with
 * `THROUGHLINE_` and is none of ours.
 */
export function readEnvironment(environment: Environment): Layer {
  const known = new Map<string, SettingName>();
  const layer = new Map<SettingName, GivenSetting>();
  for (const name of settingNames) {
    const setting: Setting = settings[name];
    if (setting.variable === undefined) continue;
    known.set(setting.variable, name);
    const text = environment[setting.variable] ?? "";
    if (text === "") continue;
    const origin = { source: "environment", name: setting.variable } as const;
    layer.set(name, checkSetting(name, readText(setting, text), origin));
  }
  for (const variable of Object.keys(environment)) {
    if (!variable.startsWith(prefix) || known.has(variable) || otherVariables.has(variable)) continue;
    const names = [...known.keys(), ...otherVariables.keys()].filter((name) => name.startsWith(prefix));
    const near = similarNames(
      variable.slice(prefix.length),
      names.map((name) => name.slice(prefix.length)),
    );
    const meant = didYouMean(near.map((name) => prefix + name));
    throw configurationError(
      "unknown_setting",
      `The environment variable ${variable} is not one of Throughline's. ${meant}Those are: ${names.join(", ")}.`,
      { origin: variable, known: names },
    );
  }
  return layer;
}
