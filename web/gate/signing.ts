import { post, type Refused } from '../api.js';

export type NotSignedIn = Refused & { readonly waitMs?: number };

const LAST = 'dawr-last-staff';

/** Who signed in here last; empty if nobody has. */
export const lastStaffId = (): string => localStorage.getItem(LAST) ?? '';

export const keepStaffId = (staffId: string): void => localStorage.setItem(LAST, staffId);

/** Signs people in at a device; `null` when done. Rejects with `ServerAway` only. */
export const signInAt =
  (deviceId: string) =>
  async (staffId: string, secret: string): Promise<NotSignedIn | null> => {
    const person = { deviceId, staffId, secret };
    const answer = await post<object | NotSignedIn>('/api/sign-in', person);
    if ('refused' in answer) return answer;
    keepStaffId(staffId);
    return null;
  };
