import { categoryOf, serviceOf } from '../catalogue.js';
import type { DayEvent, DeviceId, ServiceId, SheetOf } from '../events.js';
import type { Language } from '../lists.js';
import { isLate, SHEET_PARTS_MAX } from '../paper.js';
import { refuse, type Refusal } from '../protocol/refusals.js';
import type { Sheet } from '../state.js';
import { printerAt, type Hall } from './hall.js';

/** What is asked about sheets, whoever asks it. */
export type SheetCommand =
  | {
      readonly type: 'printInformation';
      readonly serviceId: ServiceId;
      readonly language: Language;
      readonly kioskId: DeviceId;
    }
  | {
      readonly type: 'printPad';
      readonly seriesId: string;
      readonly from: number;
      readonly to: number;
      readonly kioskId: DeviceId;
    }
  | { readonly type: 'cancelPad' };

const order = (hall: Hall, kioskId: DeviceId, of: SheetOf): DayEvent[] | Refusal => {
  const printer = printerAt(hall, kioskId);
  if ('refused' in printer) return printer;
  const before = [...hall.day.sheets.values()].filter(
    (sheet) => sheet.kioskId === kioskId && sheet.of.kind === of.kind,
  );
  // Whoever asked for information that did not come out has gone; a pad is waited for.
  const isWanted = ({ orderedAt }: Sheet): boolean =>
    of.kind === 'pad' || !isLate(orderedAt, hall.asked.at);
  if (before.some(isWanted)) return refuse('paper.onItsWay');
  return [
    ...before.map(({ id: sheetId }) => ({ type: 'sheet.cancelled', sheetId }) as const),
    { type: 'sheet.ordered', sheetId: hall.idAt(before.length), kioskId, of },
  ];
};

/** [SHEET-1] [SHEET-2] Papers about a service, and pads of numbers to be given out by hand. */
export const decideSheet = (hall: Hall, command: SheetCommand): DayEvent[] | Refusal => {
  switch (command.type) {
    case 'printInformation': {
      const { serviceId, language, kioskId } = command;
      if (serviceOf(hall.configuration, serviceId) === undefined) return refuse('service.unknown');
      return order(hall, kioskId, { kind: 'information', serviceId, language });
    }
    case 'printPad': {
      const { seriesId, from, to, kioskId } = command;
      const pad = categoryOf(hall.configuration, seriesId);
      const fits = pad?.reserved === true && pad.min <= from && from <= to && to <= pad.max;
      if (!fits || to - from >= SHEET_PARTS_MAX) return refuse('pad.unknown');
      return order(hall, kioskId, { kind: 'pad', seriesId, from, to });
    }
    case 'cancelPad': {
      const pads = [...hall.day.sheets.values()].filter(({ of }) => of.kind === 'pad');
      if (pads.length === 0) return refuse('paper.notWaiting');
      return pads.map(({ id: sheetId }) => ({ type: 'sheet.cancelled', sheetId }));
    }
  }
};

/** [SHEET-3] Each part of a sheet ends once. */
export const reportSheet = (
  { day }: Hall,
  { sheetId, part }: { readonly sheetId: string; readonly part: number },
): DayEvent[] =>
  day.sheets.get(sheetId)?.left.has(part) === true
    ? [{ type: 'sheet.printed', sheetId, part }]
    : [];
