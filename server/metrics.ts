import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FastifyInstance } from 'fastify';
import { FORWARD_STATES } from '../node/forward/forwarder.js';
import type { Centre } from './centre.js';
import { PRINTER_STATES } from '../core/protocol/views.js';
import type { Notices } from './sms/notices.js';
import { SMS_WAYS } from '../core/protocol/sms.js';
import { placeOf } from '../core/protocol/troubles.js';
import { printersOf } from './hub/papers.js';
import { devicesOf } from './hub/screens.js';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** `/health` for watchdogs, `/metrics` in Prometheus' text form for this machine alone. */
export const healthRoutes = (
  app: FastifyInstance,
  centre: Centre,
  connections: () => number,
): void => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'dawr_' });
  const events = new Counter({
    name: 'dawr_events_total',
    help: 'Events in the log since the start',
    labelNames: ['type'],
    registers: [registry],
  });
  const group = new Histogram({
    name: 'dawr_commit_events',
    help: 'Events in one transaction',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200],
    registers: [registry],
  });
  centre.log.onCommitted(({ events: committed }) => {
    group.observe(committed.length);
    for (const { type } of committed) events.inc({ type });
  });
  gauges(registry, centre, connections);
  printerGauges(registry, centre);
  deviceGauges(registry, centre);
  upstreamGauges(registry, centre);
  if (centre.sms !== null) smsGauges(registry, centre.sms);

  app.get('/health', (_request, reply) => {
    const { state } = centre.log;
    const storage = centre.store.disk.status();
    const clock = centre.clock.status();
    const stoppedUpstreams = centre.upstreams
      .status()
      .flatMap(({ id, state: { is } }) => (is === 'stopped' ? [id] : []));
    const { altered } = centre.scrub;
    const isSound = !storage.warning && altered === null;
    const well = isSound && clock.confirmed && !clock.alarm && stoppedUpstreams.length === 0;
    return reply.send({
      status: well ? 'ok' : 'warning',
      day: state.day?.day ?? null,
      seq: state.seq,
      clock,
      storage,
      /** The first event of the log that is not as it was written. */
      altered: altered === null ? null : { stream: altered.stream, seq: altered.seq },
      /** Ids of those that take nothing more until somebody sees to it. */
      stoppedUpstreams,
      connections: connections(),
    });
  });
  app.get('/metrics', async (request, reply) => {
    if (!LOOPBACK.has(request.ip)) return reply.code(403).send();
    return reply.type(registry.contentType).send(await registry.metrics());
  });
};

const gauges = (registry: Registry, centre: Centre, connections: () => number): void => {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `dawr_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  const statusOf =
    (...of: string[]) =>
    (): number =>
      [...(centre.log.state.day?.tickets.values() ?? [])].filter(({ leg }) =>
        of.includes(leg.status),
      ).length;
  gauge('log_seq', 'Newest event of the stream', () => centre.log.state.seq);
  gauge('log_altered', 'Whether an event of the log is not as it was written', () => {
    return centre.scrub.altered === null ? 0 : 1;
  });
  gauge('waiting', 'Visitors waiting', statusOf('waiting'));
  gauge('at_counters', 'Visitors called or served', statusOf('called', 'serving'));
  gauge('counters_open', 'Open counters', () => centre.log.state.day?.counters.size ?? 0);
  gauge('connections', 'Open sockets', connections);
  gauge('unprinted', 'Tickets whose paper is not final', () => {
    return centre.log.state.day?.unprinted.size ?? 0;
  });
  gauge('disk_free_bytes', 'Free bytes beside the log', () => centre.store.disk.status().freeBytes);
  gauge('clock_difference_ms', 'Wall clock minus server time', () => {
    return centre.clock.status().differenceMs;
  });
};

/** Each kiosk's printer: its state as one of all states, and what is left on its roll. */
const printerGauges = (registry: Registry, centre: Centre): void => {
  new Gauge({
    name: 'dawr_printer_state',
    help: 'Whether the printer of the kiosk is in the state',
    labelNames: ['kiosk', 'state'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { kioskId: kiosk, state: is } of printersOf(centre)) {
        for (const state of PRINTER_STATES) this.set({ kiosk, state }, state === is ? 1 : 0);
      }
    },
  });
  new Gauge({
    name: 'dawr_printer_paper_left_mm',
    help: 'Paper left on the roll, told by the printer or counted',
    labelNames: ['kiosk', 'by'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { kioskId: kiosk } of printersOf(centre)) {
        const roll = centre.live.printer(kiosk)?.roll;
        if (roll !== undefined && roll !== null) this.set({ kiosk, by: roll.by }, roll.leftMm);
      }
    },
  });
};

/** Today's text messages by what they came to, and whether they can go out. */
const smsGauges = (registry: Registry, sms: Notices): void => {
  new Gauge({
    name: 'dawr_sms_messages',
    help: 'Text messages of today; the delivered are among the sent',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { queued, sent, delivered, failed } = sms.today();
      for (const [state, n] of Object.entries({ queued, sent, delivered, failed })) {
        this.set({ state }, n);
      }
    },
  });
  new Gauge({
    name: 'dawr_sms_way',
    help: 'Whether the way of text messages is so',
    labelNames: ['way'],
    registers: [registry],
    collect() {
      const is = sms.today().way;
      for (const way of SMS_WAYS) this.set({ way }, way === is ? 1 : 0);
    },
  });
};

/** How each upstream stands, by its id. */
const upstreamGauges = (registry: Registry, { upstreams }: Centre): void => {
  new Gauge({
    name: 'dawr_upstream',
    help: 'Whether the way to an upstream is so',
    labelNames: ['upstream', 'state'],
    registers: [registry],
    collect() {
      for (const { id, state } of upstreams.status()) {
        for (const is of FORWARD_STATES) {
          this.set({ upstream: id, state: is }, state.is === is ? 1 : 0);
        }
      }
    },
  });
};

/** Devices that are connected or not, and what agents tell of the ones beside them. */
const deviceGauges = (registry: Registry, centre: Centre): void => {
  new Gauge({
    name: 'dawr_device_connected',
    help: 'Whether the enrolled device is connected',
    labelNames: ['device', 'role'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { deviceId: device, role, enrolled, connected } of devicesOf(centre)) {
        if (enrolled) this.set({ device, role }, connected ? 1 : 0);
      }
    },
  });
  new Gauge({
    name: 'dawr_device_trouble',
    help: 'What an agent tells of lines and devices beside it, or a kiosk of its page, that fail',
    labelNames: ['device', 'place', 'fault'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { deviceId: device, troubles } of devicesOf(centre)) {
        for (const trouble of troubles) {
          this.set({ device, place: placeOf(trouble), fault: trouble.fault }, 1);
        }
      }
    },
  });
};
