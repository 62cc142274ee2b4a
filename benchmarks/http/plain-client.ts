import { Agent, request } from "node:http";
import type { MessageFacts, Subject } from "../harness/contestant.ts";

const largestAppend = 1000;

/** Sends JSON by `node:http` on connections that stay open, as many as there are requests at a time. */
class PlainClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  send(method: "GET" | "POST", path: string, body?: unknown): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const text = body === undefined ? "" : JSON.stringify(body);
    const headers = {
      accept: "application/json",
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    };
    const sent = request(`${this.#base}${path}`, { method, headers, agent: this.#agent }, (response) => {
      let answer = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        answer += chunk;
      });
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode = 0 } = response;
        if (statusCode < 300) resolve(JSON.parse(answer));
        else reject(new Error(`${method} ${path} answers ${statusCode}: ${answer}`));
      });
    });
    sent.on("error", reject);
    sent.end(text);
    return promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** The routes for sessions and messages, used by a plain client as any program would. */
export function connectPlainly(base: string): Subject {
  const client = new PlainClient(`${base}/v1/sessions`);
  return {
    async createSession(title) {
      const created = await client.send("POST", "", { user_id: "local", title });
      return (created as { readonly session_id: string }).session_id;
    },
    async append(session, messages) {
      for (let start = 0; start < messages.length; start += largestAppend) {
        const slice = messages.slice(start, start + largestAppend);
        await client.send("POST", `/${session}/messages`, {
          messages: slice.map(({ id, role, text }) => ({ id, role, content: text })),
        });
      }
    },
    async readLast(session, count) {
      const page = await client.send("GET", `/${session}/messages?last=${count}`);
      return (page as { readonly items: readonly unknown[] }).items;
    },
    async countMessages(session) {
      const found = await client.send("GET", `/${session}`);
      return (found as { readonly message_count: number }).message_count;
    },
    describe: describeMessage,
    close: async () => client.close(),
  };
}

function describeMessage(message: unknown): MessageFacts {
  const { id, content } = message as { readonly id: string; readonly content: string };
  return { id, text: content };
}
