/**
 * The process of a server: `serve.ts <what> <directory> <durability>` tells its parent where it listens, and ends
 * when the parent lets go of it or dies.
 */
import type { Server } from "@throughline/server";
import { join } from "node:path";
import type { Durability } from "../harness/contestant.ts";
import { reference } from "../reference/reference.ts";
import { bareRoutes } from "./bare-routes.ts";
import { memorySubject } from "./memory-subject.ts";

/** What can be served: the product, a route that keeps nothing on disk, and the same with the reference behind it. */
export type Served = "product" | "bare" | "reference";

const [what, directory, durability] = process.argv.slice(2) as [Served, string, Durability];

interface Opened {
  readonly server: Server;
  close(): Promise<void>;
}

async function open(): Promise<Opened> {
  switch (what) {
    case "product": {
      const { openThroughline } = await import("throughline");
      const { createServer } = await import("@throughline/server");
      const store = `sqlite:${join(directory, "throughline.db")}`;
      const throughline = await openThroughline({ store, durability });
      return { server: createServer({ throughline }), close: () => throughline.close() };
    }
    case "bare":
      return { server: bareRoutes(memorySubject()), close: async () => undefined };
    case "reference": {
      const subject = await reference.open({ directory, durability, grouped: true });
      return { server: bareRoutes(subject), close: () => subject.close() };
    }
  }
}

const { listen } = await import("@throughline/server");
const { server, close } = await open();
const running = await listen(server, { port: 0 });
process.once("disconnect", () => void running.close().then(close));
process.send?.(running.url);
