import { hasProgram, isOpen, isWindows, runsServer } from './centre.js';
import { packagesOf } from './cloud.js';
import { originOf, urlsOf, type Place } from './render.js';
import { fill } from './template.js';

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const facts = ({ centre, machine }: Place, urls: readonly string[]): string =>
  tableOf(
    ['', ''],
    [
      ['Where · المكان', `${machine.place.en} · ${machine.place.ar}`],
      ['Machine · الجهاز', `${machine.model}, ${machine.os}, ${machine.arch}`],
      ['Does · العمل', machine.role],
      ['Server · الخادم', originOf(centre)],
      ...(urls.length === 0 ? [] : [['Shows · يعرض', urls.join(', ')]]),
      ...(machine.agent === null ? [] : [['Agent · الوحدة', machine.agent.id]]),
    ],
  );

/** What of a machine must survive a power cut, and where it lies. */
const kept = ({ machine }: Place): string =>
  [
    ...(runsServer(machine) ? ["the centre's log and its keys (`server`)"] : []),
    ...(machine.agent === null ? [] : ["the agent's key and journals (`agent`)"]),
    ...(machine.page === null ? [] : ["the browser's profile with the page's key (`browser`)"]),
  ].join(', ');

/** What a technician reads first, in few words of both languages. */
export const technicianNotes = (place: Place): string => {
  const { centre, name, machine } = place;
  const { ar, en } = centre.configuration.centre.name;
  const { agent, page, usb } = machine;
  const windows = isWindows(machine);
  const packages = packagesOf(place);
  const program = hasProgram(machine);
  const slots = [agent?.id, page?.id].flatMap((id) => (id === undefined ? [] : [`\`${id}\``]));
  const sockets = usb.map((one) => [`\`/dev/dawr/${one.name}\``, one.kind, `\`${one.idPath}\``]);
  return fill(
    'notes.md',
    {
      name,
      centre: `${en} · ${ar}`,
      table: facts(place, urlsOf(place)),
      os: machine.os,
      arch: machine.arch,
      packages: packages.join(' '),
      agent: agent?.id ?? '',
      stick: program ? ', and the release in the folder `release` of a stick labelled `DAWR`' : '',
      kept: kept(place),
      slots: slots.length === 0 ? 'nothing: it is no device' : slots.join(' and '),
      sockets: tableOf(['file', 'kind', 'socket (ID_PATH)'], sockets),
    },
    {
      signed: centre.site.releaseKey !== null,
      trial: centre.site.releaseKey === null,
      debian: !windows,
      windows,
      oldNode: machine.os === 'debian-12' && program,
      tls: runsServer(machine) && originOf(centre).startsWith('https'),
      sms: runsServer(machine) && centre.server.sms?.gateway !== undefined,
      program,
      files: !program,
      server: runsServer(machine),
      agent: agent !== null,
      unwatched: agent === null,
      page: page !== null,
      closed: !isOpen(centre),
      ssh: isOpen(centre),
      sockets: usb.length > 0,
    },
  );
};
