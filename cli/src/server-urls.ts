/** What URLs of database servers say besides where the server is. They are kept as text: a URL may name several hosts. */

interface SplitUrl {
  readonly base: string;
  readonly parameters: readonly string[];
}

function split(url: string): SplitUrl {
  const at = url.indexOf("?");
  if (at < 0) return { base: url, parameters: [] };
  return {
    base: url.slice(0, at),
    parameters: url
      .slice(at + 1)
      .split("&")
      .filter((text) => text !== ""),
  };
}

function join({ base, parameters }: SplitUrl): string {
  return parameters.length === 0 ? base : `${base}?${parameters.join("&")}`;
}

/** Takes the parameter `schema` out of the URL of a PostgreSQL server: the driver doesn't know it. */
export function takeSchema(url: string): { readonly url: string; readonly schema?: string } {
  const { base, parameters } = split(url);
  const isSchema = (parameter: string) => parameter.startsWith("schema=");
  const schema = parameters.findLast(isSchema)?.slice("schema=".length);
  if (schema === undefined) return { url };
  return { url: join({ base, parameters: parameters.filter((parameter) => !isSchema(parameter)) }), schema };
}

/** The URL of a MongoDB server with this database in its path. Who logs in does so where the URL said before. */
export function withDatabase(url: string, name: string): string {
  const { base, parameters } = split(url);
  const [, start = base, before = ""] = /^([a-z+]+:\/\/[^/]*)(?:\/(.*))?$/is.exec(base) ?? [];
  const says = (option: string) => parameters.some((text) => text.toLowerCase().startsWith(`${option}=`));
  const logsIn = start.includes("@") && !says("authsource") && !says("authmechanism");
  const login = logsIn ? [`authSource=${before === "" ? "admin" : before}`] : [];
  return join({ base: `${start}/${encodeURIComponent(name)}`, parameters: [...parameters, ...login] });
}
