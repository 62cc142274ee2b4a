/** The API on one page for people: no script, nothing fetched from elsewhere. */
import { problemCodes } from "@throughline/core";
import { html, raw } from "hono/html";
import { describeOperation } from "./describe-operation.ts";
import type { Route } from "./route.ts";
import { namedSchemas } from "./to-json-schema.ts";

type Html = ReturnType<typeof html>;

const style = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid #8886; border-radius: 4px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid #8886; }
h2 { margin-top: 3rem; } h3 { margin-top: 2rem; }
.method { font-weight: bold; }
`;

/** The page, as HTML. */
export async function documentationPage(routes: readonly Route[]): Promise<string> {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Throughline: HTTP API</title>
        <style>
          ${raw(style)}
        </style>
      </head>
      <body>
        <h1>Throughline: HTTP API</h1>
        <p>
          Sessions and messages of AI agents. All paths are also under <code>/v1</code>. Bodies are JSON in
          UTF-8; times are ISO 8601 in UTC. Lists answer <code>items</code> and <code>next_cursor</code>,
          which is null at the end. For programs: <a href="openapi.json">openapi.json</a>.
        </p>
        <ul>
          ${routes.map(
            ({ method, path, operationId, summary }) =>
              html` <li>
                <a href="#${operationId}"><code>${method} ${readablePath(path)}</code></a> ${summary}
              </li>`,
          )}
        </ul>
        ${routes.map(routeSection)}
        <h2 id="problems">Problems</h2>
        <p>
          Every refusal is <code>application/problem+json</code>: <code>detail</code> is for a person,
          <code>code</code> and <code>reason</code> for a program.
        </p>
        <table>
          <tr>
            <th>code</th>
            <th>status</th>
            <th>meaning</th>
          </tr>
          ${problemCodes.map(
            ({ code, status, title }) =>
              html` <tr id="${code}">
                <td><code>${code}</code></td>
                <td>${status}</td>
                <td>${title}</td>
              </tr>`,
          )}
        </table>
        <h2 id="schemas">Schemas</h2>
        ${Object.entries(namedSchemas()).map(
          ([name, schema]) =>
            html` <h3 id="schema-${name}">${name}</h3>
              <pre>${JSON.stringify(schema, null, 2)}</pre>`,
        )}
      </body>
    </html> `;
  return page;
}

function routeSection(route: Route): Html {
  const { operationId, method, path, summary, description = "" } = route;
  const { parameters = [], responses = {} } = describeOperation(route);
  return html` <h2 id="${operationId}">${summary}</h2>
    <p>
      <code><span class="method">${method}</span> ${readablePath(path)}</code>
    </p>
    <p>${description}</p>
    ${parameterTable(parameters as readonly ParameterRow[])}
    <table>
      <tr>
        <th>status</th>
        <th>answer</th>
      </tr>
      ${Object.entries(responses).map(
        ([status, answer]) =>
          html` <tr>
            <td>${status}</td>
            <td>${"description" in answer ? answer.description : ""}</td>
          </tr>`,
      )}
    </table>`;
}

interface ParameterRow {
  readonly name: string;
  readonly in: string;
  readonly description?: string;
}

function parameterTable(parameters: readonly ParameterRow[]): Html | string {
  if (parameters.length === 0) return "";
  return html`<table>
    <tr>
      <th>parameter</th>
      <th>in</th>
      <th>meaning</th>
    </tr>
    ${parameters.map(
      ({ name, in: place, description = "" }) =>
        html` <tr>
          <td><code>${name}</code></td>
          <td>${place}</td>
          <td>${description}</td>
        </tr>`,
    )}
  </table>`;
}

function readablePath(path: string): string {
  return path.replace(/:(\w+)/g, "{$1}");
}
