import { resolve } from "node:path";
import type { Throughline } from "@throughline/core";
import { createServer, isLoopback, knowsKeys, listen } from "@throughline/server";
import { checkReposAtStart } from "../check-repos.ts";
import { cleanUpRegularly } from "../clean-up-regularly.ts";
import {
  type ResolvedConfiguration,
  type Settings,
  resolveConfiguration,
} from "../configuration/resolve-configuration.ts";
import { exitCodes } from "../exit-codes.ts";
import { explicitSettings } from "../configuration/explicit-settings.ts";
import { drainRegularly } from "../hook/drain-into.ts";
import { maskSecrets } from "../mask-secrets.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { printWarning } from "../report-error.ts";
import { type StoreLocation, parseStoreUrl } from "../stores/store-url.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";

export interface ServeOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: number;
  readonly allowHost?: readonly string[];
}

/** Serves until SIGINT or SIGTERM; requests that have begun are finished, and what they wrote is kept. */
export async function serve(options: ServeOptions): Promise<number> {
  const { settings } = await resolveConfiguration(explicitSettings(options));
  const { host, port, store } = settings;
  const location = parseStoreUrl(store);
  const file = location.type === "sqlite" ? resolve(location.path) : null;
  const stop = onInterrupt();
  const opening = Promise.withResolvers<Throughline>();
  const isPublic = !isLoopback(host);
  const server = createServer({
    throughline: opening.promise,
    hosts: knownHosts(settings),
    keys: isPublic ? "required" : "if-any",
  });
  // The port comes first: a command that is refused, or finds it taken, makes no database. Beyond loopback a key comes
  // before the port, and a database without one is not made either.
  let running = isPublic ? undefined : await listen(server, { host, port });
  try {
    const use = async (throughline: Throughline, configuration: ResolvedConfiguration): Promise<number> => {
      opening.resolve(throughline);
      running ??= await listen(server, { host, port });
      const { url } = running;
      if (!isPublic) await warnOfOpenHosts(settings, throughline);
      if (options.json === true) await printJson({ url, store: maskSecrets(store), file });
      else {
        // One write: whoever waits for the first line may close the pipe after it.
        await writeOutput(
          `Throughline answers on ${url}\nDocumentation: ${url}/docs\n${describeStore(location)}\n`,
        );
      }
      const cleanUps = cleanUpRegularly(throughline, settings, location);
      const draining = drainRegularly(throughline, configuration);
      const checking = checkReposAtStart(throughline, settings, stop.signal);
      await stop.happened;
      await Promise.all([running.close(), cleanUps?.stop(), draining.stop(), checking]);
      return exitCodes.success;
    };
    // Without a database there is no key: the refusal says what to do.
    return await withThroughline(options, isPublic ? "changes" : "creates", use, () => undefined);
  } catch (error) {
    opening.reject(error);
    throw error;
  } finally {
    await running?.close();
  }
}

/** The names that requests may be sent to, beside the loopback ones: those that were allowed, and the bound address. */
function knownHosts({ host, allowHosts }: Settings): readonly string[] {
  return [...(allowHosts ?? []), host.includes(":") ? `[${host}]` : host];
}

/** Behind a proxy everybody comes from this machine: those who are let in by name should be those who have a key. */
async function warnOfOpenHosts({ allowHosts }: Settings, { store }: Throughline): Promise<void> {
  if (allowHosts === null || allowHosts.length === 0 || (await knowsKeys(store))) return;
  printWarning(
    `the store has no API key, so whoever reaches this server as ${allowHosts.join(", ")} may do everything. Make one with: throughline keys create`,
  );
}

/** Where it is kept what the server takes, without secrets. */
function describeStore(location: StoreLocation): string {
  switch (location.type) {
    case "memory":
      return "Nothing is kept: the store is in memory.";
    case "sqlite":
      return `Database: ${resolve(location.path)}`;
    default:
      return `Store: ${maskSecrets(location.url)}`;
  }
}
