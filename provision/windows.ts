import { authorityOf, originOf, urlsOf, type Place } from './render.js';
import { fill, json, type Rendered, type Tree } from './template.js';

/** Files that Windows' own programs read: lines end as they expect. */
const crlf = (text: string): Rendered => ({ text: text.replaceAll('\n', '\r\n'), mode: '644' });
const plain = (text: string): Rendered => ({ text, mode: '644' });

const EDGE = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Edge';
const NUMBERS: Readonly<Record<string, number>> = {
  AutofillAddressEnabled: 0,
  BackgroundModeEnabled: 0,
  BrowserSignin: 0,
  DefaultPopupsSetting: 2,
  HideFirstRunExperience: 1,
  HubsSidebarEnabled: 0,
  PasswordManagerEnabled: 0,
  SyncDisabled: 1,
  TranslateEnabled: 0,
};

/** Edge's managed policies, as the registry has them: each list is a key of its own. */
const edgePolicy = (origin: string): string => {
  const list = (name: string, values: readonly string[]): string[] => [
    '',
    `[${EDGE}\\${name}]`,
    ...values.map((value, at) => `"${at + 1}"="${value}"`),
  ];
  const numbers = Object.entries(NUMBERS).map(([name, value]) => `"${name}"=dword:0000000${value}`);
  return `${[
    'Windows Registry Editor Version 5.00',
    '',
    `[${EDGE}]`,
    ...numbers,
    ...list('AutoplayAllowlist', [origin]),
    ...list('URLAllowlist', [origin]),
    ...list('URLBlocklist', ['*', 'edge://*', 'file://*', 'view-source:*']),
  ].join('\n')}\n`;
};

/** What a technician needs on a Windows machine, below `windows/`. */
export const windowsTree = (place: Place): Tree => {
  const { centre, name, machine } = place;
  const authority = authorityOf(centre);
  const server = originOf(centre);
  const { agent, page } = machine;
  const isBoard = page?.app === 'board';
  const installer = fill(
    'install.ps1',
    {
      name,
      server,
      agent: agent?.id ?? '',
      window: isBoard ? '--edge-kiosk-type=fullscreen --kiosk' : '--start-maximized',
      url: urlsOf(place)[0] ?? '',
    },
    { authority: authority !== null, agent: agent !== null, page: page !== null },
  );
  return new Map([
    ...(authority === null ? [] : [['/authority.pem', plain(authority)] as const]),
    ...(agent === null ? [] : [['/devices.json', plain(json(agent.devices))] as const]),
    ['/edge-policy.reg', crlf(edgePolicy(server))],
    ['/install.ps1', crlf(installer)],
  ]);
};
