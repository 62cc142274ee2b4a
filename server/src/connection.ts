/** What carries an answer. */
export interface Connection {
  /** Cuts it off. */
  destroy(): unknown;
  /** The other end's IP address. Behind a proxy it is the proxy's. */
  readonly address?: string | undefined;
}
