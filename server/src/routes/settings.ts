/** How a session is to be run. */
import {
  type SettingsInput,
  type SettingsPatch,
  fromJsonNames,
  settingsJson,
  settingsPatchJson,
  settingsToJson,
} from "@throughline/core";
import { settingsAnswer } from "../answers.ts";
import { jsonResponse } from "../problem-response.ts";
import type { Route } from "../route.ts";

export const settingsRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/sessions/:id/settings",
    operationId: "getSettings",
    summary: "Read how a session is to be run",
    description: "The defaults, with null for both times, while nobody has set any.",
    answers: { 200: { description: "The settings.", schema: settingsAnswer } },
    refusals: [404],
    async handle({ throughline, settings, param }) {
      return jsonResponse(200, settingsToJson(await throughline.settings.get(param("id"), settings)));
    },
  },
  {
    method: "PUT",
    path: "/sessions/:id/settings",
    operationId: "setSettings",
    summary: "Set all settings of a session",
    description: "What is left out gets its default.",
    body: { schema: settingsJson },
    answers: { 200: { description: "The settings as they are now.", schema: settingsAnswer } },
    refusals: [404, 409],
    async handle({ throughline, body, param }) {
      const given = fromJsonNames(body) as SettingsInput;
      return jsonResponse(200, settingsToJson(await throughline.settings.set(param("id"), given)));
    },
  },
  {
    method: "PATCH",
    path: "/sessions/:id/settings",
    operationId: "changeSettings",
    summary: "Change some settings of a session",
    description:
      "A JSON merge patch (RFC 7396): what is left out stays, null brings the default back, servers are merged.",
    body: { schema: settingsPatchJson, types: ["application/merge-patch+json", "application/json"] },
    answers: { 200: { description: "The settings as they are now.", schema: settingsAnswer } },
    refusals: [404, 409],
    async handle({ throughline, body, param }) {
      const patch = fromJsonNames(body) as SettingsPatch;
      return jsonResponse(200, settingsToJson(await throughline.settings.update(param("id"), patch)));
    },
  },
];
