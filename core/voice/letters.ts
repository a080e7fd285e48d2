import type { Language } from '../lists.js';

/** Arabic letters with the names under which their clips lie; alif with a hamza is alif. */
const ARABIC: readonly (readonly [letter: string, name: string, ar: string, en: string])[] = [
  ['أ', 'alif', 'أَلِف', 'Alif'],
  ['ب', 'baa', 'بَاء', 'Baa'],
  ['ت', 'taa', 'تَاء', 'Taa'],
  ['ث', 'thaa', 'ثَاء', 'Thaa'],
  ['ج', 'jeem', 'جِيم', 'Jeem'],
  ['ح', 'hhaa', 'حَاء', 'Haa, the fifth letter'],
  ['خ', 'khaa', 'خَاء', 'Khaa'],
  ['د', 'daal', 'دَال', 'Daal'],
  ['ذ', 'thaal', 'ذَال', 'Thaal'],
  ['ر', 'raa', 'رَاء', 'Raa'],
  ['ز', 'zaay', 'زَاي', 'Zaay'],
  ['س', 'seen', 'سِين', 'Seen'],
  ['ش', 'sheen', 'شِين', 'Sheen'],
  ['ص', 'saad', 'صَاد', 'Saad'],
  ['ض', 'daad', 'ضَاد', 'Daad, like Saad'],
  ['ط', 'ttaa', 'طَاء', 'Taa, like Daad'],
  ['ظ', 'zhaa', 'ظَاء', 'Zhaa'],
  ['ع', 'ain', 'عَيْن', 'Ain'],
  ['غ', 'ghain', 'غَيْن', 'Ghain'],
  ['ف', 'faa', 'فَاء', 'Faa'],
  ['ق', 'qaaf', 'قَاف', 'Qaaf'],
  ['ك', 'kaaf', 'كَاف', 'Kaaf'],
  ['ل', 'laam', 'لَام', 'Laam'],
  ['م', 'meem', 'مِيم', 'Meem'],
  ['ن', 'noon', 'نُون', 'Noon'],
  ['ه', 'haa', 'هَاء', 'Haa'],
  ['و', 'waaw', 'وَاو', 'Waaw'],
  ['ي', 'yaa', 'يَاء', 'Yaa'],
];

const LATIN: readonly (readonly [letter: string, ar: string])[] = [
  ['A', 'إِيه'],
  ['B', 'بِي'],
  ['C', 'سِي'],
  ['D', 'دِي'],
  ['E', 'إِي'],
  ['F', 'إِف'],
  ['G', 'جِي'],
  ['H', 'إِتْش'],
  ['I', 'آي'],
  ['J', 'جِيه'],
  ['K', 'كِيه'],
  ['L', 'إِل'],
  ['M', 'إِم'],
  ['N', 'إِن'],
  ['O', 'أُو'],
  ['P', 'بِي بِالثَّلَاث نِقَاط'],
  ['Q', 'كِيُو'],
  ['R', 'آر'],
  ['S', 'إِس'],
  ['T', 'تِي'],
  ['U', 'يُو'],
  ['V', 'ڤِي'],
  ['W', 'دَابِلْيُو'],
  ['X', 'إِكْس'],
  ['Y', 'وَاي'],
  ['Z', 'زِد'],
];

/** Ways to write a letter that are read alike. */
const ALIKE: Readonly<Record<string, string>> = { ا: 'أ', إ: 'أ', آ: 'أ', ى: 'ي', ة: 'ه' };

/** Every letter that a clip exists for, of both alphabets, with its name in both languages. */
export const LETTERS: readonly {
  readonly letter: string;
  readonly id: string;
  readonly name: Readonly<Record<Language, string>>;
}[] = [
  ...ARABIC.map(([letter, id, ar, en]) => ({ letter, id: `letter-${id}`, name: { ar, en } })),
  ...LATIN.map(([letter, ar]) => ({
    letter,
    id: `letter-${letter.toLowerCase()}`,
    name: { ar, en: letter },
  })),
];

const IDS: ReadonlyMap<string, string> = new Map(LETTERS.map(({ letter, id }) => [letter, id]));

/** The clip that names a letter of a label, `undefined` for a sign that is no letter. */
export const letterClip = (letter: string): string | undefined =>
  IDS.get(ALIKE[letter] ?? letter.toUpperCase());
