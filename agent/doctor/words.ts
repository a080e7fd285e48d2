/** What was found, and what to do about it; `{name}` is filled in. */
export interface FindingWords {
  readonly ar: readonly [what: string, fix: string];
  readonly en: readonly [what: string, fix: string];
}

const good = (en: string, ar: string): FindingWords => ({ en: [en, ''], ar: [ar, ''] });

/** The words of every finding: a technician reads nothing else. */
export const FINDINGS = {
  'settings.missing': {
    en: [
      'This is no provisioned machine',
      'only the server was looked at, and what --devices names; install it for the rest',
    ],
    ar: ['هذا الجهاز غير مُعَدّ', 'فُحص الخادم وما في ‎--devices‎ فقط؛ ثبّته لفحص الباقي'],
  },
  'devices.wrong': {
    en: ['The file of devices cannot be used: {why}', 'correct it, or install the machine again'],
    ar: ['ملف الأجهزة غير صالح: {why}', 'صحّحه أو أعد تثبيت الجهاز'],
  },
  'server.ok': good('The server answers at {url}', 'الخادم يجيب على {url}'),
  'server.away': {
    en: [
      'The server does not answer at {url} ({why})',
      'check cable, switch and the server itself',
    ],
    ar: ['الخادم لا يجيب على {url} ({why})', 'افحص السلك والمحوِّل والخادم نفسه'],
  },
  'certificate.ok': good('The certificate is good for {days} days', 'الشهادة صالحة {days} يومًا'),
  'certificate.soon': {
    en: ['The certificate ends in {days} days', 'put a new one on the server and restart it'],
    ar: ['تنتهي الشهادة بعد {days} يومًا', 'ضع شهادة جديدة على الخادم وأعد تشغيله'],
  },
  'certificate.untrusted': {
    en: [
      'The certificate of the server is not trusted ({why})',
      "check clock, the address in site.json, and the authority's file",
    ],
    ar: ['شهادة الخادم غير موثوقة ({why})', 'افحص الساعة والعنوان في site.json وملف جهة الإصدار'],
  },
  'clock.ok': good('The clock is right', 'الساعة صحيحة'),
  'clock.off': {
    en: [
      'The clock is {seconds} s away from that of the server',
      'check the time server in site.json: timedatectl timesync-status',
    ],
    ar: ['الساعة تختلف عن ساعة الخادم {seconds} ثانية', 'افحص خادم الوقت: timedatectl'],
  },
  'clock.unknown': {
    en: ['The server does not say what time it is', 'compare the clocks by hand: date'],
    ar: ['الخادم لا يذكر الوقت', 'قارن الساعتين يدويًا: date'],
  },
  'clock.unsynced': {
    en: ['The clock is not kept by a time server', 'check: timedatectl timesync-status'],
    ar: ['الساعة لا يضبطها خادم وقت', 'افحص: timedatectl timesync-status'],
  },
  'disk.ok': good('{free} MB are free at {path}', 'المساحة الخالية في {path}: {free} ميجابايت'),
  'disk.low': {
    en: ['Only {free} MB are free at {path}', 'find what is large: du -xh --max-depth=2 {path}'],
    ar: ['لم يبقَ في {path} إلا {free} ميجابايت', 'ابحث عما يملأ المساحة واحذفه'],
  },
  'enrolment.ok': good('{device} is enrolled', 'الوحدة {device} معتمدة'),
  'enrolment.missing': {
    en: [
      '{device} is not enrolled',
      'type the code that journalctl -u dawr-agent shows on the page Devices',
    ],
    ar: ['الوحدة {device} غير معتمدة', 'اكتب الرمز الظاهر في journalctl في صفحة «الأجهزة»'],
  },
  'enrolment.unknown': {
    en: [
      'Whether {device} is enrolled could not be asked (answer of the server: {why})',
      'mend what is said of the server, then ask again',
    ],
    ar: ['تعذر السؤال عن اعتماد {device} (رد الخادم: {why})', 'أصلح ما قيل عن الخادم ثم أعد الفحص'],
  },
  'enrolment.ended': {
    en: [
      'The server no longer knows {device}',
      'remove {path}, restart the agent and approve its code',
    ],
    ar: ['الخادم لم يعد يعرف {device}', 'احذف {path} وأعد تشغيل الوحدة واعتمد رمزها'],
  },
  'page.ok': good('The page {page} is connected', 'الصفحة {page} متصلة'),
  'page.away': {
    en: ['The page {page} is not connected', 'restart it: sudo systemctl restart dawr-page'],
    ar: ['الصفحة {page} غير متصلة', 'أعد تشغيلها: sudo systemctl restart dawr-page'],
  },
  'page.unsigned': {
    en: [
      'Nobody is signed in at {page}: the server cannot tell whether it shows',
      'look at its screen; a code there is typed on the page Devices',
    ],
    ar: [
      'لم يسجّل أحد الدخول عند {page}، فلا يعلم الخادم هل الصفحة ظاهرة',
      'انظر إلى شاشتها؛ وإن ظهر رمز فاكتبه في صفحة «الأجهزة»',
    ],
  },
  'page.unapproved': {
    en: ['The page {page} is not approved yet', 'type the code on its screen on the page Devices'],
    ar: ['الصفحة {page} غير معتمدة بعد', 'اكتب الرمز الظاهر عليها في صفحة «الأجهزة»'],
  },
  'unit.ok': good('{unit} runs', '{unit} يعمل'),
  'unit.away': {
    en: ['{unit} does not run', 'see why: journalctl -u {unit} -n 50'],
    ar: ['{unit} لا يعمل', 'اعرف السبب: journalctl -u {unit} -n 50'],
  },
  'release.ok': good('Release {release} is in place', 'الإصدار {release} مثبَّت'),
  'release.missing': {
    en: ['No release is installed', 'sudo sh install.sh RELEASE, as README.md says'],
    ar: ['لا يوجد إصدار مثبَّت', 'شغّل install.sh كما في README.md'],
  },
  'release.changed': {
    en: ['{count} files differ from the release: {paths}', 'sudo systemctl start dawr-update'],
    ar: ['{count} من الملفات تختلف عن الإصدار: {paths}', 'شغّل: sudo systemctl start dawr-update'],
  },
  'policy.ok': good("Chromium's policy is in place", 'سياسة Chromium موجودة'),
  'policy.missing': {
    en: [
      "Chromium's policy is missing: visitors could leave the page",
      'install the machine again',
    ],
    ar: ['سياسة Chromium مفقودة: قد يخرج الزائر من الصفحة', 'أعد تثبيت الجهاز'],
  },
  'sound.ok': good('There is a sound card', 'بطاقة الصوت موجودة'),
  'sound.missing': {
    en: [
      'There is no sound card: calls are not heard',
      'plug it in, or turn it on in the firmware',
    ],
    ar: ['لا توجد بطاقة صوت: لن تُسمع النداءات', 'وصّلها أو فعّلها من إعدادات الجهاز'],
  },
  'path.missing': {
    en: ['{path} is not there', 'plug the device into its socket and turn it on'],
    ar: ['{path} غير موجود', 'وصّل الجهاز بمنفذه وشغّله'],
  },
  'path.forbidden': {
    en: [
      'The agent may not use {path}',
      'it must be of group {group}, mode 0660: see 70-dawr.rules',
    ],
    ar: ['لا يُسمح للوحدة باستعمال {path}', 'يجب أن يكون لمجموعة {group} بصلاحية 0660'],
  },
  'device.busy': {
    en: ['{way} is in use', 'stop the agent while you test: sudo systemctl stop dawr-agent'],
    ar: ['{way} مستعمل الآن', 'أوقف الوحدة أثناء الفحص: sudo systemctl stop dawr-agent'],
  },
  'printer.ok': good('The printer of {kiosk} answers: ready', 'طابعة {kiosk} جاهزة'),
  'printer.dumb': {
    en: [
      'The printer of {kiosk} is reached; this model does not tell its state',
      'look at a test print: --print',
    ],
    ar: ['طابعة {kiosk} متصلة، وهذا النوع لا يخبر بحالته', 'جرّب الطباعة: ‎--print'],
  },
  'printer.away': {
    en: [
      'The printer of {kiosk} cannot be reached at {way}',
      'turn it on; check cable and address',
    ],
    ar: ['تعذر الوصول إلى طابعة {kiosk} على {way}', 'شغّلها وافحص السلك والعنوان'],
  },
  'printer.silent': {
    en: [
      'The printer of {kiosk} does not answer',
      'check that {line} is right, that nothing else holds it, and that the model is {profile}',
    ],
    ar: [
      'طابعة {kiosk} لا تجيب',
      'تأكد من صحة {line} وأن شيئًا آخر لا يشغلها وأن النوع هو {profile}',
    ],
  },
  'printer.nearEnd': {
    en: ['The paper of {kiosk} is nearly at its end', 'have a roll at hand'],
    ar: ['ورق {kiosk} أوشك أن ينتهي', 'جهّز لفة ورق'],
  },
  'printer.paperEnd': {
    en: ['The printer of {kiosk} has no paper', 'put a roll in'],
    ar: ['نفد ورق طابعة {kiosk}', 'ركّب لفة ورق'],
  },
  'printer.coverOpen': {
    en: ['The cover of the printer of {kiosk} is open', 'close it'],
    ar: ['غطاء طابعة {kiosk} مفتوح', 'أغلقه'],
  },
  'printer.jam': {
    en: ['Paper is jammed in the printer of {kiosk}', 'open it, pull the paper out, close it'],
    ar: ['الورق محشور في طابعة {kiosk}', 'افتحها وأخرج الورق ثم أغلقها'],
  },
  'printer.fault': {
    en: ['The printer of {kiosk} reports a fault', 'turn it off and on; then call its maker'],
    ar: ['طابعة {kiosk} بها عطل', 'أطفئها وشغّلها، ثم اتصل بالمورّد'],
  },
  'print.sent': good(
    'A test was printed on {kiosk}: look at it',
    'طُبع اختبار على {kiosk}: انظر إليه',
  ),
  'scanner.ok': good('The scanner {scanner} can be listened to', 'الماسح {scanner} متصل'),
  'scanner.away': {
    en: ['The scanner {scanner} cannot be reached at {way}', 'plug it in; check its socket'],
    ar: ['تعذر الوصول إلى الماسح {scanner} على {way}', 'وصّله وافحص منفذه'],
  },
  'modem.ok': good(
    'The modem ({model}) has its card and a network',
    'المودم ({model}) به شريحة ومتصل بالشبكة',
  ),
  'modem.away': {
    en: [
      'The modem ({model}) does not answer at {way}',
      'check its power, its socket and the speed in devices.json; keep ModemManager off it',
    ],
    ar: [
      'المودم ({model}) لا يجيب على {way}',
      'افحص تغذيته ومنفذه والسرعة في devices.json، وأوقف ModemManager عنه',
    ],
  },
  'modem.sim': {
    en: [
      'The modem ({model}) has no SIM card, or the PIN of the card is on',
      'put the card in; take its PIN off in a phone',
    ],
    ar: ['المودم ({model}) بلا شريحة، أو رمز الشريحة مفعَّل', 'ركّب الشريحة وألغِ رمزها من هاتف'],
  },
  'modem.network': {
    en: ['The modem ({model}) has no network', 'check its antenna, and the card with its provider'],
    ar: ['المودم ({model}) بلا شبكة', 'افحص الهوائي، والشريحة لدى الشركة'],
  },
  'bus.ok': good(
    'On the bus {bus}, {count} displays show their address',
    'على الخط {bus} تعرض {count} شاشات أرقام عناوينها',
  ),
  'bus.away': {
    en: ['The bus {bus} cannot be reached at {way}', 'plug its adapter in; check its socket'],
    ar: ['تعذر الوصول إلى الخط {bus} على {way}', 'وصّل المحوّل وافحص منفذه'],
  },
  'bus.silent': {
    en: [
      'On the bus {bus}, nothing answers at address {address}',
      'check its power, its address switch, and wires A and B',
    ],
    ar: [
      'على الخط {bus} لا شيء يجيب على العنوان {address}',
      'افحص الكهرباء ومفتاح العنوان والسلكين',
    ],
  },
} as const satisfies Readonly<Record<string, FindingWords>>;

export type FindingCode = keyof typeof FINDINGS;
export type DoctorLanguage = 'ar' | 'en';

/** Fills a finding's words in; throws if they ask for a value that is not given. */
export const sentence = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`no ${key} for: ${text}`);
    return String(value);
  });
