import { post, type Refused } from '../api.js';

export type NotSignedIn = Refused & { readonly waitMs?: number };

export interface Person {
  readonly deviceId: string;
  readonly staffId: string;
  readonly secret: string;
}

const LAST = 'dawr-last-staff';

/** Who signed in here last; empty if nobody has. */
export const lastStaffId = (): string => localStorage.getItem(LAST) ?? '';

/** Signs a person in at a device; `null` when done. Rejects with `ServerAway` only. */
export const signIn = async (person: Person): Promise<NotSignedIn | null> => {
  const answer = await post<object | NotSignedIn>('/api/sign-in', person);
  if ('refused' in answer) return answer;
  localStorage.setItem(LAST, person.staffId);
  return null;
};
