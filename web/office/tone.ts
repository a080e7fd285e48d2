/** How well something stands. */
export type Tone = 'good' | 'warn' | 'bad';
