import type { Configuration, ServiceConfig } from '../../core/configuration.js';

/** A text as people type it: no vowel marks, one form of alef, ya and ta marbuta, lower case. */
export const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}|ـ/gu, '')
    .replace(/[ٱأإآ]/g, 'ا')
    .replace(/ى/g, 'ي')
    .replace(/ة/g, 'ه')
    .toLowerCase()
    .trim();

/** Services in whose names, of either language, every typed word begins some word. */
export function findServices(
  services: Configuration['services'],
  typed: string,
  except = '',
): ServiceConfig[] {
  const wanted = plain(typed)
    .split(/\s+/)
    .filter((word) => word !== '');
  return services.filter(({ id, name }) => {
    if (id === except) return false;
    const words = plain(`${name.ar} ${name.en}`).split(/[\s/،,–-]+/);
    return wanted.every((word) =>
      words.some((own) => own.startsWith(word) || own.replace(/^ال/, '').startsWith(word)),
    );
  });
}
