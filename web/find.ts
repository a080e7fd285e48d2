import type { Configuration, ServiceConfig } from '../core/configuration.js';

/** Digits of any Arabic keyboard as ASCII. */
export const latinDigits = (text: string): string =>
  text.replace(/[٠-٩۰-۹]/g, (digit) => String('٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹'.indexOf(digit) % 10));

/** Spelling that people mix up, made one: hamzas, ta marbuta, alef maqsura, marks, case, digits. */
export const fold = (text: string): string =>
  latinDigits(text)
    // Takes letters apart from their marks: آ أ إ ؤ ئ lose their hamza with the vowel signs.
    .normalize('NFKD')
    .replace(/[\p{M}ـء]/gu, '')
    .replace(/ٱ/g, 'ا')
    .replace(/ة/g, 'ه')
    .replace(/ى/g, 'ي')
    .toLowerCase();

const wordsOf = (text: string): string[] =>
  fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/** 0 no match; a word that begins with the part counts more than one that only holds it. */
const score = (words: readonly string[], part: string): number => {
  if (words.some((word) => word.startsWith(part) || word.startsWith(`ال${part}`))) return 2;
  return part.length > 1 && words.some((word) => word.includes(part)) ? 1 : 0;
};

/**
 * Services in whose names, or sector's name, every part of the text is found; best first. A text
 * without a word finds none.
 */
export const findServices = (
  { services, sectors }: Pick<Configuration, 'services' | 'sectors'>,
  text: string,
): ServiceConfig[] => {
  const parts = wordsOf(text);
  if (parts.length === 0) return [];
  const sectorWords = new Map(
    sectors.map(({ id, name }) => [id, wordsOf(`${name.ar} ${name.en}`)]),
  );
  const rank = (service: ServiceConfig): number => {
    const own = wordsOf(`${service.name.ar} ${service.name.en}`);
    const sector = sectorWords.get(service.sector) ?? [];
    const scores = parts.map((part) => 2 * score(own, part) || Math.min(1, score(sector, part)));
    return scores.includes(0) ? 0 : scores.reduce((sum, each) => sum + each, 0);
  };
  return services
    .map((service) => ({ service, rank: rank(service) }))
    .filter((found) => found.rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map((found) => found.service);
};
