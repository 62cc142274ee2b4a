import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * The range that ports are taken from. It lies below the ports that systems give to outgoing connections: while a
 * server is down, a client that keeps knocking could otherwise be given the server's port, and connect to itself.
 */
const lowestPort = 10_000;
const highestPort = 32_000;

/** Finds a port on loopback that nobody listens on. Another process may still take it first. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(lowestPort, highestPort);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port found between ${lowestPort} and ${highestPort}`);
}

async function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  return promise;
}
