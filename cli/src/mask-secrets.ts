/** Keeps passwords and keys out of everything that is printed. */
const mask = "***";

const secretName = /pass|pwd|token|secret|key|auth|credential/i;

/** A URL without the password, tokens and keys in it. It hides too much rather than too little: what is wrongly encoded, too. */
export function maskSecrets(url: string): string {
  if (/^(sqlite|file|memory):/i.test(url)) return url;
  return maskWords(maskParameters(maskUser(url)));
}

/** A text without the secrets of the URLs that it quotes, such as the message of a driver. */
export function maskSecretsIn(text: string): string {
  return text.replace(/[a-z][a-z0-9+.-]*:\/\/[^\s"'`<>]+/gi, maskSecrets);
}

/**
 * What stands before the last @ holds a password after its first colon. For HTTP the name alone may be a token; and who
 * mistyped the slashes may have no name there.
 */
function maskUser(url: string): string {
  const [, start = "", rest = ""] = /^((?:[a-z][a-z0-9+.-]*:)?\/*)(.*)$/is.exec(url) ?? [];
  const hidesName = /^https?:/i.test(start) || /:\/?$/.test(start);
  return (
    start + (hidesName ? rest.replace(/^.*@/s, `${mask}@`) : rest.replace(/^([^:@]*):.*@/s, `$1:${mask}@`))
  );
}

function maskParameters(url: string): string {
  return url.replace(/([?&;#])([^=&;#]*)=([^&;#]*)/g, (whole, before: string, name: string) =>
    secretName.test(decoded(name)) ? `${before}${name}=${mask}` : whole,
  );
}

/** What PostgreSQL's own programs take is no URL, and people give it: `host=… password=…`. Its values may hold spaces. */
function maskWords(text: string): string {
  return text.replace(/((?:^|\s)\w*pass\w*\s*=\s*).*$/is, `$1${mask}`);
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
