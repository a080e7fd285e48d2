import { describe, expect, test } from 'vitest';
import type { Language } from '../../core/lists.js';
import { GRAMMARS, scriptOf } from '../../core/voice/script.js';
import type { VoiceInUse } from '../../core/voice/use.js';
import { kioskConfiguration, kioskView, receipt } from '../../tests/fixtures/kiosk.js';
import type { Step } from '../flow.svelte.js';
import { Reading, type OnScreen } from './reading.js';

const configuration = kioskConfiguration();
const service = configuration.services.find(({ id }) => id === 's1-2')!;

const voiceOf = (language: Language, without: (text: string) => boolean = () => false) => {
  const script = scriptOf(language, configuration).filter(({ text }) => !without(text));
  const clips = Object.fromEntries(script.map(({ id, text }) => [id, text]));
  const calls = { origin: 'installed', gainDb: 0, clips } as const;
  return { grammar: GRAMMARS[language], gapMs: 30, parts: { calls } } satisfies VoiceInUse;
};

/** What is read of a screen, in the words of the script. */
const heard = (
  changes: Partial<OnScreen>,
  language: Language = 'en',
  without?: (text: string) => boolean,
): string[] => {
  const step: Step = { name: 'welcome' };
  const view = kioskView();
  const quiet = { shut: null, asking: false, doubted: false, paper: null };
  const screen = { step, ...quiet, view, configuration, ...changes };
  const voice = voiceOf(language, without);
  const clips: Readonly<Record<string, string>> = voice.parts.calls.clips;
  return new Reading(language, voice)
    .of(screen)
    .map((phrase) => phrase.map((id) => clips[id]).join(' '));
};

const open = (id = service.id): Step => ({
  name: 'service',
  serviceId: id,
  back: { name: 'welcome' },
});

describe('each page of the kiosk, read to a visitor', () => {
  test('the first page names the most requested services', () => {
    const said = heard({});
    expect(said[0]).toBe('Welcome. Touch the service that you need.');
    const frequent = configuration.services.filter(({ frequent: often }) => often);
    expect(said).toContain(frequent[0]!.name.en);
    expect(said.at(-1)).toMatch(/keep your finger on it/);
  });

  test('a service: how many wait, each paper, and how to take a ticket', () => {
    const said = heard({ step: open() });
    expect(said[0]).toBe(service.name.en);
    expect(said[1]).toBe('People waiting ahead of you: twelve');
    const at = said.indexOf('Papers to bring:');
    const papers = service.papers!.map(({ en }) => en);
    expect(said.slice(at + 1, at + 1 + papers.length)).toEqual(papers);
    expect(said.at(-1)).toMatch(/^To take a ticket/);
    expect(heard({ step: open() }, 'ar')[1]).toMatch(/اِثْنَا عَشَر$/);
  });

  test('a list of papers of which one cannot be read is not read in part', () => {
    const last = service.papers!.at(-1)!.en;
    const said = heard({ step: open() }, 'en', (text) => text === last);
    expect(said).not.toContain('Papers to bring:');
    expect(said).toContain('Please ask at the information desk which papers to bring.');
  });

  test('a service that has stopped says so instead', () => {
    const view = kioskView({ suspended: [service.id] });
    expect(heard({ step: open(), view }).at(-1)).toMatch(/has paused/);
  });

  test('the ticket: its number, the paper, and what comes next', () => {
    const step: Step = { name: 'ticket', receipt: receipt(), services: [service.id] };
    expect(heard({ step, paper: 'take' })).toEqual([
      'Your ticket number is:',
      'A',
      'one zero five',
      'Take the paper below the screen.',
      'Wait until your number is called, then go to the counter.',
    ]);
    expect(heard({ step, paper: 'failed' })[3]).toMatch(/^No paper came out/);
    expect(heard({ step, paper: 'take' }, 'ar').slice(1, 3)).toEqual(['أَلِف', 'مِائَة وَخَمْسَة']);
  });

  test('why there are no tickets, in every state', () => {
    for (const shut of ['offline', 'before', 'closing', 'closed', 'suspended', 'full'] as const) {
      expect(heard({ shut })).toHaveLength(1);
      expect(heard({ shut }, 'ar')).toHaveLength(1);
    }
  });

  test('the priority question, with each ground', () => {
    const said = heard({ asking: true });
    const grounds = configuration.classes.flatMap((entry) => entry.grounds.map(({ en }) => en));
    expect(said.slice(1, -1)).toEqual(grounds);
  });

  test('whether somebody is still there, on whatever page', () => {
    expect(heard({ doubted: true, step: open() })).toEqual([
      'Do you need more time? Touch the screen.',
    ]);
    expect(heard({ doubted: true, asking: true }, 'ar')).toHaveLength(1);
  });

  test('a voice without a centre’s words reads what it has', () => {
    const own = new Set(scriptOf('en', null).map(({ text }) => text));
    const said = heard({}, 'en', (text) => !own.has(text));
    expect(said[0]).toMatch(/^Welcome/);
    expect(said).not.toContain('');
  });
});
