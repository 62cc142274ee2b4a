import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Contestant, OpenSettings, Subject } from "../harness/contestant.ts";
import { openProduct } from "../throughline/open-product.ts";
import { connectPlainly } from "./plain-client.ts";
import type { Served } from "./serve.ts";

const program = fileURLToPath(new URL("serve.ts", import.meta.url));

/** Each opens a server in a process of its own, on a file of its folder, and uses it from the measuring process. */
function servedBy(
  name: string,
  role: "product" | "reference",
  what: Served,
  connect: (url: string) => Subject | Promise<Subject>,
): Contestant {
  return {
    name,
    role,
    on: "http",
    sharesFile: false,
    needsInstall: false,
    async open(settings) {
      const server = await startServing(what, settings);
      const subject = await connect(server.url);
      return {
        ...subject,
        async close() {
          await subject.close();
          await server.stop();
        },
      };
    },
  };
}

/** The product's store for servers. */
export const throughlineOverHttp = servedBy("Throughline over HTTP", "product", "product", (url) =>
  openProduct({ store: url }),
);

/** The product's routes, used by a plain client: compared with the two below, which the same client uses. */
export const productRoute = servedBy("Throughline's route", "product", "product", connectPlainly);

/** A route that keeps nothing on disk: the limit that the goals are stated against. */
export const bareRoute = servedBy("bare Hono route", "reference", "bare", connectPlainly);

/** The same route with the reference on a file behind it: what a durable append by hand leaves of it. */
export const referenceRoute = servedBy(
  "bare Hono route over the reference",
  "reference",
  "reference",
  connectPlainly,
);

async function startServing(
  what: Served,
  { directory, durability }: OpenSettings,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const child = fork(program, [what, directory, durability], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once("message", (message) => resolve(message as string));
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`The server ended with ${signal ?? code}`)));
  });
  return {
    url,
    async stop() {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}
