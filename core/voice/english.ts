import type { Script } from './script.js';

const UNITS = [
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'],
  ...['eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen'],
  ...['eighteen', 'nineteen'],
];
const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

const number = (value: number): string => {
  if (value < 20) return UNITS[value]!;
  if (value >= 1000) return `${UNITS[value / 1000]} thousand`;
  if (value >= 100) return `${UNITS[value / 100]} hundred`;
  const tens = TENS[Math.floor(value / 10) - 2]!;
  return value % 10 === 0 ? tens : `${tens} ${UNITS[value % 10]}`;
};

/** All that an English voice says that does not hang on the centre. */
export const ENGLISH: Script = {
  carriers: { ticket: 'Ticket', go: 'please go to counter', counter: 'counter' },
  number,
  joined: null,
  and: 'and',
  sentences: {
    welcome: 'Welcome. Touch the service that you need.',
    hold: 'To hear the name of a service, keep your finger on it for a moment.',
    frequent: 'The most requested services are:',
    section: 'The services of this section are:',
    search: 'Type a word of the service’s name, then choose it.',
    ahead: 'People waiting ahead of you:',
    nobody: 'Nobody is ahead of you.',
    papers: 'Papers to bring:',
    paperless: 'No papers are needed.',
    'ask-papers': 'Please ask at the information desk which papers to bring.',
    fees: 'The fee:',
    'no-fee': 'There is no fee.',
    days: 'Days to finish:',
    take: 'To take a ticket, touch the large button at the bottom of the screen.',
    paused: 'This service has paused. Please ask at the information desk.',
    'no-numbers': 'There are no numbers left for this service. Ask at the information desk.',
    number: 'Your ticket number is:',
    listen: 'Wait until your number is called, then go to the counter.',
    'paper-printing': 'Your ticket is being printed.',
    'paper-take': 'Take the paper below the screen.',
    'paper-none': 'No paper came out, but your ticket is valid. Remember the number.',
    priority: 'Does any of these apply to you?',
    'priority-none': 'If none of these applies to you, touch the last button.',
    idle: 'Do you need more time? Touch the screen.',
    'closed-offline': 'No tickets can be issued now. Please go to the information desk.',
    'closed-before': 'We are not open yet.',
    'closed-closing': 'No more tickets are issued today.',
    'closed-closed': 'The centre is closed now. Thank you for coming.',
    'closed-suspended': 'Service has paused. If you have a ticket, your place is kept.',
    'closed-full': 'The hall is full now. Please try again in a while.',
  },
};
