import type { Millis } from '../configuration.js';
import type { DeviceId } from '../events.js';
import type {
  KioskDoor,
  KioskView,
  PrinterState,
  PrintState,
  ViewBase,
} from '../protocol/views.js';
import { nextNumber } from '../series.js';
import type { Configurations, DayState, State } from '../state.js';
import type { Configuration } from '../configuration.js';
import { aheadOfNew, currentConfiguration, hallTimes } from './hall.js';

/** What the server knows of a kiosk's devices, which is not in the log. */
export interface KioskLive {
  readonly deviceId: DeviceId;
  readonly printer: PrinterState;
  readonly printing: Readonly<Record<string, PrintState>>;
  readonly elsewhere: readonly DeviceId[];
  readonly door: KioskDoor | null;
}

const fullServices = (configuration: Configuration, day: DayState): string[] => {
  const full = new Set(
    configuration.categories
      .filter((category) => typeof nextNumber(day, category) !== 'number')
      .map(({ id }) => id),
  );
  return configuration.services.filter(({ category }) => full.has(category)).map(({ id }) => id);
};

export const kioskView = (
  state: State,
  configurations: Configurations,
  { at, live }: { readonly at: Millis; readonly live: KioskLive },
): Omit<KioskView, keyof ViewBase | 'voice'> => {
  const configuration = currentConfiguration(state, configurations);
  const { day } = state;
  return {
    hall: hallTimes(state, configuration, at),
    ahead: day === null ? {} : aheadOfNew(configuration, day, at),
    suspended: day === null ? [] : [...day.suspensions.keys()].filter((id) => id !== ''),
    full: day === null ? [] : fullServices(configuration, day),
    printer: live.printer,
    printing: live.printing,
    elsewhere: live.elsewhere,
    helpAsked: day?.help.has(live.deviceId) ?? false,
    announcement: day?.announcement ?? null,
    door: live.door,
  };
};
