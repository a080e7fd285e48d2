/**
 * The managed policies that Chromium 156 knows and Dawr sets, with their types. Chromium passes an
 * unknown name or a wrong type over without a word, so nothing else may be rendered; a test looks
 * the names up in the program itself.
 */
export const KNOWN_POLICIES = {
  AllowDinosaurEasterEgg: 'boolean',
  AllowFileSelectionDialogs: 'boolean',
  AudioCaptureAllowed: 'boolean',
  AudioCaptureAllowedUrls: 'list',
  AutofillAddressEnabled: 'boolean',
  AutofillCreditCardEnabled: 'boolean',
  AutoplayAllowlist: 'list',
  BackgroundModeEnabled: 'boolean',
  BookmarkBarEnabled: 'boolean',
  BrowserSignin: 'integer',
  CACertificates: 'list',
  ComponentUpdatesEnabled: 'boolean',
  DefaultBrowserSettingEnabled: 'boolean',
  DefaultGeolocationSetting: 'integer',
  DefaultNotificationsSetting: 'integer',
  DefaultPopupsSetting: 'integer',
  DefaultSearchProviderEnabled: 'boolean',
  DefaultSerialGuardSetting: 'integer',
  DefaultWebBluetoothGuardSetting: 'integer',
  DefaultWebHidGuardSetting: 'integer',
  DefaultWebUsbGuardSetting: 'integer',
  DeveloperToolsAvailability: 'integer',
  DownloadRestrictions: 'integer',
  EditBookmarksEnabled: 'boolean',
  EnableMediaRouter: 'boolean',
  ExtensionInstallBlocklist: 'list',
  IncognitoModeAvailability: 'integer',
  LocalNetworkAccessAllowedForUrls: 'list',
  MetricsReportingEnabled: 'boolean',
  NetworkPredictionOptions: 'integer',
  PasswordManagerEnabled: 'boolean',
  PrintingEnabled: 'boolean',
  PromotionalTabsEnabled: 'boolean',
  SafeBrowsingProtectionLevel: 'integer',
  SearchSuggestEnabled: 'boolean',
  SpellcheckEnabled: 'boolean',
  SyncDisabled: 'boolean',
  TranslateEnabled: 'boolean',
  URLAllowlist: 'list',
  URLBlocklist: 'list',
  VideoCaptureAllowed: 'boolean',
} as const;

export type Policy = Readonly<Record<string, boolean | number | readonly string[]>>;

/** What Chromium would pass over in silence: names it does not know, values of a wrong type. */
export const policyMistakes = (policy: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(policy).flatMap(([name, value]) => {
    const type = (KNOWN_POLICIES as Readonly<Record<string, string>>)[name];
    if (type === undefined) return [`${name} is no policy of Chromium`];
    const isList = Array.isArray(value) && value.every((entry) => typeof entry === 'string');
    const is = isList ? 'list' : Number.isInteger(value) ? 'integer' : typeof value;
    return is === type ? [] : [`${name} is ${is}, and must be ${type}`];
  });

/** `*` alone leaves the pages of the browser itself open. */
const BLOCKED = [
  '*',
  'chrome://*',
  'chrome-untrusted://*',
  'devtools://*',
  'file://*',
  'view-source:*',
  'javascript://*',
  'data:*',
];

/** What a page's machine may do. */
export interface PolicyOptions {
  /** The server's origin: a prefix. With `/*` behind it, it would mean that very path. */
  readonly origin: string;
  /** Certificates of authorities of the centre's own, DER in base64. */
  readonly authorities: readonly string[];
  /** A person with a keyboard works here: files may be saved, the centre's voice recorded. */
  readonly office: boolean;
  /** Lets a test drive the browser. Never on a machine. */
  readonly driven?: boolean;
}

/** Chromium's managed policy for a machine that shows pages of one server and nothing else. */
export const chromiumPolicy = ({ origin, authorities, office, driven }: PolicyOptions): Policy => ({
  AllowDinosaurEasterEgg: false,
  AllowFileSelectionDialogs: office,
  AudioCaptureAllowed: false,
  ...(office ? { AudioCaptureAllowedUrls: [origin] } : {}),
  AutofillAddressEnabled: false,
  AutofillCreditCardEnabled: false,
  AutoplayAllowlist: [origin],
  BackgroundModeEnabled: false,
  BookmarkBarEnabled: false,
  BrowserSignin: 0,
  ...(authorities.length === 0 ? {} : { CACertificates: authorities }),
  ComponentUpdatesEnabled: false,
  DefaultBrowserSettingEnabled: false,
  DefaultGeolocationSetting: 2,
  DefaultNotificationsSetting: 2,
  DefaultPopupsSetting: 2,
  DefaultSearchProviderEnabled: false,
  DefaultSerialGuardSetting: 2,
  DefaultWebBluetoothGuardSetting: 2,
  DefaultWebHidGuardSetting: 2,
  DefaultWebUsbGuardSetting: 2,
  DeveloperToolsAvailability: driven === true ? 1 : 2,
  DownloadRestrictions: office ? 0 : 3,
  EditBookmarksEnabled: false,
  EnableMediaRouter: false,
  ExtensionInstallBlocklist: ['*'],
  IncognitoModeAvailability: 1,
  // The kiosk's page speaks with the agent on its own machine, and nobody is there to allow it.
  LocalNetworkAccessAllowedForUrls: [origin],
  MetricsReportingEnabled: false,
  NetworkPredictionOptions: 2,
  PasswordManagerEnabled: false,
  PrintingEnabled: office,
  PromotionalTabsEnabled: false,
  SafeBrowsingProtectionLevel: 0,
  SearchSuggestEnabled: false,
  SpellcheckEnabled: false,
  SyncDisabled: true,
  // No flag and no mark in the page removes the bubble over Arabic pages: only this does.
  TranslateEnabled: false,
  URLAllowlist: [origin],
  URLBlocklist: BLOCKED,
  VideoCaptureAllowed: false,
});
