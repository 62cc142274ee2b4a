/** One request to a server and its answer, or the error that says why there is none. */
import { ThroughlineError, isThroughlineError } from "@throughline/core";
import { connectionError, timeoutError } from "./connection-error.ts";
import { foreignAnswer, refusalOf } from "./refusal.ts";

export interface ConnectionOptions {
  /** Without a slash at the end. */
  readonly base: string;
  /** For people: where the server is, without what is secret. */
  readonly server: string;
  readonly timeoutMs: number;
  readonly headers: (tenant: string | undefined) => Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
}

export interface Call {
  readonly path: string;
  readonly tenant?: string;
  /** JSON. Absent: the call is a GET. */
  readonly body?: string;
  /** Gives up waiting. Leave it out where what was begun has to be followed to its end. */
  readonly signal?: AbortSignal | undefined;
  /** It is about all that there is, and may take `LONG` times the limit. */
  readonly isLong?: boolean;
}

const LONG = 10;

export class Connection {
  readonly #options: ConnectionOptions;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /**
   * Sends a call that changes nothing. It is sent once more where the connection broke: servers close those that were
   * idle, and the client learns of it by using one.
   */
  async ask(call: Call): Promise<unknown> {
    try {
      return await this.send(call);
    } catch (error) {
      if (!isThroughlineError(error) || error.reason !== "connection_lost") throw error;
      return this.send(call);
    }
  }

  /** Sends a call once; answers the JSON of its answer, undefined for none. @throws ThroughlineError, or the signal's reason */
  async send(call: Call): Promise<unknown> {
    const { signal } = call;
    signal?.throwIfAborted();
    const headers = this.#headersOf(call);
    const timeoutMs = this.#options.timeoutMs * (call.isLong === true ? LONG : 1);
    const timer = new AbortController();
    const timeout = setTimeout(() => timer.abort(), timeoutMs);
    const stop = signal === undefined ? timer.signal : AbortSignal.any([timer.signal, signal]);
    try {
      const response = await this.#fetch(call, headers, stop);
      return this.#read(response, await response.text());
    } catch (error) {
      if (isThroughlineError(error)) throw error;
      signal?.throwIfAborted();
      const { server } = this.#options;
      throw timer.signal.aborted ? timeoutError(timeoutMs, server, error) : connectionError(error, server);
    } finally {
      clearTimeout(timeout);
    }
  }

  /** Built before anything is sent: what the caller's function gives may be no headers. */
  #headersOf({ tenant, body }: Call): Headers {
    try {
      return new Headers({
        accept: "application/json",
        ...(body === undefined ? undefined : { "content-type": "application/json" }),
        ...this.#options.headers(tenant),
      });
    } catch (cause) {
      throw new ThroughlineError("invalid", "The option headers gives no headers that can be sent.", {
        reason: "option",
        outcome: "refused",
        details: { option: "headers" },
        cause,
      });
    }
  }

  #fetch({ path, body }: Call, headers: Headers, signal: AbortSignal): Promise<Response> {
    const { base, fetch } = this.#options;
    return fetch(`${base}/v1/store${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers,
      ...(body === undefined ? undefined : { body }),
      // A redirected POST would become a GET.
      redirect: "manual",
      cache: "no-store",
      signal,
    });
  }

  #read({ status, type }: Response, text: string): unknown {
    const { server } = this.#options;
    if (status === 204) return undefined;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      if (status === 200) throw foreignAnswer(status, server, error);
    }
    if (status === 200) return json;
    // A proxy may make another success of the server's: what was sent may have been carried out.
    if (status > 200 && status < 300) throw foreignAnswer(status, server);
    // Browsers hide where a redirection goes, and its status.
    throw refusalOf(type === "opaqueredirect" ? 307 : status, json, server);
  }
}
