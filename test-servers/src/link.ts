import type { Socket } from "node:net";
import { LinkDirection } from "./link-direction.ts";
import type { CutManner, Direction, LinkMode } from "./link-mode.ts";

/** What a link asks of the proxy that it belongs to. */
export interface LinkOwner {
  readonly mode: () => LinkMode;
  /** Resolves when the mode changes, or the link is cut. */
  readonly modeChange: () => Promise<void>;
  readonly passed: (direction: Direction, bytes: number) => void;
  readonly wasCut: () => void;
}

/** One connection through a proxy. */
export class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #owner: LinkOwner;
  #isCut = false;
  #losesReply = false;
  #counted: { mode: LinkMode; bytes: number } | undefined;

  constructor(client: Socket, server: Socket, owner: LinkOwner) {
    this.#client = client;
    this.#server = server;
    this.#owner = owner;
    void new LinkDirection(client, server, this.#direct("toServer"));
    void new LinkDirection(server, client, this.#direct("toClient"));
  }

  get isOpen(): boolean {
    return !this.#isCut && !(this.#client.destroyed && this.#server.destroyed);
  }

  cut(by: CutManner): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#owner.wasCut();
    for (const socket of [this.#client, this.#server]) {
      if (by === "reset") socket.resetAndDestroy();
      else socket.destroySoon();
    }
  }

  /** Ends one direction in good order. The other goes on. */
  halfClose(direction: Direction): void {
    (direction === "toServer" ? this.#server : this.#client).end();
  }

  #direct(direction: Direction): ConstructorParameters<typeof LinkDirection>[2] {
    const mode = this.#owner.mode;
    return {
      direction,
      latencyMilliseconds: () => mode().latencyMilliseconds ?? 0,
      bytesPerSecond: () => mode().bytesPerSecond ?? Number.POSITIVE_INFINITY,
      untilOpen: async () => {
        while (!this.#isCut && (mode().blackHole === "both" || mode().blackHole === direction)) {
          await this.#owner.modeChange();
        }
      },
      admit: (content) => this.#admit(direction, content),
      passed: (bytes) => this.#owner.passed(direction, bytes),
      cut: () => this.cut(mode().cutAfter?.by ?? "reset"),
    };
  }

  #admit(direction: Direction, content: Buffer): number {
    const mode = this.#owner.mode();
    if (this.#isCut) return 0;
    if (direction === "toServer" && mode.loseReplyTo?.(content) === true) this.#losesReply = true;
    if (direction === "toClient" && this.#losesReply) return 0;
    if (mode.cutAfter?.direction !== direction) return content.length;
    if (this.#counted?.mode !== mode) this.#counted = { mode, bytes: 0 };
    const admitted = Math.min(content.length, mode.cutAfter.bytes - this.#counted.bytes);
    this.#counted.bytes += admitted;
    return admitted;
  }
}
