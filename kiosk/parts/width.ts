const signWidth = (sign: string): number => {
  if (sign === ' ') return 0.3;
  return sign === '٠' || sign === '١' ? 0.35 : 0.65;
};

/** How wide a label is, in its own font size: a little more than in any of the fonts. */
export const widthOf = (label: string): number =>
  [...label].reduce((sum, sign) => sum + signWidth(sign), 0);
