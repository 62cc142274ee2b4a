import { BlockList, isIPv6 } from "node:net";
import { resolve } from "node:path";
import { ThroughlineError } from "@throughline/core";
import { type RunningServer, createServer, listen } from "@throughline/server";
import { exitCodes } from "../exit-codes.ts";
import { explicitSettings } from "../explicit-settings.ts";
import { maskSecrets } from "../mask-secrets.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { parseStoreUrl } from "../store-url.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { resolveConfiguration } from "../configuration/resolve-configuration.ts";

export interface ServeOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: number;
}

export async function serve(options: ServeOptions): Promise<number> {
  const { settings } = await resolveConfiguration(explicitSettings(options));
  const { host, port, store } = settings;
  // Before the store is opened: a refused command leaves nothing behind.
  refuseBeyondLoopback(host);
  const stop = onInterrupt();
  return withThroughline(options, "writes", async (throughline) => {
    const running = await startListening(createServer({ throughline }), host, port);
    const location = parseStoreUrl(store);
    const file = location.type === "sqlite" ? resolve(location.path) : null;
    if (options.json === true) await printJson({ url: running.url, store: maskSecrets(store), file });
    else {
      await writeOutput(`Throughline answers on ${running.url}\n`);
      await writeOutput(file === null ? "Nothing is kept: the store is in memory.\n" : `Database: ${file}\n`);
    }
    await stop.happened;
    // Requests that have begun are finished; then the store is closed.
    await running.close();
    return exitCodes.success;
  });
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Others could read and write everything: whoever can reach the port needs no key. */
function refuseBeyondLoopback(host: string): void {
  if (host === "localhost" || loopback.check(host, isIPv6(host) ? "ipv6" : "ipv4")) return;
  throw new ThroughlineError(
    "forbidden",
    `The server listens on this machine only: ${host} is not a loopback address. Use 127.0.0.1, ::1 or localhost.`,
    { reason: "not_loopback", outcome: "refused", details: { host } },
  );
}

const problems: Readonly<Record<string, string>> = {
  EADDRINUSE: "it is taken by another program. Choose another with --port, or 0 for any that is free",
  EACCES: "this user may not use it. Choose one from 1024 on with --port",
  EADDRNOTAVAIL: "this machine does not have the address",
};

async function startListening(
  server: ReturnType<typeof createServer>,
  host: string,
  port: number,
): Promise<RunningServer> {
  try {
    return await listen(server, { host, port });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const problem = problems[code];
    if (problem === undefined) throw cause;
    throw new ThroughlineError(
      "unavailable",
      `The server can't listen on ${host}, port ${port}: ${problem}.`,
      {
        reason: "port",
        cause,
      },
    );
  }
}
