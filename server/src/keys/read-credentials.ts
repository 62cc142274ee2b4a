/**
 * The key that a request carries: `Authorization: Bearer <key>`, or `x-api-key` where a proxy has its own use for the
 * first. Never a parameter of the URL, which proxies and browsers write down.
 */
export function readCredentials({ headers }: Request): string | undefined {
  const bearer = /^bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "")?.[1];
  return bearer ?? headers.get("x-api-key")?.trim();
}
