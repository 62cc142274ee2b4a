/** A plain HTTP server that answers what a test says: what proxies, portals and other programs do. */
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface AnsweringServer {
  readonly url: string;
  readonly port: number;
  /** Requests that came, by method and path. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Answers every request with `answer`, after its body has come. */
export async function answeringServer(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<AnsweringServer> {
  const requests: string[] = [];
  const http = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(request, response, Buffer.concat(chunks).toString()));
    request.on("error", () => undefined);
  });
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  http.listen(0, "127.0.0.1", resolve);
  await listening;
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    async close() {
      const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
      http.close(() => onClosed());
      http.closeAllConnections();
      await closed;
    },
  };
}

/** What a server that may be used says of itself. */
export function description(kinds: readonly object[]): object {
  return {
    product: "throughline",
    protocol: 1,
    version: "0.0.0",
    capabilities: {
      name: "memory",
      durability: "none",
      unknownOutcomes: false,
      shared: false,
      search: "scan",
    },
    kinds,
  };
}
