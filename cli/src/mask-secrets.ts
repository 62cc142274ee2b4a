const mask = "***";

/** A URL without the password, tokens and keys in it. */
export function maskSecrets(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#]*?):[^/?#]*@/i, `$1:${mask}@`)
    .replace(/([?&;#][^=&;#]*(?:password|passwd|pwd|token|secret|key|auth)[^=&;#]*=)[^&;#]*/gi, `$1${mask}`);
}
