/** A direction of a link: requests go to the server, answers to the client. */
export type Direction = "toServer" | "toClient";

/** How a link ends: by a reset, as of a machine that crashed, or by a close in good order. */
export type CutManner = "reset" | "close";

/** How links behave. Without a field, that fault is absent; an empty mode is a sound link. */
export interface LinkMode {
  /** Time that everything takes on its way, in each direction. */
  readonly latencyMilliseconds?: number;
  /** How much passes, in each direction of each link. */
  readonly bytesPerSecond?: number;
  /** Nothing passes, not even the end of a connection. What was sent waits, and passes when the mode changes. */
  readonly blackHole?: Direction | "both";
  /** Links are cut once this many bytes passed in the direction, counted from the time the mode was set. */
  readonly cutAfter?: { readonly direction: Direction; readonly bytes: number; readonly by?: CutManner };
  /**
   * Looks at each piece that goes to the server. Where it says true, the piece is delivered, and the link is cut when
   * the server answers: the request was carried out, and nobody learns of it.
   */
  readonly loseReplyTo?: (request: Buffer) => boolean;
  /** New connections are reset at once. To have them refused by the system, stop listening. */
  readonly resetNew?: boolean;
}
