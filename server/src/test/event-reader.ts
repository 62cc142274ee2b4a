/** Reads server-sent events as a browser does. */

export interface ReceivedEvent {
  readonly event: string;
  readonly id: string;
  readonly data: Readonly<Record<string, never>> & {
    readonly changes?: readonly Readonly<Record<string, unknown>>[];
  };
}

export class EventReader {
  /** What a client would send back as `Last-Event-ID`. */
  lastId = "";
  comments: string[] = [];
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(body: ReadableStream<Uint8Array> | null) {
    if (body === null) throw new Error("There is no body.");
    this.#reader = body.getReader();
  }

  /** The next event; undefined at the end of the stream. */
  async next(): Promise<ReceivedEvent | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end < 0) {
        const { done, value } = await this.#reader.read();
        if (done) return undefined;
        this.#text += this.#decoder.decode(value, { stream: true });
        continue;
      }
      const block = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      const event = this.#readBlock(block);
      if (event !== undefined) return event;
    }
  }

  /** The next so many events. */
  async take(count: number): Promise<readonly ReceivedEvent[]> {
    const events: ReceivedEvent[] = [];
    while (events.length < count) {
      const event = await this.next();
      if (event === undefined) throw new Error(`The stream ended after ${events.length} events.`);
      events.push(event);
    }
    return events;
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }

  #readBlock(block: string): ReceivedEvent | undefined {
    const fields = new Map<string, string>();
    for (const line of block.split("\n")) {
      const [, name = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
      if (name === "") this.comments.push(value);
      else fields.set(name, value);
    }
    this.lastId = fields.get("id") ?? this.lastId;
    const data = fields.get("data");
    if (data === undefined) return undefined;
    const event = fields.get("event") ?? "message";
    return { event, id: this.lastId, data: JSON.parse(data) as ReceivedEvent["data"] };
  }
}
