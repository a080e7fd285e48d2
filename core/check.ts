import { calendarMistakes } from './check/calendar.js';
import { displayMistakes, type Displays } from './check/displays.js';
import { paperMistakes } from './check/paper.js';
import { placeMistakes } from './check/places.js';
import { profileMistakes } from './check/profiles.js';
import { sectionsOf, type Mistake } from './check/sections.js';
import { seriesMistakes } from './check/series.js';
import { serviceMistakes, unserved } from './check/services.js';
import { mistakeOf } from './check/shape.js';
import { voiceMistakes } from './check/voice.js';
import { configurationSchema, type Configuration } from './configuration.js';

export type { Displays } from './check/displays.js';
export type { Mistake } from './check/sections.js';

/** A configuration that holds together, or everything that is wrong with it. */
export type Checked =
  { readonly configuration: Configuration } | { readonly mistakes: readonly Mistake[] };

/**
 * Reads one centre's configuration, defaults filled in. Each mistake is reported once, with its
 * path (`services[3].category`) and what to do. A part whose shape is wrong is not looked at
 * further, all others are; that each service is served is looked at when nothing else is wrong.
 * `displays` are the known models of LED displays.
 */
export const checkConfiguration = (raw: unknown, displays: Displays = new Map()): Checked => {
  const shaped = configurationSchema.safeParse(raw);
  const sections = sectionsOf(raw);
  const mistakes = [
    ...(shaped.error?.issues ?? []).flatMap((issue) => mistakeOf(issue, raw)),
    ...serviceMistakes(sections),
    ...seriesMistakes(sections),
    ...profileMistakes(sections),
    ...placeMistakes(sections),
    ...displayMistakes(sections, displays),
    ...calendarMistakes(sections),
    ...voiceMistakes(sections),
    ...paperMistakes(sections),
  ];
  if (!shaped.success || mistakes.length > 0) return { mistakes };
  const missing = unserved(shaped.data);
  return missing.length > 0 ? { mistakes: missing } : { configuration: shaped.data };
};
