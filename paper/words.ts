import type { Millis } from '../core/configuration.js';
import type { Language } from '../core/lists.js';
import type { TicketPaper } from '../core/paper.js';
import type { Label } from '../core/protocol/views.js';

export type Digits = TicketPaper['digits'];

/** A language, and the digits that its Arabic has; English always has ASCII digits. */
export interface Speech {
  readonly language: Language;
  readonly digits: Digits;
}

/** Forms of a counted phrase by plural category; `zero` also stands for no one in English. */
type Counted = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

interface PaperWords {
  readonly ahead: string;
  readonly people: Counted;
  readonly peopleAhead: Counted;
  readonly services: Counted;
  readonly days: Counted;
  readonly scan: string;
  readonly enquiry: string;
  readonly training: string;
  /** On numbers of a pad, with room for a pen. */
  readonly byHand: Readonly<Record<'service' | 'time', string>>;
  readonly copy: Readonly<Record<Exclude<TicketPaper['copy'], 'first'>, string>>;
  /** Headings of a slip, and what is said of what is not known or not needed. */
  readonly slip: Readonly<
    Record<'eligibility' | 'papers' | 'fees' | 'days' | 'procedure' | 'ask' | 'none', string>
  >;
}

/** Every text on paper that does not come with the ticket. */
export const PAPER_WORDS: Readonly<Record<Language, PaperWords>> = {
  ar: {
    ahead: 'أمامك',
    people: {
      zero: 'لا أحد',
      one: 'شخص واحد',
      two: 'شخصان',
      few: '{n} أشخاص',
      many: '{n} شخصًا',
      other: '{n} شخص',
    },
    peopleAhead: {
      zero: 'لا أحد أمامك',
      one: 'أمامك شخص',
      two: 'أمامك شخصان',
      few: 'أمامك {n} أشخاص',
      many: 'أمامك {n} شخصًا',
      other: 'أمامك {n} شخص',
    },
    services: {
      one: 'خدمة واحدة',
      two: 'خدمتان',
      few: '{n} خدمات',
      many: '{n} خدمة',
      other: '{n} خدمة',
    },
    scan: 'تابع دورك من هاتفك',
    enquiry: 'للاستعلام',
    training: 'تدريب',
    byHand: { service: 'الخدمة: ........................', time: 'الوقت: ........ : ........' },
    copy: { lost: 'بدل فاقد', again: 'نسخة معادة' },
    days: {
      zero: 'في اليوم نفسه',
      one: 'يوم عمل واحد',
      two: 'يوما عمل',
      few: '{n} أيام عمل',
      many: '{n} يوم عمل',
      other: '{n} يوم عمل',
    },
    slip: {
      eligibility: 'من يحق له',
      papers: 'الأوراق المطلوبة',
      fees: 'الرسوم',
      days: 'مدة الإنجاز',
      procedure: 'الخطوات',
      ask: 'اسأل الموظف',
      none: 'لا شيء',
    },
  },
  en: {
    ahead: 'Ahead of you',
    people: { zero: 'No one', one: '{n} person', other: '{n} people' },
    peopleAhead: { zero: 'No one ahead', other: '{n} ahead' },
    services: { one: '{n} service', other: '{n} services' },
    scan: 'Follow your turn by phone',
    enquiry: 'Enquiries',
    training: 'Training',
    byHand: { service: 'Service: ........................', time: 'Time: ........ : ........' },
    copy: { lost: 'Replacement', again: 'Reprint' },
    days: { zero: 'The same day', one: '{n} working day', other: '{n} working days' },
    slip: {
      eligibility: 'Who may apply',
      papers: 'Required papers',
      fees: 'Fees',
      days: 'Ready in',
      procedure: 'Steps',
      ask: 'Please ask staff',
      none: 'None',
    },
  },
};

/** The language that the visitor did not choose. */
export const otherOf = (language: Language): Language => (language === 'ar' ? 'en' : 'ar');

const ARABIC_ZERO = 0x0660;

/** A whole number ≥ 0 without grouping. */
const numberText = (value: number, { language, digits }: Speech): string =>
  language === 'en' || digits === 'latn'
    ? String(value)
    : String(value).replace(/\d/g, (digit) => String.fromCharCode(ARABIC_ZERO + Number(digit)));

/**
 * A label as its reader reads it: letter, space, number; isolated, so that it keeps its order in
 * any line.
 */
export function labelText(label: Label, speech: Speech): string {
  const number = numberText(label.number, speech);
  const text = label.letter === null ? number : `${label.letter[speech.language]}\u00a0${number}`;
  return speech.language === 'ar' ? `\u2067${text}\u2069` : `\u2066${text}\u2069`;
}

const PLURALS = { ar: new Intl.PluralRules('ar'), en: new Intl.PluralRules('en') } as const;

/** The form of a phrase for a whole number, with the number in the digits of the language. */
export function counted(
  phrase: 'people' | 'peopleAhead' | 'services' | 'days',
  count: number,
  speech: Speech,
): string {
  const forms: Counted = PAPER_WORDS[speech.language][phrase];
  const rule = count === 0 ? 'zero' : PLURALS[speech.language].select(count);
  return (forms[rule] ?? forms.other).replace('{n}', numberText(count, speech));
}

/** The label and its service, or how many; on a pad the service is written by hand. */
export function labelAndServices(
  { label, services, takenAt }: TicketPaper,
  speech: Speech,
): string {
  const several = counted('services', services.length, speech);
  const name = services.length === 1 ? services[0]![speech.language] : several;
  return [labelText(label, speech), ...(takenAt === null ? [] : [name])].join(' · ');
}

/** Date and time of day in the centre's zone, for example ٢١ نوفمبر ٢٠٢٦ and ١٠:٤٥ ص. */
export function whenText(at: Millis, zone: string, { language, digits }: Speech): string {
  const { date, time } = formatsOf(language === 'ar' ? digits : 'english', zone);
  return `${date.format(at)}\u2002\u2068${time.format(at)}\u2069`;
}

type Format = Intl.DateTimeFormat;

/** Kept, for making one takes longer than to draw a line. */
const formats = new Map<string, { readonly date: Format; readonly time: Format }>();

function formatsOf(style: Digits | 'english', zone: string): { date: Format; time: Format } {
  const key = `${style} ${zone}`;
  const locale = style === 'english' ? 'en-GB-u-nu-latn' : `ar-EG-u-nu-${style}`;
  const month = style === 'english' ? 'short' : 'long';
  const kept = formats.get(key) ?? {
    date: new Intl.DateTimeFormat(locale, {
      day: 'numeric',
      month,
      year: 'numeric',
      timeZone: zone,
    }),
    time: new Intl.DateTimeFormat(locale, {
      hour: 'numeric',
      minute: '2-digit',
      hourCycle: 'h12',
      timeZone: zone,
    }),
  };
  formats.set(key, kept);
  return kept;
}
