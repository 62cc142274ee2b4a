import { homedir } from "node:os";

/**
 * What says which store a hook was configured for, without what is secret in it. Who records the event later has the
 * secrets from its own settings: they have to name the same server.
 */
export interface KeptSettings {
  /** Working folder of the hook, from which relative paths begin. */
  readonly cwd: string;
  /** Its settings of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its `--store`. */
  readonly store?: string;
  /** Its `--user`. */
  readonly user?: string;
}

const isSetting = /^(THROUGHLINE|STORAGE)_/;
/** Never written down. */
const secrets: ReadonlySet<string> = new Set(["THROUGHLINE_API_KEY"]);

export function keepSettings(
  given: { readonly store?: string | undefined; readonly user?: string | undefined },
  environment: NodeJS.ProcessEnv = process.env,
): KeptSettings {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (isSetting.test(name) && value !== undefined && value !== "" && !secrets.has(name))
      kept[name] = withoutSecrets(value);
  }
  return {
    cwd: workingFolder(),
    environment: kept,
    ...(given.store === undefined ? undefined : { store: withoutSecrets(given.store) }),
    ...(given.user === undefined ? undefined : { user: given.user }),
  };
}

/** An agent may have removed the folder that it works in. */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return homedir();
  }
}

/** Stands for what is left out. */
const mask = "***";

/** A URL without user, password and parameters; anything else as it is. */
function withoutSecrets(value: string): string {
  const [, start, rest = ""] = /^([a-z][a-z0-9+.-]*:\/\/)(.*)$/is.exec(value) ?? [];
  if (start === undefined || /^(sqlite|file):/i.test(start)) return value;
  return start + rest.replace(/^.*@/s, `${mask}@`).replace(/[?#].*$/s, `?${mask}`);
}

/** The environment that settings are resolved with, and the `--store`. */
export interface RestoredSettings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly store: string | undefined;
}

/**
 * Puts back what was left out, from what this process knows: `known` URLs of stores, and its own environment.
 *
 * @throws Error where it knows no such server: the event waits for who does.
 */
export function restoreSettings(
  kept: KeptSettings,
  known: readonly (string | undefined)[],
  environment: NodeJS.ProcessEnv = process.env,
): RestoredSettings {
  const candidates = [
    ...known,
    ...Object.entries(environment).flatMap(([name, value]) => (isSetting.test(name) ? [value] : [])),
  ];
  const restore = (value: string): string => {
    const found = candidates.find(
      (candidate) => candidate !== undefined && withoutSecrets(candidate) === value,
    );
    if (found !== undefined) return found;
    if (!value.includes(mask)) return value;
    throw new Error(
      `${value} has a user or parameters that are not written down, and the settings here name no such server.`,
    );
  };
  const own = Object.entries(environment).filter(([name]) => !isSetting.test(name) || secrets.has(name));
  const restored = Object.entries(kept.environment).map(([name, value]) => [name, restore(value)]);
  return {
    environment: Object.fromEntries([...own, ...restored]) as Record<string, string | undefined>,
    store: kept.store === undefined ? undefined : restore(kept.store),
  };
}
