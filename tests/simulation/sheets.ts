import { of, serviceId, type Maker } from './wishes.js';

/** Papers about services and pads of numbers, now and then given up. */
export const sheet: Maker = (scene, { a, b, c }) => {
  const kioskId = of(['kiosk-1', 'kiosk-2', 'nowhere'], a);
  const pads = [...(scene.state.day?.sheets.values() ?? [])].filter(({ of }) => of.kind === 'pad');
  if (c % 9 === 8 || (pads.length > 0 && b % 2 === 0)) return { type: 'cancelPad' };
  if (c % 3 === 1) {
    return { type: 'printInformation', serviceId: serviceId(scene, b), language: 'ar', kioskId };
  }
  const from = 899 + (a % 20);
  return { type: 'printPad', seriesId: 'pad', from, to: from + (b % 4), kioskId };
};

/** A part of a sheet that has come out, if one waits. */
export const reportOfSheet: Maker = ({ state }, { a, b }) => {
  const sheets = [...(state.day?.sheets.values() ?? [])];
  const waiting = sheets.length === 0 ? undefined : of(sheets, a);
  const part = waiting === undefined ? 0 : of([...waiting.left], b);
  return {
    ...{ type: 'reportPrint', paperId: waiting?.id ?? 'nowhere:1', part, state: 'confirmed' },
  };
};
