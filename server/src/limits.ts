/** What a request may ask of the server, beside what the schemas say. */
export interface Limits {
  /** Bytes of a body. Default: 32 MiB. */
  readonly bodyBytes: number;
  /** Time for a body to arrive, in milliseconds. Default: 60,000. */
  readonly bodyTimeoutMs: number;
}

export const defaultLimits: Limits = { bodyBytes: 32 * 1024 * 1024, bodyTimeoutMs: 60_000 };

/** Characters of a request's URL. */
export const URL_LENGTH = 16 * 1024;
/** Bytes of all headers of a request, with its first line. */
export const HEADER_BYTES = 32 * 1024;
/** Levels of lists and objects that a body may have. */
export const JSON_DEPTH = 600;
