import { expect, test } from 'vitest';
import { hallConfiguration } from '../../tests/fixtures/board.js';
import { configurationSchema, type VoiceConfig } from '../configuration.js';
import { speakerOf, volumeOf } from './volume.js';

const hall = hallConfiguration();
const voiceOf = (changes: Partial<VoiceConfig>): VoiceConfig => ({ ...hall.voice, ...changes });
const zone = (id: string, board: string | null, volume = 100) => ({ zone: id, board, volume });

test('[HEAR-6] volume follows the hour and the zone, and quiet hours are silent', () => {
  const voice = voiceOf({
    volume: 80,
    hours: [{ from: '12:00', to: '13:00', volume: 40 }],
    quiet: [{ from: '12:30', to: '12:45' }],
    zones: [zone('hall', null, 50)],
  });
  expect(volumeOf(voice, 'hall', '11:59:59')).toBeCloseTo(0.4);
  expect(volumeOf(voice, 'upstairs', '11:59:59')).toBeCloseTo(0.8);
  expect(volumeOf(voice, 'upstairs', '12:00:00')).toBeCloseTo(0.4);
  expect(volumeOf(voice, 'upstairs', '12:30:00')).toBe(0);
  expect(volumeOf(voice, 'upstairs', '12:45:00')).toBeCloseTo(0.4);
  expect(volumeOf(voice, 'upstairs', '13:00:00')).toBeCloseTo(0.8);
  expect(volumeOf(voiceOf({ calls: 'silent' }), 'hall', '10:00:00')).toBe(0);
});

test('[HEAR-6] a quiet night is quiet to its end, the last minute of the day as well', () => {
  const quiet = [
    { from: '22:00', to: '24:00' },
    { from: '00:00', to: '06:00' },
  ];
  const { voice } = configurationSchema.parse({ ...hall, voice: voiceOf({ quiet }) });
  const at = (time: string): number => volumeOf(voice, 'hall', time);
  expect(['22:00:00', '23:59:59', '00:00:00', '05:59:59'].map(at)).toEqual([0, 0, 0, 0]);
  expect([at('21:59:59'), at('06:00:00')]).toEqual([1, 1]);
});

test('[HEAR-6] one board sounds for a zone: the named one, else the first that shows it', () => {
  const [board] = hall.boards;
  const boards = [...hall.boards, { ...board!, id: 'board-2' }];
  const speaker = (zones: VoiceConfig['zones']): string | null =>
    speakerOf({ ...hall, boards, voice: voiceOf({ zones }) }, 'hall');
  expect(speaker([])).toBe(board!.id);
  expect(speaker([zone('hall', 'board-2')])).toBe('board-2');
  expect(speaker([zone('hall', null)])).toBeNull();
  expect(speakerOf(hall, 'upstairs')).toBeNull();
});

test('a configuration of before says nothing of the voice, and boards speak', () => {
  const { voice, ...before } = hall;
  expect(configurationSchema.parse(before).voice).toEqual(voice);
  expect(voice).toMatchObject({ calls: 'spoken', languages: 'ticket', volume: 100 });
});
