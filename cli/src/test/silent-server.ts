import { once } from "node:events";
import { type AddressInfo, type Socket, createServer } from "node:net";
import { onTestFinished } from "vitest";

/** The port of a server that takes connections and never says a word, until the test is over. */
export async function silentServer(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on("error", () => undefined))).listen(
    0,
    "127.0.0.1",
  );
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
