import { resolve } from "node:path";
import type { Throughline } from "@throughline/core";
import { createServer, listen } from "@throughline/server";
import { resolveConfiguration } from "../configuration/resolve-configuration.ts";
import { exitCodes } from "../exit-codes.ts";
import { explicitSettings } from "../explicit-settings.ts";
import { maskSecrets } from "../mask-secrets.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { type StoreLocation, parseStoreUrl } from "../store-url.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";

export interface ServeOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: number;
}

/** Serves until SIGINT or SIGTERM; requests that have begun are finished, and what they wrote is kept. */
export async function serve(options: ServeOptions): Promise<number> {
  const { settings } = await resolveConfiguration(explicitSettings(options));
  const { host, port, store } = settings;
  const location = parseStoreUrl(store);
  const file = location.type === "sqlite" ? resolve(location.path) : null;
  const stop = onInterrupt();
  // The port comes first: a command that is refused, or finds it taken, makes no database.
  const opening = Promise.withResolvers<Throughline>();
  const running = await listen(createServer({ throughline: opening.promise }), { host, port });
  try {
    return await withThroughline(options, "creates", async (throughline) => {
      opening.resolve(throughline);
      if (options.json === true) await printJson({ url: running.url, store: maskSecrets(store), file });
      else {
        // One write: whoever waits for the first line may close the pipe after it.
        await writeOutput(
          `Throughline answers on ${running.url}\nDocumentation: ${running.url}/docs\n${describeStore(location)}\n`,
        );
      }
      await stop.happened;
      await running.close();
      return exitCodes.success;
    });
  } catch (error) {
    opening.reject(error);
    throw error;
  } finally {
    await running.close();
  }
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
