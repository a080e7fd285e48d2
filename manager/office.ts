import type { DayReport } from '../core/kpi.js';
import type { PaperDesign } from '../core/design.js';
import type { ExportName, Language } from '../core/lists.js';
import type {
  FoundTicket,
  PaperPreview,
  PaperSaved,
  PaperWish,
  StaffMember,
  VoiceAnswer,
} from '../core/protocol/api.js';
import type { DeviceRole } from '../core/protocol/views.js';
import { fetchFile, get, post, put, type Refused } from '../web/api.js';

export interface Pending {
  readonly deviceId: string;
  readonly role: DeviceRole;
  readonly since: number;
}
export type NewPerson = Omit<StaffMember, 'active'> & { readonly secret: string };
type Asked<T> = Promise<T | Refused>;

/** What a manager asks of the server over HTTP. Rejects with `ServerAway` only. */
export interface Office {
  staff: () => Asked<{ readonly staff: readonly StaffMember[] }>;
  addStaff: (person: NewPerson) => Asked<object>;
  setSecret: (id: string, secret: string) => Asked<object>;
  setActive: (id: string, active: boolean) => Asked<object>;
  pending: () => Asked<{ readonly pending: readonly Pending[] }>;
  approve: (userCode: string) => Asked<{ readonly deviceId: string; readonly role: DeviceRole }>;
  tickets: (number: string) => Asked<{ readonly found: readonly FoundTicket[] }>;
  days: () => Asked<{ readonly days: readonly string[] }>;
  report: (day: string) => Asked<DayReport>;
  voice: () => Asked<VoiceAnswer>;
  /** A WAV file as the clip of this id. */
  putClip: (language: Language, clip: string, file: Blob) => Asked<VoiceAnswer>;
  /** Without a clip, all of a language. */
  deleteVoice: (language: Language, clip: string | null) => Asked<VoiceAnswer>;
  clipFile: (hash: string) => Promise<Blob>;
  previewPaper: (wish: PaperWish) => Asked<PaperPreview>;
  savePaper: (design: PaperDesign) => Asked<PaperSaved>;
  /** Address of a file for a range of days (`YYYY-MM-DD`), both included. */
  exportUrl: (table: ExportName, from: string, to: string) => string;
}

/** The office at one manager's device. */
export const makeOffice = (deviceId: string): Office => {
  const url = (path: string, more: Readonly<Record<string, string>> = {}): string =>
    `/api/${path}?${new URLSearchParams({ device: deviceId, ...more }).toString()}`;
  return {
    staff: () => get(url('staff')),
    addStaff: (person) => post(url('staff'), person),
    setSecret: (id, secret) => post(url('staff/secret'), { id, secret }),
    setActive: (id, active) => post(url('staff/active'), { id, active }),
    pending: () => get(url('devices/pending')),
    approve: (userCode) => post(url('devices/approve'), { userCode }),
    tickets: (number) => get(url('tickets', { number })),
    days: () => get(url('days')),
    report: (day) => get(url('report/day', { day })),
    voice: () => get(url('voice')),
    putClip: (language, clip, file) => put(url('voice/clip', { language, clip }), file),
    deleteVoice: (language, clip) => post(url('voice/delete'), { language, clip }),
    clipFile: (hash) => fetchFile(`/voice/${hash}.wav`),
    previewPaper: (wish) => post(url('paper/preview'), wish),
    savePaper: (design) => post(url('paper'), { design }),
    exportUrl: (table, from, to) => url(`export/${table}.csv`, { from, to }),
  };
};
