import type { FastifyReply } from 'fastify';
import { readFile } from 'node:fs/promises';
import { programOf } from './place.js';

/** Where the built pages lie. */
export const WEB = `${programOf('web')}/`;

/** The built page of an app. */
export const sendPage = async (reply: FastifyReply, app: string): Promise<FastifyReply> =>
  reply.type('text/html; charset=utf-8').send(await readFile(`${WEB}${app}/index.html`));
