import { once } from "node:events";
import type { Server } from "node:net";
import { connect, createServer } from "node:net";
import { findFreePort } from "./free-port.ts";
import type { CutManner, Direction, LinkMode } from "./link-mode.ts";
import { Link } from "./link.ts";

export interface ProxyOptions {
  /** The port on loopback that links lead to. */
  readonly target: number;
  /** How links behave from the beginning. Default: soundly. */
  readonly mode?: LinkMode;
}

/** What went through a proxy since it was started. */
export interface ProxyStatistics {
  /** Connections that were taken, those that were reset at once among them. */
  readonly connections: number;
  /** Connections that are open now. */
  readonly open: number;
  /** Connections that the proxy cut, or a side reset. */
  readonly cut: number;
  readonly bytesToServer: number;
  readonly bytesToClient: number;
}

export interface Proxy {
  readonly port: number;
  /** Changes how links behave: those that are open, and those to come. An empty mode repairs everything. */
  readonly setMode: (mode: LinkMode) => void;
  /** Cuts every link that is open, by a reset unless told otherwise. New ones are taken. */
  readonly cutAll: (by?: CutManner) => void;
  /** Ends one direction of every link that is open. */
  readonly halfCloseAll: (direction: Direction) => void;
  /** Takes no more connections: they are refused by the system. Links that are open go on. */
  readonly stopListening: () => void;
  /** Takes connections again, on the same port. */
  readonly listenAgain: () => Promise<void>;
  readonly statistics: () => ProxyStatistics;
  /** Cuts everything and ends. */
  readonly stop: () => void;
}

/** Starts a TCP proxy on loopback whose links fail when they are told to. */
export async function startProxy({ target, mode: firstMode = {} }: ProxyOptions): Promise<Proxy> {
  const links = new Set<Link>();
  const counts = { connections: 0, cut: 0, toServer: 0, toClient: 0 };
  let mode = firstMode;
  let change = Promise.withResolvers<void>();
  const announce = () => {
    change.resolve();
    change = Promise.withResolvers();
  };

  // Each direction of a link ends by itself.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    counts.connections += 1;
    if (mode.resetNew === true) {
      counts.cut += 1;
      client.on("error", () => {});
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    const link = new Link(client, upstream, {
      mode: () => mode,
      modeChange: () => change.promise,
      passed: (direction, bytes) => (counts[direction] += bytes),
      wasCut: () => {
        counts.cut += 1;
        announce();
      },
    });
    links.add(link);
    for (const socket of [client, upstream]) {
      socket.once("close", () => {
        if (!link.isOpen) links.delete(link);
      });
    }
  });

  const port = await findFreePort();
  await listen(server, port);
  const cutAll = (by: CutManner = "reset") => {
    for (const link of links) link.cut(by);
  };
  const stopListening = () => {
    // The listening ends at once. The server's own end, which nobody waits for, comes with that of the last link.
    if (server.listening) server.close();
  };
  return {
    port,
    setMode: (next) => {
      mode = next;
      announce();
    },
    cutAll,
    halfCloseAll: (direction) => {
      for (const link of links) link.halfClose(direction);
    },
    stopListening,
    listenAgain: () => listen(server, port),
    statistics: () => ({
      connections: counts.connections,
      open: [...links].filter((link) => link.isOpen).length,
      cut: counts.cut,
      bytesToServer: counts.toServer,
      bytesToClient: counts.toClient,
    }),
    stop: () => {
      stopListening();
      cutAll();
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}
