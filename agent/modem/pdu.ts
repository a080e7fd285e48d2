import { Report, Submit, parse, utils } from 'node-pdu';
import type { SmsOrder } from '../../core/protocol/sms.js';

/** One SMS-SUBMIT, as the modem takes it: hexadecimal, its service centre's address empty. */
export interface SubmitPart {
  readonly hex: string;
  /** Without the address of the service centre: what AT+CMGS is told. */
  readonly octets: number;
}

/** Of the address of the service centre: its length, which is 0. */
const CENTRE_OCTETS = 1;
const SECONDS_A_MINUTE = 60;

/**
 * A message as SMS-SUBMITs of 3GPP TS 23.040 §9.2.2.2, one for each part: UCS-2 where a letter
 * needs it, else the default alphabet; valid for so long, its delivery reported if wanted.
 */
export const submitParts = (
  { to, text, validMinutes }: Omit<SmsOrder, 'id'>,
  isReported: boolean,
): readonly SubmitPart[] => {
  const submit = new Submit(to, text);
  submit.setValidityPeriod(validMinutes * SECONDS_A_MINUTE);
  // The library writes the period, but names its format only in what is written after it.
  submit.type.setValidityPeriodFormat(utils.PDUType.VPF_RELATIVE);
  submit.type.setStatusReportRequest(isReported ? 1 : 0);
  return submit.getPartStrings().map((hex) => ({ hex, octets: hex.length / 2 - CENTRE_OCTETS }));
};

/** What a report says of one part: `open` while it may still arrive, or nobody can say. */
export interface StatusReport {
  /** The modem's number for the part, 0 to 255. */
  readonly reference: number;
  readonly end: 'delivered' | 'failed' | 'open';
}

/** TP-Status, 3GPP TS 23.040 §9.2.3.15: 0 received; from 40h on nobody tries any more. */
const endOf = (status: number): StatusReport['end'] => {
  if (status === 0) return 'delivered';
  return status >= 0x40 ? 'failed' : 'open';
};

/** A report of delivery; `undefined` for whatever else a modem passes on. */
export const statusReport = (hex: string): StatusReport | undefined => {
  if (!/^([0-9A-F]{2}){10,200}$/i.test(hex)) return undefined;
  try {
    const pdu = parse(hex);
    return pdu instanceof Report ? { reference: pdu.reference, end: endOf(pdu.status) } : undefined;
  } catch {
    // Cut off or garbled on the line: the message stays as it is known.
    return undefined;
  }
};
